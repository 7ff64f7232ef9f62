"""What can go wrong, as one tree.

::

    CfnPipelineError
    ├── ModelError      what was said cannot be delivered (also a ValueError)
    ├── BuildspecError  a buildspec that CodeBuild could not read (also a ValueError)
    ├── TemplateError   a text or mapping that is no CloudFormation template (also a ValueError)
    ├── EditionError    an edition, or a file of one, that does not exist (also a LookupError)
    ├── OutputError     rendered files that cannot be read or written (also an OSError)
    └── RehearsalError  a rehearsal that cannot begin, or cannot go on

Every message says where, what value, which rule, and the way out.
"""

from collections.abc import Iterable

__all__ = [
    "BuildspecError",
    "CfnPipelineError",
    "EditionError",
    "ModelError",
    "OutputError",
    "RehearsalError",
    "TemplateError",
]


class CfnPipelineError(Exception):
    """The root of every exception that this package raises on purpose."""


class ModelError(CfnPipelineError, ValueError):
    """A value of the model that AWS would refuse, or that could never work.

    ``problems`` holds every mistake that was found, one sentence or two each; the message
    is all of them, a line each.
    """

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))

    @classmethod
    def raise_for(cls, problems: Iterable[str]) -> None:
        """Raise one error for all ``problems``, or return when there are none."""
        found = tuple(problems)
        if found:
            raise cls(*found)


class TemplateError(CfnPipelineError, ValueError):
    """A text or a mapping that cannot be read, or written, as a CloudFormation template."""


class BuildspecError(CfnPipelineError, ValueError):
    """A buildspec that CodeBuild could not read, or that a rehearsal cannot run."""


class EditionError(CfnPipelineError, LookupError):
    """An edition that does not exist, or a file that an edition does not have."""


class OutputError(CfnPipelineError, OSError):
    """A folder or file that rendered output cannot be read from or written to."""


class RehearsalError(CfnPipelineError):
    """A rehearsal that cannot begin, or cannot go on, for a reason that is no stage's.

    A pipeline that fails is no error: that is what a rehearsal finds out.
    """
