"""CodePipeline's own build of an image: whether it could begin, and a digest in its place.

https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECRBuildAndPublish.html
"""

from hashlib import sha256

from cfn_pipeline.rehearsal.context import Context
from cfn_pipeline.rehearsal.folder import path_below
from cfn_pipeline.rehearsal.outcome import ActionFailed, Outcome
from cfn_pipeline.rehearsal.pipeline import Action


def run_image_build(action: Action, context: Context) -> Outcome:
    """Look for the Dockerfile; the digest of the image that is not built is that of the sources.

    Raises:
        ActionFailed: a Dockerfile is missing, or the folder in which it could be.

    """
    if not action.inputs:
        raise ActionFailed("an ECRBuildAndPublish action needs an input artifact")
    [artifact, *_] = action.inputs
    folder = context.folder.new_build(action.stage, action.name)
    try:
        source = context.artifacts.get(artifact, folder.source(artifact), context.stop)
    except LookupError:
        raise ActionFailed(f"no earlier action has created the artifact {artifact}") from None
    place = action.configuration.get("DockerFilePath", "").removeprefix("./").rstrip("/")
    path = path_below(source, place) if place not in ("", ".") else source
    file = path if path.is_file() else path / "Dockerfile"
    if not file.is_file():
        raise ActionFailed(f"the artifact {artifact} has no {f'{place}/' * bool(place)}Dockerfile")
    repository = action.configuration.get("ECRRepositoryName", "")
    sources = context.artifacts.stored[artifact].commit.encode() + file.read_bytes()
    digest = f"sha256:{sha256(sources).hexdigest()}"
    context.notify(f"{action.where}: no image is built; its digest is a placeholder")
    return Outcome(
        message=f"{repository}@{digest[:19]} (placeholder)",
        variables={"ECRImageDigestId": digest, "ECRRepositoryName": repository},
    )
