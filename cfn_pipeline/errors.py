"""The exceptions of this package, as one tree.

::

    CfnPipelineError
    ├── ModelError      a value of the model that AWS would refuse (also a ValueError)
    ├── BuildspecError  an invalid buildspec (also a ValueError)
    ├── TemplateError   an invalid CloudFormation template (also a ValueError)
    ├── EditionError    an edition, or a file of one, that does not exist (also a LookupError)
    ├── OutputError     rendered files that cannot be read or written (also an OSError)
    ├── DeploymentError a deployment that cannot start, or that fails
    └── RehearsalError  a rehearsal that cannot start or continue

Every message has the subject, the rule, the value and the way out.
"""

from collections.abc import Iterable

from cfn_pipeline.printable import shortened

__all__ = [
    "BuildspecError",
    "CfnPipelineError",
    "DeploymentError",
    "EditionError",
    "ModelError",
    "OutputError",
    "RehearsalError",
    "TemplateError",
]


class CfnPipelineError(Exception):
    """Base class of the exceptions of this package.

    ``problems`` has every mistake; the message is all of them, a line each.
    """

    def __init__(self, *problems: str) -> None:
        self.problems = tuple(map(shortened, problems))
        super().__init__("\n".join(self.problems))


class ModelError(CfnPipelineError, ValueError):
    """A value of the model that AWS would refuse, or that cannot work."""

    @classmethod
    def raise_for(cls, problems: Iterable[str]) -> None:
        """Raise one error for all ``problems``, or return when there are none."""
        every = tuple(problems)
        if every:
            raise cls(*every)


class TemplateError(CfnPipelineError, ValueError):
    """A text or a mapping that cannot be read, or written, as a CloudFormation template.

    ``line`` and ``column`` are the place in the text, from 1; None if the error has no place.
    """

    def __init__(self, message: str, *, line: int | None = None, column: int | None = None) -> None:
        self.line = line
        self.column = column
        super().__init__(message)


class BuildspecError(CfnPipelineError, ValueError):
    """A buildspec that CodeBuild could not read, or that a rehearsal cannot run."""


class EditionError(CfnPipelineError, LookupError):
    """An edition that does not exist, or a file that an edition does not have."""


class OutputError(CfnPipelineError, OSError):
    """A folder or file that rendered output cannot be read from or written to."""


class DeploymentError(CfnPipelineError):
    """A deployment that cannot start, or that CloudFormation refuses or fails."""


class RehearsalError(CfnPipelineError):
    """A rehearsal that cannot start or continue for a reason outside the pipeline.

    A pipeline that fails raises nothing: its failure is the result of the rehearsal.
    """
