"""Strategies of hypothesis for applications of all aspects."""

import dataclasses
from typing import Any

from hypothesis import strategies as st

from cfn_pipeline import (
    Allow,
    Application,
    Approval,
    Artifact,
    AuroraMySql,
    AuroraPostgreSql,
    BlueGreen,
    Build,
    BuildVpc,
    Canary,
    Commands,
    Container,
    Ec2,
    EC2Deploy,
    ECRImage,
    ECSDeploy,
    EfsVolume,
    Egress,
    EKSDeploy,
    Environment,
    ExistingEfsVolume,
    ExistingMySql,
    ExistingPostgreSql,
    Fargate,
    HealthCheck,
    HostVolume,
    ImageBuild,
    InstanceRequirements,
    LambdaDeploy,
    LambdaInvoke,
    Linear,
    LoadBalancer,
    ManagedInstances,
    MySql,
    OwnStack,
    PostgreSql,
    Queue,
    Report,
    Repository,
    Rolling,
    S3Object,
    Scaling,
    ScheduledTask,
    Secret,
    StackSet,
    StartPipeline,
    Variable,
)
from cfn_pipeline.aws import name_forms
from cfn_pipeline.aws.cloudwatch import RETENTION_DAYS
from cfn_pipeline.aws.codebuild import COMPUTE_TYPES, TYPES_WITHOUT_LOCAL_CACHE
from cfn_pipeline.aws.name_forms import NameForm
from cfn_pipeline.model.compute import Compute
from cfn_pipeline.model.database import Database, OwnDatabase
from cfn_pipeline.model.existing_database import ExistingDatabase
from cfn_pipeline.model.load_balancers import ListenerRule

ARN = "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:"
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/1f0c3a52-7d1e-4c53-9d0e-0123456789ab"
OWN: dict[str, Any] = {
    "Parameters": {"Version": {"Type": "String"}},
    "Resources": {
        "Topic": {"Type": "AWS::SNS::Topic"},
        "Current": {
            "Type": "AWS::SSM::Parameter",
            "Properties": {"Type": "String", "Value": {"Ref": "Version"}},
        },
    },
}


BUILD_VPC = BuildVpc(
    vpc_id="vpc-0a1b2c3d", subnets=["subnet-1b2c3d4e"], security_groups=["sg-2c3d4e5f"]
)
REPORTS = {
    "unit": Report(["a/*.xml", "**/b.xml"]),
    "code": Report("c.xml", format="CLOVERXML", folder="out"),
}
FILES = Artifact("DeploymentRepository")
BEFORE = [
    LambdaInvoke(name="Freeze", function="freeze"),
    StackSet(name="Base", stack_set="base", template=FILES / "base.yml"),
]
AFTER = [
    Commands(name="Smoke", input=FILES, commands=["make smoke"]),
    LambdaDeploy(name="Function", input=FILES, function="jobs", alias="live"),
    EC2Deploy(name="Hosts", input=FILES, tag_key="app", spec="deployspec.yml"),
    EKSDeploy(name="Pods", input=FILES, cluster="main", manifests=["pods.yml"]),
    ECSDeploy(name="Service", input=FILES, cluster="main", service="api"),
    StartPipeline(name="Next", pipeline="next"),
]
SOURCES = [
    Repository("acme/orders", branch="trunk"),
    Repository("orders"),
    Repository("acme/shop", folder="services/orders"),
    Repository("acme/shop/orders", provider="gitlab"),
    Repository("acme/orders", provider="bitbucket"),
    Repository("orders", provider="codecommit"),
    S3Object(bucket="acme-code", key="orders.zip"),
    ECRImage(repository="acme/orders", tag="stable"),
]


def names(form: NameForm, longest: int | None = None) -> st.SearchStrategy[str]:
    """Draw names of a form."""
    limit = min(form.longest, longest or form.longest)
    drawn = st.from_regex(form.pattern, fullmatch=True)
    return drawn.filter(lambda name: form.shortest <= len(name) <= limit)


