"""The forms of names that AWS accepts, each with the service that refuses the others.

The patterns are those of the services' API models.
"""

import re
from collections.abc import Iterator

from cfn_pipeline.frozen import Frozen, frozen


@frozen
class NameForm(Frozen):
    """One kind of name.

    Args:
        kind: what AWS calls it.
        pattern: the names that AWS accepts.
        characters: the same in words.
        longest: characters.
        shortest: characters.
        reason: why a name must be shorter than AWS's own limit; empty: it is AWS's limit.

    """

    kind: str
    pattern: str
    characters: str
    longest: int
    shortest: int = 1
    reason: str = ""

    def problems(self, name: object, where: str) -> Iterator[str]:
        """Yield what is wrong with ``name``, unless it is absent or a function."""
        if not isinstance(name, str):
            return
        if not self.shortest <= len(name) <= self.longest:
            because = f", because {self.reason}" if self.reason else ""
            count = f"{len(name)} character{'' if len(name) == 1 else 's'}"
            lengths = f"{self.shortest} to {self.longest}"
            lengths = str(self.longest) if self.longest == self.shortest else lengths
            yield f"{where}: the {self.kind} {name[:40]!r} has {count}; use {lengths}{because}"
        elif not re.fullmatch(self.pattern, name):
            yield f"{where}: invalid {self.kind} {name!r}: use {self.characters}"


