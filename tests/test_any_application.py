"""Applications at random, of all aspects: each can be rendered, linted, checked and deployed."""

import dataclasses
import json
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck as SlowCheck
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from cfn_pipeline import (
    Application,
    AuroraMySql,
    BlueGreen,
    Build,
    Canary,
    Container,
    Egress,
    ExistingEfsVolume,
    ExistingMySql,
    Fargate,
    HealthCheck,
    ManagedInstances,
    ModelError,
    MySql,
    Queue,
    Scaling,
    Secret,
    TemplateError,
    check,
    render,
)
from cfn_pipeline.aws.cloudwatch import RETENTION_DAYS
from cfn_pipeline.model.load_balancers import ListenerRule
from tests.any_applications import applications
from tests.cfn_lint import lint

LARGEST_TEMPLATE = 51_200
#: What is refused for its size, with the way out.
TOO_MUCH = re.compile(r"CloudFormation takes 51,200|IAM allows at most 6144")
#: What says how a mistake is mended.
WAY_OUT = re.compile(r"; \w+|: use |\bmust |\bis (?:greater|less) than ")
#: A smaller example takes minutes to find, and the first one says enough.
FAST = (Phase.explicit, Phase.reuse, Phase.generate)


def _rendered(application: Application) -> dict[str, str]:
    """Render an application; one with nearly every aspect is refused, and another is drawn."""
    try:
        return render(application)
    except (ModelError, TemplateError) as error:
        assume(not TOO_MUCH.search(str(error)))
        raise


@given(applications())
@settings(
    max_examples=settings().max_examples // 2, phases=FAST, suppress_health_check=list(SlowCheck)
)
def test_it_renders_and_checks_clean(application: Application) -> None:
    files = _rendered(application)
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
    files = _rendered(application)
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
    ("port", lambda _, value: Egress(value), st.integers(65536)),
    ("storage", lambda _, value: ManagedInstances(storage=value), st.integers(max_value=29)),
    (
        "minimum_capacity",
        lambda _, value: AuroraMySql(name="a", username="a", minimum_capacity=value),
        st.floats(0.1, 0.4) | st.integers(257),
    ),
    ("image", lambda _, value: Container(name="x", cpu=1, memory=6, image=value), st.text("/ ")),
    (
        "depends_on",
        lambda _, value: Container(name="x", cpu=1, memory=6, depends_on={"y": value}),
        st.text("abc"),
    ),
    ("file system", lambda _, value: ExistingEfsVolume(file_system=value), st.text("abc")),
    ("secret", lambda _, value: ExistingMySql(name="a", secret=value), st.text("abc")),
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
def test_a_mistake_is_refused_by_a_message_that_names_the_field_and_the_way_out(
    data: st.DataObject,
) -> None:
    field, change, wrong = data.draw(st.sampled_from(MISTAKES))
    application, value = data.draw(applications()), data.draw(wrong)
    with pytest.raises(ModelError) as caught:
        change(application, value)
    assert any(field in problem for problem in caught.value.problems), caught.value.problems
    assert all("\n" not in problem for problem in caught.value.problems)
    assert all(WAY_OUT.search(problem) for problem in caught.value.problems), caught.value.problems