def some(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Draw None or a value."""
    return st.none() | strategy


booleans = st.booleans()
# cfn-lint takes ${...} in text for a forgotten Fn::Sub (E1029).
text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20).filter(
    lambda value: "${" not in value
)
variables = st.from_regex("[A-Z][A-Z0-9_]{0,8}_V", fullmatch=True)
NETWORK: dict[str, Any] = {
    "vpc_id": "vpc-0a1b2c3d",
    "subnets": ["subnet-0a1b2c3d", "subnet-1b2c3d4e"],
    "private_subnets": ["subnet-2c3d4e5f", "subnet-3d4e5f6a"],
}


APPROVALS: list[Any] = [
    False,
    True,
    Approval(),
    Approval(approve_empty=True),
    Approval(preview=True),
]


@st.composite
def containers(draw: st.DrawFn, name: str, volumes: list[str]) -> Container:
    environment = draw(st.dictionaries(variables, text, max_size=2))
    source = st.sampled_from(["ssm:/a/token", "secretsmanager:a/b", "secretsmanager:a/c:KEY"])
    secrets = draw(st.dictionaries(variables, source.map(Secret), max_size=2))
    return Container(
        name=name,
        command=draw(st.lists(text.filter(bool), max_size=2)),
        cpu=draw(st.integers(1, 512)),
        memory=draw(st.integers(6, 1024)),
        environment=environment,
        secrets={name: secret for name, secret in secrets.items() if name not in environment},
        permissions=draw(
            st.lists(
                st.builds(
                    Allow,
                    st.sampled_from(["sqs:SendMessage", ["s3:GetObject", "s3:Put*"]]),
                    st.sampled_from(["*", f"{ARN}jobs", [f"{ARN}a", f"{ARN}b"]]),
                ),
                max_size=2,
            )
        ),
        health_check=draw(
            some(
                st.builds(
                    HealthCheck,
                    text.filter(str.strip),
                    interval=st.integers(5, 300),
                    start_period=st.integers(0, 300),
                )
            )
        ),
        database=draw(some(st.booleans())),
        mounts={volume: f"/mnt/{volume}" for volume in volumes if draw(st.booleans())},
        user=draw(st.sampled_from(["1000:1000", "65534:65534", None])),
        read_only=draw(st.booleans()),
    )


@st.composite
def sidecars(draw: st.DrawFn, name: str, volumes: list[str], first: str) -> Container:
    """Draw a container beside the first one, perhaps with an image of its own."""
    account = "111122223333.dkr.ecr.eu-west-1.amazonaws.com"
    images = [None, "public.ecr.aws/nginx/nginx:1.29", f"{account}/tools/agent@sha256:{'0a' * 32}"]
    return dataclasses.replace(
        draw(containers(name, volumes)),
        image=draw(st.sampled_from(images)),
        depends_on=draw(st.sampled_from([{}, {first: "START"}])),
    )


egress = st.lists(
    st.builds(
        Egress,
        st.integers(444, 65535),
        to=st.sampled_from(["0.0.0.0/0", "10.0.0.0/8", "sg-0a1b2c3d"]),
        protocol=st.sampled_from(["tcp", "udp"]),
    ),
    max_size=2,
    unique=True,
)
on_tasks = {
    "architecture": st.sampled_from(["X86_64", "ARM64"]),
    "egress": egress,
}
requirements = st.builds(
    InstanceRequirements,
    minimum_vcpus=st.integers(0, 4),
    maximum_vcpus=some(st.integers(4, 64)),
    minimum_memory=st.integers(0, 4096),
    instance_types=st.sampled_from([[], ["m7i.*", "m7g.large"]]),
)
computes: st.SearchStrategy[Compute] = (
    st.builds(
        Ec2, instance_type=some(st.just("m7i.large")), maximum=st.integers(1, 9), egress=egress
    )
    | st.builds(Fargate, spot_percent=st.integers(0, 100), private=st.booleans(), **on_tasks)
    | st.builds(
        ManagedInstances,
        requirements=some(requirements),
        spot=st.booleans(),
        storage=some(st.integers(30, 16384)),
        **on_tasks,
    )
)


def volumes_on(compute: Compute) -> st.SearchStrategy[dict[str, Any]]:
    """Draw volumes, with folders of the host where there is one."""
    choices: list[dict[str, Any]] = [
        {},
        {"data": EfsVolume()},
        {"shared-data": EfsVolume(backup=False, read_only=True, days_until_infrequent_access=1)},
        {"data": ExistingEfsVolume(file_system="fs-0a1b2c3d", security_group="sg-0a1b2c3d")},
        {"data": ExistingEfsVolume(access_point="fsap-0a1b2c3d")},
    ]
    if isinstance(compute, Ec2):
        choices += [{"data": "/srv/data"}, {"data": HostVolume("/srv/data"), "b": EfsVolume()}]
    return st.sampled_from(choices)


owned = {"name": names(name_forms.DATABASE, 20), "username": names(name_forms.DATABASE_USER)}
KEY = "arn:aws:kms:us-east-1:111122223333:key/0a1b"
SECRET = "arn:aws:secretsmanager:us-east-1:111122223333:secret:orders/db-a1B2c3"
databases: st.SearchStrategy[Database] = (
    st.sampled_from([MySql, PostgreSql]).flatmap(
        lambda engine: st.builds(engine, **owned, allocated_storage=some(st.integers(20, 100)))
    )
    | st.sampled_from([AuroraMySql, AuroraPostgreSql]).flatmap(
        lambda engine: st.builds(
            engine,
            **owned,
            minimum_capacity=st.sampled_from([0, 0.5, 8]),
            maximum_capacity=st.sampled_from([8, 31.5, 256]),
            seconds_until_auto_pause=some(st.integers(300, 86400)),
        )
    )
    | st.sampled_from([ExistingMySql, ExistingPostgreSql]).flatmap(
        lambda engine: st.builds(
            engine,
            name=names(name_forms.DATABASE, 20),
            host=some(st.just("db.example.com")),
            port=some(st.integers(1, 65535)),
            secret=some(st.just(SECRET)),
            encryption_key=some(st.just(KEY)),
            security_group=some(st.just("sg-0a1b2c3d")),
        )
    )
)


def without_default(database: Database | None, volumes: dict[str, Any]) -> dict[str, str]:
    """Return values of the stack's parameters for what is not drawn of what exists."""
    values: dict[str, str] = {}
    if isinstance(database, ExistingDatabase):
        values |= {
            "DatabaseHost": database.host or "db.example.com",
            "DatabaseSecretArn": database.secret or SECRET,
            "DatabaseSecurityGroup": database.security_group or "sg-0a1b2c3d",
        }
    if isinstance(volumes.get("data"), ExistingEfsVolume):
        values |= {
            "DataFileSystemId": "fs-0a1b2c3d",
            "DataFileSystemSecurityGroup": "sg-0a1b2c3d",
        }
    return values


@st.composite
def load_balancers(draw: st.DrawFn) -> LoadBalancer:
    rule = draw(
        some(
            st.builds(
                ListenerRule,
                priority=st.integers(1, 50000),
                paths=st.just(["/orders/*"]),
                hosts=st.sampled_from([[], ["orders.example.com"]]),
                listener_export=st.just("shared-listener"),
                security_group_export=st.just("shared-security-group"),
            )
        )
    )
    interval = draw(st.integers(6, 300))
    return LoadBalancer(
        health_check_path=draw(st.sampled_from([None, "/", "/health"])),
        health_check_codes=draw(st.sampled_from([None, "200-299", "200,302"])),
        health_check_interval=interval,
        healthy_threshold=draw(some(st.integers(2, 10))),
        grace_period=draw(st.integers(0, 600)),
        internal=rule is None and draw(st.booleans()),
        certificate=None if rule is not None else draw(some(st.just(CERTIFICATE))),
        listener_rule=rule,
    )


def places() -> st.SearchStrategy[dict[str, Any]]:
    """Account and region, mostly those of the pipeline."""
    return st.fixed_dictionaries(
        {
            "account": st.sampled_from([None, None, "111111111111", "222222222222"]),
            "region": st.sampled_from([None, None, "eu-west-1", "us-east-1"]),
        }
    )


@st.composite
def environments(draw: st.DrawFn, most: int) -> list[Environment]:
    chosen = draw(
        st.lists(
            names(name_forms.ENVIRONMENT), min_size=1, max_size=3, unique_by=lambda n: n.lower()
        )
    )
    return [
        Environment(
            name,
            approval=draw(st.sampled_from(APPROVALS)),
            desired_count=draw(some(st.integers(0, most))),
            protected=draw(some(st.booleans())),
            before=draw(st.lists(st.sampled_from(BEFORE), max_size=1)),
            after=draw(st.lists(st.sampled_from(AFTER), max_size=2, unique_by=lambda a: a.name)),
            **draw(places()),
        )
        for name in chosen
    ]


@st.composite
def builds(draw: st.DrawFn) -> Build:
    image = draw(st.sampled_from([None, "aws/codebuild/standard:7.0"]))
    environment = draw(st.dictionaries(variables, text, max_size=1))
    compute_type = draw(st.sampled_from(COMPUTE_TYPES))
    vpc = draw(some(st.just(BUILD_VPC)))
    caches = [None, "S3", *([] if vpc or compute_type in TYPES_WITHOUT_LOCAL_CACHE else ["LOCAL"])]
    cache = draw(st.sampled_from(caches))
    return Build(
        image=image,
        compute_type=compute_type,
        docker=image is None or draw(st.booleans()),
        timeout_minutes=draw(st.integers(5, 2160)),
        environment=environment,
        buildspec=draw(st.sampled_from([None, "ci/buildspec.yml"])),
        cache=cache,
        cache_paths=["node_modules/**/*"] if cache and draw(st.booleans()) else [],
        reports=draw(st.sampled_from([{}, {"unit": Report("*.xml")}, REPORTS])),
        vpc=vpc,
    )


@st.composite
def applications(draw: st.DrawFn) -> Application:
    """Draw an application of containers, or one with a template of its own."""
    most = draw(st.integers(1, 20))
    common: dict[str, Any] = {
        "name": draw(names(name_forms.APPLICATION).filter(lambda n: n != "codebuild")),
        "title": draw(some(st.sampled_from(["Orders", "Bestellungen & Käufe"]))),
        "source": (source := draw(st.sampled_from(SOURCES))),
        "deployment_source": None
        if isinstance(source, Repository)
        else Repository("acme/orders-aws"),
        "environments": draw(environments(most)),
        "log_retention_days": draw(st.sampled_from(RETENTION_DAYS)),
        "suppressions": draw(st.sampled_from([[], ["checkov", "cdk-nag"], ["guard"]])),
        "pipeline_variables": draw(st.sampled_from([[], [Variable("TARGET", default="blue")]])),
        "pull_accounts": draw(st.sampled_from([[], ["111111111111", "222222222222"]])),
        **draw(places()),
    }
    if draw(st.integers(0, 9)) == 0:
        version = draw(st.sampled_from([None, "Version"]))
        template = OWN if version else {"Resources": {"Topic": OWN["Resources"]["Topic"]}}
        build: Any = Build() if version else None
        if isinstance(common["source"], ECRImage):
            build = None
        elif version and draw(st.booleans()):
            build = ImageBuild()
        common["environments"] = [
            Environment(e.name, approval=e.approval, account=e.account, region=e.region)
            for e in common["environments"]
        ]
        return Application(
            **common, stack=OwnStack(template=template, version_parameter=version), build=build
        )
    compute = draw(computes)
    volumes = draw(volumes_on(compute))
    first, *others = draw(
        st.lists(names(name_forms.CONTAINER, 30), min_size=1, max_size=2, unique=True)
    )
    balancer = draw(some(load_balancers()))
    container = draw(containers(first, [*volumes]))
    if balancer is not None:
        container = dataclasses.replace(container, port=draw(st.integers(1, 65535)))
    database = draw(some(databases))
    shifts = balancer is not None and draw(st.booleans())
    deployment: Any = Rolling()
    if shifts:
        deployment = draw(
            st.builds(BlueGreen, bake_minutes=st.integers(0, 60))
            | st.builds(Linear, percent=st.integers(3, 50), minutes=st.integers(0, 10))
            | st.builds(Canary, percent=st.integers(1, 99), error_percent=st.integers(1, 99))
        )
    migration = draw(some(containers("migrate", [*volumes]))) if "migrate" not in others else None
    schedule = st.sampled_from(["rate(1 hour)", "cron(0 3 * * ? *)", "at(2030-01-31T08:00:00)"])
    scheduled = [
        ScheduledTask(name, schedule=draw(schedule), container=draw(containers(name, [*volumes])))
        for name in draw(st.sampled_from([[], ["report"]]))
    ]
    beside = [draw(sidecars(name, [*volumes], first)) for name in others]
    is_alone = bool(scheduled) and draw(booleans)
    service = [] if is_alone else [container, *beside]
    before = [] if migration is None else [migration]
    used = [*service, *before, *(task.container for task in scheduled)]
    mounted = {name for c in used for name in c.mounts}
    if not any(c.uses_database for c in used):
        database = None
    volumes = {name: volume for name, volume in volumes.items() if name in mounted}
    queue = st.builds(Queue, names(name_forms.QUEUE, 40), messages_per_task=st.integers(1, 100))
    network = {**NETWORK, "parameters": without_default(database, volumes)}
    common["environments"] = [dataclasses.replace(e, **network) for e in common["environments"]]
    if balancer is not None and balancer.listener_rule is not None:
        # Each environment of an account and region needs a listener of its own.
        common["environments"] = common["environments"][:1]
    build = draw(builds())
    if isinstance(common["source"], ECRImage):
        build = None
    elif getattr(compute, "architecture", "X86_64") == "X86_64" and draw(st.booleans()):
        build = ImageBuild(dockerfile=draw(st.sampled_from([None, "docker"])))
    common |= {
        "build": build,
        "volumes": volumes,
        "database": database,
        "migration": migration,
        "scheduled_tasks": scheduled,
        "secret": draw(some(st.just("orders/database")))
        if isinstance(database, OwnDatabase)
        else None,
        "compute": compute,
    }
    if is_alone:
        common["environments"] = [
            dataclasses.replace(e, desired_count=None) for e in common["environments"]
        ]
        return Application(**common)
    return Application(
        **common,
        container=container,
        sidecars=beside,
        load_balancer=balancer,
        deployment=deployment,
        minimum_tasks=draw(st.integers(0, most)),
        maximum_tasks=most,
        scaling=Scaling(
            cpu_percent=draw(some(st.integers(1, 100))),
            memory_percent=draw(some(st.integers(1, 100))),
            requests_per_task=draw(some(st.integers(1, 10_000)))
            if balancer is not None and not shifts
            else None,
            queue=draw(some(queue)),
        ),
    )