def arn_problems(arn: object, kind: str, where: str) -> Iterator[str]:
    """Yield what is wrong with an ARN, unless it is absent or a function."""
    if isinstance(arn, str) and not arn.startswith("arn:"):
        yield f"{where}: invalid {kind} {arn!r}: use its ARN"


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
#: The name of a report group is that of the project, and this.
#: https://docs.aws.amazon.com/codebuild/latest/userguide/test-report-group-naming.html
REPORT = NameForm(
    kind="report name",
    pattern="[A-Za-z0-9][A-Za-z0-9_-]*",
    characters="letters, digits, _ and -, a letter or digit first",
    longest=80,
)
#: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
STORED_PARAMETER = NameForm(
    kind="Systems Manager parameter",
    pattern="/?[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*",
    characters="letters, digits and _ . -, with / between the steps of a path",
    longest=1011,
)
PARAMETER = NameForm(
    kind="parameter name",
    pattern="[A-Za-z0-9]+",
    characters="letters and digits",
    longest=255,
)
PIPELINE_VARIABLE = NameForm(
    kind="variable's name",
    pattern="[A-Za-z0-9@_-]+",
    characters="letters, digits and @ _ -",
    longest=128,
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
INSTANCE_TYPES = NameForm(
    kind="instance type",
    pattern=r"[a-z0-9*-]+[.][a-z0-9*-]+",
    characters="a type such as 'm7i.large', or several such as 'm7i.*'",
    longest=30,
)
IMAGE = NameForm(
    kind="image",
    pattern=(
        r"(?:[A-Za-z0-9.-]|\$\{AWS::(?:AccountId|Region|URLSuffix)\})+(?::[0-9]+)?"
        r"(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?"
    ),
    characters="an image such as 'public.ecr.aws/nginx/nginx:1.29'",
    longest=255,
)
VOLUME = NameForm(
    kind="volume name",
    pattern="[A-Za-z0-9_-]+",
    characters="letters, digits, - and _",
    longest=255,
)
FILE_SYSTEM = NameForm(
    kind="name of a file system's volume",
    pattern="[a-z][a-z0-9]*(?:-[a-z][a-z0-9]*)*",
    characters="words of lower-case letters and digits, a letter first, with - between them",
    longest=40,
)
FILE_SYSTEM_ID = NameForm(
    kind="file system",
    pattern="fs-[0-9a-f]{8,40}",
    characters="an id such as fs-0a1b2c3d4e5f60718",
    longest=43,
)
ACCESS_POINT_ID = NameForm(
    kind="access point",
    pattern="fsap-[0-9a-f]{8,40}",
    characters="an id such as fsap-0a1b2c3d4e5f60718",
    longest=45,
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
MYSQL_VERSION = NameForm(
    kind="MySQL version",
    pattern=r"[589]\.[0-9]+(?:\.[0-9]+(?:-rds\.[0-9]+)?)?",
    characters="a version of MySQL, such as '8.4' or '8.4.11'",
    longest=32,
)
POSTGRESQL_VERSION = NameForm(
    kind="PostgreSQL version",
    pattern=r"[1-9][0-9](?:\.[0-9]+(?:-rds\.[0-9]+)?)?",
    characters="a version of PostgreSQL, such as '17' or '17.11'",
    longest=32,
)
AURORA_MYSQL_VERSION = NameForm(
    kind="Aurora MySQL version",
    pattern=r"8\.[0-9](?:\.mysql_aurora\.[0-9]+\.[0-9]+\.[0-9]+)?",
    characters="a version of Aurora MySQL, such as '8.0' or '8.0.mysql_aurora.3.10.1'",
    longest=40,
)
AURORA_POSTGRESQL_VERSION = NameForm(
    kind="Aurora PostgreSQL version",
    pattern=r"[1-9][0-9](?:\.[0-9]+)?",
    characters="a version of Aurora PostgreSQL, such as '17' or '17.6'",
    longest=32,
)
HOST = NameForm(
    kind="host",
    pattern="[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?",
    characters="a host name such as 'db.example.com', or an address",
    longest=253,
)
SECRET_ARN = NameForm(
    kind="secret",
    pattern="arn:[a-z-]+:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@!-]+",
    characters="the ARN of a secret in Secrets Manager",
    longest=2048,
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
#: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
BUCKET = NameForm(
    kind="bucket name",
    pattern="[a-z0-9][a-z0-9.-]*[a-z0-9]",
    characters="lower-case letters, digits, . and -, a letter or digit first and last",
    longest=63,
    shortest=3,
)
IMAGE_TAG = NameForm(
    kind="image tag",
    pattern="[A-Za-z0-9_][A-Za-z0-9_.-]*",
    characters="letters, digits and _ . -, no . or - first",
    longest=128,
)
QUEUE = NameForm(
    kind="queue name",
    pattern="[A-Za-z0-9_-]+(?:[.]fifo)?",
    characters="letters, digits, - and _, and .fifo last",
    longest=80,
)
HEALTH_CHECK_PATH = NameForm(
    kind="health check path",
    pattern=r"/\S*",
    characters="a path with / first, such as '/health'",
    longest=1024,
)
#: A path with wildcards, as rules of listeners match it.
PATH_PATTERN = NameForm(
    kind="path pattern",
    pattern=r"/[A-Za-z0-9_.$/~\"'@:+&*?-]*",
    characters="a path such as '/orders/*', with * and ?",
    longest=128,
)
HOST_PATTERN = NameForm(
    kind="host pattern",
    pattern=r"[A-Za-z0-9.*?-]+",
    characters="a host such as '*.example.com', with * and ?",
    longest=128,
)
STATUS_CODES = NameForm(
    kind="statuses of a health check",
    pattern="[2-4][0-9]{2}(?:[-,][2-4][0-9]{2})*",
    characters="statuses such as '200', '200-299' or '200,302'",
    longest=64,
)
CERTIFICATE = NameForm(
    kind="certificate",
    pattern="arn:[a-z-]+:acm:[a-z0-9-]+:[0-9]{12}:certificate/[a-z0-9-]+",
    characters="the ARN of a certificate in ACM",
    longest=2048,
)
EXPORT = NameForm(
    kind="export name",
    pattern="[A-Za-z0-9:-]+",
    characters="letters, digits, : and -",
    longest=255,
)
SCHEDULED_TASK = NameForm(
    kind="scheduled task's name",
    pattern="[a-z][a-z0-9]*(?:-[a-z][a-z0-9]*)*",
    characters="words of lower-case letters and digits, a letter first, with - between them",
    longest=40,
)
TIMEZONE = NameForm(
    kind="time zone",
    pattern="[A-Za-z][A-Za-z0-9_+/-]*",
    characters="a name such as 'Europe/Berlin'",
    longest=50,
)
ACCOUNT = NameForm(
    kind="AWS account",
    pattern="[0-9]{12}",
    characters="12 digits",
    longest=12,
    shortest=12,
)
REGION = NameForm(
    kind="region",
    pattern="[a-z]{2,4}(-[a-z]+)+-[0-9]",
    characters="a region such as eu-west-1",
    longest=25,
)
#: It stands in commands of the deployment folder's Makefile.
PROFILE = NameForm(
    kind="profile",
    pattern="[A-Za-z0-9_./@+-]+",
    characters="letters, digits and _ . / @ + -",
    longest=128,
)
VPC = NameForm(
    kind="VPC", pattern="vpc-[0-9a-f]+", characters="an id such as vpc-0a1b2c3d", longest=32
)
SECURITY_GROUP = NameForm(
    kind="security group",
    pattern="sg-[0-9a-f]+",
    characters="an id such as sg-0a1b2c3d",
    longest=32,
)
SUBNET = NameForm(
    kind="subnet",
    pattern="subnet-[0-9a-f]+",
    characters="an id such as subnet-0a1b2c3d",
    longest=32,
)
APPLICATION_STACK = NameForm(
    kind="stack name",
    pattern=STACK.pattern,
    characters=STACK.characters,
    longest=49,
    reason="it begins the names of the stack's functions, and Lambda allows 64 characters",
)
#: An environment's name becomes part of a stack's name and of a file's name.
ENVIRONMENT = NameForm(
    kind="environment name",
    pattern="[a-z][a-z0-9-]*",
    characters="lower-case letters, digits and -, a letter first",
    longest=24,
)
APPLICATION = NameForm(
    kind="application name",
    pattern="[a-z](?:[a-z0-9-]*[a-z0-9])?",
    characters="lower-case letters, digits and -, a letter first, no - last",
    longest=24,
    shortest=2,
    reason=(
        "it begins the names of buckets, which end with the account and the region, and S3 "
        "allows 63 characters"
    ),
)
