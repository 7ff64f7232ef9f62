"""Applications at random, of all aspects: each can be rendered, linted, checked and deployed."""

import dataclasses
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck as SlowCheck
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from cfn_pipeline import (
    Allow,
    Application,
    BlueGreen,
    Build,
    BuildVpc,
    Canary,
    Container,
    Ec2,
    ECRImage,
    Environment,
    Fargate,
    HealthCheck,
    ImageBuild,
    Linear,
    LoadBalancer,
    ModelError,
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
    check,
    render,
)
from cfn_pipeline.aws import name_forms
from cfn_pipeline.aws.cloudwatch import RETENTION_DAYS
from cfn_pipeline.aws.codebuild import COMPUTE_TYPES, TYPES_WITHOUT_LOCAL_CACHE
from cfn_pipeline.aws.name_forms import NameForm
from cfn_pipeline.model.load_balancers import ListenerRule
from tests.cfn_lint import lint

LARGEST_TEMPLATE = 51_200
#: A smaller example takes minutes to find, and the first one says enough.
FAST = (Phase.explicit, Phase.reuse, Phase.generate)
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


text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
variables = st.from_regex("[A-Z][A-Z0-9_]{0,8}_V", fullmatch=True)
NETWORK: dict[str, Any] = {
    "vpc_id": "vpc-0a1b2c3d",
    "subnets": ["subnet-0a1b2c3d", "subnet-1b2c3d4e"],
    "private_subnets": ["subnet-2c3d4e5f", "subnet-3d4e5f6a"],
}


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
        database=draw(st.booleans()),
        mounts={volume: f"/mnt/{volume}" for volume in volumes if draw(st.booleans())},
        user=draw(st.sampled_from(["1000:1000", "65534:65534"])),
        read_only=draw(st.booleans()),
    )


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
            approval=draw(st.booleans()),
            desired_count=draw(some(st.integers(0, most))),
            protected=draw(some(st.booleans())),
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
        "pull_accounts": draw(st.sampled_from([[], ["111111111111", "222222222222"]])),
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
            Environment(e.name, approval=e.approval) for e in common["environments"]
        ]
        return Application(
            **common, stack=OwnStack(template=template, version_parameter=version), build=build
        )
    compute: Any = draw(
        st.builds(Ec2, instance_type=some(st.just("m7i.large")), maximum=st.integers(1, 9))
        | st.builds(
            Fargate,
            architecture=st.sampled_from(["X86_64", "ARM64"]),
            spot_percent=st.integers(0, 100),
            private=st.booleans(),
        )
    )
    volumes = draw(st.sampled_from([[], ["data"]])) if isinstance(compute, Ec2) else []
    first, *others = draw(
        st.lists(names(name_forms.CONTAINER, 30), min_size=1, max_size=2, unique=True)
    )
    balancer = draw(some(load_balancers()))
    container = draw(containers(first, volumes))
    if balancer is not None:
        container = dataclasses.replace(container, port=draw(st.integers(1, 65535)))
    database: Any = draw(
        some(
            st.sampled_from([MySql, PostgreSql]).flatmap(
                lambda engine: st.builds(
                    engine,
                    name=names(name_forms.DATABASE, 20),
                    username=names(name_forms.DATABASE_USER),
                    allocated_storage=some(st.integers(20, 100)),
                )
            )
        )
    )
    shifts = balancer is not None and draw(st.booleans())
    deployment: Any = Rolling()
    if shifts:
        deployment = draw(
            st.builds(BlueGreen, bake_minutes=st.integers(0, 60))
            | st.builds(Linear, percent=st.integers(3, 50), minutes=st.integers(0, 10))
            | st.builds(Canary, percent=st.integers(1, 99), error_percent=st.integers(1, 99))
        )
    migration = draw(some(containers("migrate", volumes))) if "migrate" not in others else None
    schedule = st.sampled_from(["rate(1 hour)", "cron(0 3 * * ? *)", "at(2030-01-31T08:00:00)"])
    scheduled = [
        ScheduledTask(name, schedule=draw(schedule), container=draw(containers(name, volumes)))
        for name in draw(st.sampled_from([[], ["report"]]))
    ]
    queue = st.builds(Queue, names(name_forms.QUEUE, 40), messages_per_task=st.integers(1, 100))
    common["environments"] = [dataclasses.replace(e, **NETWORK) for e in common["environments"]]
    build = draw(builds())
    if isinstance(common["source"], ECRImage):
        build = None
    elif getattr(compute, "architecture", "X86_64") == "X86_64" and draw(st.booleans()):
        build = ImageBuild(dockerfile=draw(st.sampled_from([None, "docker"])))
    return Application(
        **common,
        build=build,
        container=container,
        sidecars=[draw(containers(name, volumes)) for name in others],
        volumes={volume: f"/srv/{volume}" for volume in volumes},
        database=database,
        migration=migration,
        scheduled_tasks=scheduled,
        secret=draw(some(st.just("orders/database"))) if database else None,
        load_balancer=balancer,
        deployment=deployment,
        compute=compute,
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


@given(applications())
@settings(
    max_examples=settings().max_examples // 2, phases=FAST, suppress_health_check=list(SlowCheck)
)
def test_it_renders_and_checks_clean(application: Application) -> None:
    files = render(application)
    assert [f"{f.file} {f.rule} {f.message}" for f in check(files)] == []
    sizes = {name: len(content.encode()) for name, content in files.items()}
    assert {name: size for name, size in sizes.items() if size > LARGEST_TEMPLATE} == {}
    for environment in application.environments:
        assert json.loads(files[f"{environment.name}.json"])
    assert render(application) == files


@pytest.mark.thorough
@pytest.mark.lint
@given(applications())
@settings(
    max_examples=settings().max_examples // 8, phases=FAST, suppress_health_check=list(SlowCheck)
)
def test_cfn_lint_finds_no_error(application: Application) -> None:
    files = render(application)
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "stack.yml"
        template.write_text(files[application.stack_file], encoding="utf-8")
        assert [str(match) for match in lint(template)] == []


#: Mistakes: what is changed, the field that the message must name, and values that are wrong.
MISTAKES: list[tuple[str, Callable[[Application, Any], object], st.SearchStrategy[Any]]] = [
    (field, lambda a, value, field=field: dataclasses.replace(a, **{field: value}), wrong)
    for field, wrong in {
        "name": st.integers(),
        "source": st.none() | st.integers(),
        "log_retention_days": st.integers().filter(lambda days: days not in RETENTION_DAYS),
        "minimum_tasks": st.integers(max_value=-1) | st.integers(min_value=21),
        "suppressions": st.lists(st.text(min_size=1).map(lambda t: f"-{t}"), min_size=1),
        "pull_accounts": st.lists(st.text("abc", min_size=1), min_size=1),
        "environments": st.just([]),
        "compute": st.text(),
    }.items()
] + [
    ("name", lambda a, value: dataclasses.replace(a, name=value), st.from_regex(r"\A[A-Z_ ]")),
    (
        "environment name",
        lambda a, _: dataclasses.replace(a, environments=[*a.environments, a.environments[0]]),
        st.none(),
    ),
    ("percent", lambda _, value: Canary(percent=value), st.integers(max_value=0)),
    ("bake_minutes", lambda _, value: BlueGreen(bake_minutes=value), st.integers(min_value=1441)),
    ("cpu", lambda _, value: Fargate(cpu=value), st.integers(max_value=255)),
    ("spot_percent", lambda _, value: Fargate(spot_percent=value), st.integers(min_value=101)),
    ("requests_per_task", lambda _, value: Scaling(requests_per_task=value), st.integers(-9, 0)),
    ("messages_per_task", lambda _, value: Queue("q", messages_per_task=value), st.integers(-9, 0)),
    ("priority", lambda _, value: ListenerRule(priority=value, paths=["/"]), st.integers(-9, 0)),
    ("interval", lambda _, value: HealthCheck("x", interval=value), st.integers(301)),
    ("timeout_minutes", lambda _, value: Build(timeout_minutes=value), st.integers(-9, 4)),
    ("source", lambda _, value: Secret(value), st.text("xyz")),
    ("port", lambda _, value: Container(name="x", cpu=1, memory=6, port=value), st.integers(65536)),
    (
        "allocated_storage",
        lambda _, value: MySql(name="a", username="a", allocated_storage=value),
        st.integers(max_value=4),
    ),
]


@given(st.data())
@settings(
    max_examples=settings().max_examples * 2 // 3,
    phases=FAST,
    suppress_health_check=list(SlowCheck),
)
def test_a_mistake_is_refused_by_a_message_that_names_the_field(data: st.DataObject) -> None:
    field, change, wrong = data.draw(st.sampled_from(MISTAKES))
    application, value = data.draw(applications()), data.draw(wrong)
    with pytest.raises(ModelError) as caught:
        change(application, value)
    assert any(field in problem for problem in caught.value.problems), caught.value.problems
    assert all("\n" not in problem for problem in caught.value.problems)
