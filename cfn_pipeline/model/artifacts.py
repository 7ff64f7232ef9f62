"""Artifacts: what one action passes to another.

A file in an artifact, or a value in one of its files, knows its artifact, so an action that uses
one has the artifact among its inputs.
"""

from collections.abc import Iterator

from cfn_pipeline.aws import name_forms
from cfn_pipeline.frozen import frozen
from cfn_pipeline.model.validated import Validated


@frozen(kw_only=False)
class Artifact(Validated):
    """The output of a source or a build, a zip file in the pipeline's bucket.

    ``build.artifact / "templates/stack.yml"`` is a file in it.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/welcome-introducing-artifacts.html

    Args:
        name: unique in the pipeline.

    Raises:
        ModelError: a name that CodePipeline refuses.

    """

    name: str

    def problems(self) -> Iterator[str]:
        """Yield what is wrong with the name."""
        yield from name_forms.ARTIFACT.problems(self.name, self.where)

    def __truediv__(self, path: str) -> "ArtifactFile":
        """Return a file in the artifact: ``artifact / "stack.yml"``."""
        return ArtifactFile(self, path)

    def param(self, file: str, key: str) -> "ArtifactParameter":
        """Return Fn::GetParam for the value of ``key`` in a JSON ``file`` of the artifact."""
        return ArtifactParameter(self / file, key)


@frozen(kw_only=False)
class ArtifactFile(Validated):
    """A file in an artifact; as text it reads ``Artifact::path/to/file``.

    Args:
        artifact: which holds it.
        path: in the artifact, such as ``templates/stack.yml``.

    Raises:
        ModelError: a path that is empty or absolute, has ``::``, or leads out of the artifact.

    """

    artifact: Artifact
    path: str

    def problems(self) -> Iterator[str]:
        """Yield what is wrong with the path."""
        steps = self.path.split("/")
        if "" in steps or ".." in steps or "::" in self.path:
            yield (
                f"artifact {self.artifact.name!r}: invalid path {self.path!r}: use a relative path "
                "such as 'templates/stack.yml'"
            )

    def __truediv__(self, path: str) -> "ArtifactFile":
        """Return a file in this folder: ``artifact / "templates" / "stack.yml"``."""
        return ArtifactFile(self.artifact, f"{self.path}/{path}")

    def __str__(self) -> str:
        return f"{self.artifact.name}::{self.path}"


@frozen(kw_only=False)
class ArtifactParameter(Validated):
    """A value in a JSON file of an artifact, read when the action runs.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/continuous-delivery-codepipeline-parameter-override-functions.html
    """

    file: ArtifactFile
    key: str

    @property
    def artifact(self) -> Artifact:
        """The artifact that holds the file."""
        return self.file.artifact

    def to_dict(self) -> dict[str, list[str]]:
        """Return CodePipeline's function, as it stands in ParameterOverrides."""
        return {"Fn::GetParam": [self.artifact.name, self.file.path, self.key]}
