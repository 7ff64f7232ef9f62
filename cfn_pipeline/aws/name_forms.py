"""The forms of names that AWS accepts, each with the service that refuses the others.

The patterns are those of the services' API models.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = [
    "ACTION",
    "APPLICATION",
    "APPLICATION_STACK",
    "ARTIFACT",
    "CHANGE_SET",
    "CONTAINER",
    "DATABASE",
    "DATABASE_USER",
    "ENVIRONMENT",
    "NAMESPACE",
    "PARAMETER",
    "PATH",
    "PIPELINE",
    "PROJECT",
    "REPOSITORY",
    "SECRET",
    "SECRET_KEY",
    "STACK",
    "STAGE",
    "SUBNET",
    "VOLUME",
    "VPC",
    "NameForm",
    "arn_problems",
]


@dataclass(frozen=True, kw_only=True)
class NameForm:
    """One kind of name: what AWS calls it, which characters it takes, how long it may be."""

    kind: str
    pattern: str
    characters: str
    longest: int
    shortest: int = 1

    def problems(self, name: object, where: str) -> Iterator[str]:
        """Yield what is wrong with ``name``, where it is said and known.

        A function's value is only known on AWS, and the annotation says where one may stand.
        """
        if not isinstance(name, str):
            return
        if not self.shortest <= len(name) <= self.longest:
            yield (
                f"{where}: the {self.kind} {name[:40]!r} has {len(name)} characters; "
                f"AWS takes {self.shortest} to {self.longest}"
            )
        elif not re.fullmatch(self.pattern, name):
            yield f"{where}: the {self.kind} {name!r} is refused by AWS; use {self.characters}"


def arn_problems(arn: object, kind: str, where: str) -> Iterator[str]:
    """Yield what is wrong with the ARN of a ``kind`` of thing, where it is said and known."""
    if isinstance(arn, str) and not arn.startswith("arn:"):
        yield f"{where}: {arn!r} is no {kind}; give its ARN"


_WORD = "letters, digits and . @ - _"

PIPELINE = NameForm(kind="pipeline name", pattern="[A-Za-z0-9.@_-]+", characters=_WORD, longest=100)
STAGE = NameForm(kind="stage name", pattern="[A-Za-z0-9.@_-]+", characters=_WORD, longest=100)
ACTION = NameForm(kind="action name", pattern="[A-Za-z0-9.@_-]+", characters=_WORD, longest=100)
ARTIFACT = NameForm(
    kind="artifact name",
    pattern="[A-Za-z0-9_-]+",
    characters="letters, digits, - and _",
    longest=100,
)
NAMESPACE = NameForm(
    kind="namespace",
    pattern="[A-Za-z0-9@_-]+",
    characters="letters, digits and @ - _",
    longest=100,
)
STACK = NameForm(
    kind="stack name",
    pattern="[A-Za-z][A-Za-z0-9-]*",
    characters="letters, digits and -, a letter first",
    longest=128,
)
CHANGE_SET = NameForm(
    kind="change set name",
    pattern=STACK.pattern,
    characters=STACK.characters,
    longest=128,
)
PROJECT = NameForm(
    kind="CodeBuild project name",
    pattern="[A-Za-z0-9][A-Za-z0-9_-]*",
    characters="letters, digits, - and _, no - or _ first",
    longest=150,
    shortest=2,
)
PARAMETER = NameForm(
    kind="parameter name",
    pattern="[A-Za-z0-9]+",
    characters="letters and digits",
    longest=255,
)
REPOSITORY = NameForm(
    kind="ECR repository name",
    pattern="(?:[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*/)*[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*",
    characters="lower-case letters and digits, with . _ - or / between them",
    longest=256,
    shortest=2,
)
CONTAINER = NameForm(
    kind="container name",
    pattern="[A-Za-z0-9_-]+",
    characters="letters, digits, - and _",
    longest=255,
)
VOLUME = NameForm(
    kind="volume name",
    pattern="[A-Za-z0-9_-]+",
    characters="letters, digits, - and _",
    longest=255,
)
PATH = NameForm(
    kind="path",
    pattern="/[A-Za-z0-9._/-]+",
    characters="an absolute path of letters, digits and . _ -",
    longest=255,
)
DATABASE = NameForm(
    kind="database name",
    pattern="[A-Za-z][A-Za-z0-9_]*",
    characters="letters, digits and _, a letter first",
    longest=64,
)
DATABASE_USER = NameForm(
    kind="database user",
    pattern="[A-Za-z][A-Za-z0-9_]*",
    characters="letters, digits and _, a letter first",
    longest=16,
)
SECRET = NameForm(
    kind="secret's name",
    pattern="[A-Za-z0-9/_+=.@-]+",
    characters="letters, digits and / _ + = . @ -",
    longest=512,
)
SECRET_KEY = NameForm(
    kind="secret's key",
    pattern="[A-Za-z][A-Za-z0-9_]*",
    characters="letters, digits and _, a letter first",
    longest=255,
)
VPC = NameForm(
    kind="VPC", pattern="vpc-[0-9a-f]+", characters="an id such as vpc-0a1b2c3d", longest=32
)
SUBNET = NameForm(
    kind="subnet",
    pattern="subnet-[0-9a-f]+",
    characters="an id such as subnet-0a1b2c3d",
    longest=32,
)
#: A stack's name begins the names of its functions, of which Lambda takes 64 characters.
APPLICATION_STACK = NameForm(
    kind="stack name", pattern=STACK.pattern, characters=STACK.characters, longest=49
)
#: An environment's name becomes part of a stack's name and of a file's name.
ENVIRONMENT = NameForm(
    kind="environment name",
    pattern="[a-z][a-z0-9-]*",
    characters="lower-case letters, digits and -, a letter first",
    longest=24,
)
#: An application's name becomes part of a bucket's name, which an account number and a region
#: complete: 63 characters together.
APPLICATION = NameForm(
    kind="application name",
    pattern="[a-z](?:[a-z0-9-]*[a-z0-9])?",
    characters="lower-case letters, digits and -, a letter first, no - last",
    longest=24,
    shortest=2,
)
