"""The configuration file with which a new deployment folder begins."""

import json
import re
from collections.abc import Mapping

from cfn_pipeline.aws import name_forms
from cfn_pipeline.config.kinds import alternatives, fields
from cfn_pipeline.model.compute import Compute, TaskCompute
from cfn_pipeline.model.database import Database

#: Lets editors complete and check the file; the schema is beside it.
_MODELINE = "# yaml-language-server: $schema=cfn-pipeline.schema.json"
_PLAIN = re.compile(r"[A-Za-z][\w./-]*", re.ASCII)
#: Plain words that readers of YAML take for a boolean or nothing.
_KEYWORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}


#: What an existing database has, known to those who run it.
_EXISTING = (
    "      # host: db.example.com   # or DatabaseHost in dev.json",
    "      # secret: arn:aws:...    # with username and password; or DatabaseSecretArn",
    "      # security_group: sg-... # or DatabaseSecurityGroup",
)

_PRIVATE_SUBNETS = (
    "        # private_subnets: [subnet-1b2c3d4e, subnet-5f6a7b8c]  # two with a NAT gateway"
)

#: The environments of the file.
ENVIRONMENTS = ("dev", "prod")


def new_config(
    name: str,
    *,
    source: str,
    compute: str,
    database: str | None,
    port: int | None,
    accounts: Mapping[str, str] | None = None,
    regions: Mapping[str, str] | None = None,
) -> str:
    """Return the text of a cfn-pipeline.yml with one application, dev and prod.

    Args:
        name: the application's name.
        source: its repository.
        compute: on what it runs, as ``type`` has it.
        database: the engine, as ``type`` has it; None: the application has no database.
        port: on which the container listens; None: it is a worker without a load balancer.
        accounts: of environments, by name; absent: all are in the pipeline's.
        regions: likewise.

    """

    def place(environment: str) -> list[str]:
        account, region = (accounts or {}).get(environment), (regions or {}).get(environment)
        lines = [] if account is None else [f'        account: "{account}"']
        lines += [] if region is None else [f"        region: {region}"]
        return lines

    identifier = _scalar(_identifier(name))
    plain, name, source = name, _scalar(name), _scalar(source)
    lines = [
        _MODELINE,
        "# What is delivered. After each change: cfn-pipeline render --config cfn-pipeline.yml",
        "",
        "applications:",
        f"  - name: {name}",
        f"    source: {source}  # the repository of the code; deployed from {source}-aws",
        f"    # deployment_source: {{name: {source}, folder: aws}}  # or from a folder of the same",
        "    container:",
        f"      name: {name}",
        "      cpu: 256     # units; 1024 are one core",
        "      memory: 512  # MiB",
        *([] if port is None else [f"      port: {port}   # on which it listens"]),
        "      # environment: {LOG_LEVEL: info}",
        f"      # secrets: {{TOKEN: ssm:/{plain}/token}}  # or secretsmanager:{plain}/token",
        f"      # permissions: [{{actions: s3:PutObject, on: 'arn:aws:s3:::{plain}-files/*'}}]",
        "      # user: 1000:1000   # user and group id that it runs as",
        "      # read_only: false  # lets it write outside /tmp",
        *_load_balancer(port),
        "    compute:",
        f"      type: {compute}",
        *_database(database, identifier),
        *(
            []
            if port is not None
            else [f"    # scaling: {{queue: {{name: {plain}-jobs, messages_per_task: 20}}}}"]
        ),
        "    # minimum_tasks: 1",
        "    # maximum_tasks: 4",
        "    environments:",
        "      - name: dev",
        *place("dev"),
        "        # vpc_id: vpc-0a1b2c3d  # or in dev.json",
        "        # subnets: [subnet-0a1b2c3d, subnet-4e5f6a7b]  # two public ones, in two zones",
        *([_PRIVATE_SUBNETS] if _is_private(compute) else []),
        "      - name: prod",
        *place("prod"),
        "        approval: true  # a person approves each deployment",
        "        # desired_count: 2",
    ]
    return "\n".join(lines) + "\n"


def _is_private(compute: str) -> bool:
    """Return whether containers run in private subnets by default."""
    made = alternatives(Compute)[compute]()
    return isinstance(made, TaskCompute) and made.is_private


def _load_balancer(port: int | None) -> list[str]:
    if port is None:
        return ["    load_balancer: null  # a worker: it receives no requests"]
    return [
        "    load_balancer:",
        "      health_check_path: /  # answers 200 while the application is healthy",
    ]


def _database(database: str | None, identifier: str) -> list[str]:
    if database is None:
        return [f"    # database: {{type: postgresql, name: {identifier}, username: {identifier}}}"]
    return [
        "    database:",
        f"      type: {database}",
        f"      name: {identifier}",
        *(
            [f"      username: {identifier}"]
            if "username" in fields(alternatives(Database)[database])
            else _EXISTING
        ),
    ]


def _identifier(name: str) -> str:
    """Return a name for a database and its owner."""
    return re.sub(r"\W", "_", name, flags=re.ASCII)[: name_forms.DATABASE_USER.longest]


def _scalar(text: str) -> str:
    """Return a string as every reader of YAML reads it."""
    is_plain = _PLAIN.fullmatch(text) and text.lower() not in _KEYWORDS
    return text if is_plain else json.dumps(text)
