"""Pipelines of the language: what can be said, and what is refused."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_pipeline import (
    Action,
    Approve,
    Artifact,
    CodeBuild,
    CreateChangeSet,
    DeleteStack,
    ExecuteChangeSet,
    GitHub,
    ModelError,
    Pipeline,
    Stage,
    UpdateStack,
)

CODE = GitHub(name="Source", repository="acme/orders", output="Application")
INFRA = GitHub(name="Infra", repository="acme/orders-aws", output="Infra")
BUILD = CodeBuild(name="Build", project="orders", input=CODE.artifact, output="Version")
DEPLOY = UpdateStack(
    name="Deploy",
    stack="orders-dev",
    template=INFRA.artifact / "stack.yml",
    configuration=INFRA.artifact / "dev.json",
    parameters={"Tag": BUILD.artifact.param("version.json", "Version")},
)
CHANGE = CreateChangeSet(
    name="ChangeSet", stack="orders-prod", template=INFRA.artifact / "stack.yml"
)
STAGES = [
    Stage("Source", [CODE, INFRA]),
    Stage("Build", [BUILD]),
    Stage("Dev", [DEPLOY]),
    Stage(
        "Production",
        [CHANGE, Approve(name="Approve"), ExecuteChangeSet(name="Execute", of=CHANGE)],
    ),
]


def refused(stages: list[Stage] = STAGES, **rest: Any) -> tuple[str, ...]:
    with pytest.raises(ModelError) as caught:
        Pipeline(**{"name": "orders", "stages": stages, **rest})
    assert str(caught.value) == "\n".join(caught.value.problems)
    return caught.value.problems


def test_what_an_action_names_is_among_its_inputs_once() -> None:
    assert [artifact.name for artifact in DEPLOY.inputs] == ["Infra", "Version"]
    assert [artifact.name for artifact in CHANGE.inputs] == ["Infra"]


def test_run_orders_come_from_the_order_and_sources_run_side_by_side() -> None:
    pipeline = Pipeline(name="orders", stages=STAGES)
    assert [[a.name for a in g] for g in pipeline.stages[0].groups] == [["Source", "Infra"]]
    assert [len(group) for group in pipeline.stages[3].groups] == [1, 1, 1]
    tests = [replace(BUILD, name=name, output=None) for name in ("Unit", "Scan", "Last")]
    assert [len(group) for group in Stage("Test", [(tests[0], tests[1]), tests[2]]).groups] == [
        2,
        1,
    ]


def test_a_change_set_is_executed_under_its_name_on_its_stack() -> None:
    from cfn_pipeline import ActionDefaults

    executed = ExecuteChangeSet(name="Execute", of=replace(CHANGE, change_set="next"))
    assert executed.settings(ActionDefaults()) == {
        "ActionMode": "CHANGE_SET_EXECUTE",
        "StackName": "orders-prod",
        "ChangeSetName": "next",
    }


def test_an_artifact_that_nobody_makes() -> None:
    build = replace(BUILD, input=Artifact("Aplication"))
    [problem] = refused([STAGES[0], Stage("Build", [build]), STAGES[2]])
    assert problem == (
        "stage 'Build', action 'Build': unknown artifact 'Aplication'; the outputs of the "
        "pipeline's actions are 'Application', 'Infra', 'Version'"
    )


@pytest.mark.parametrize(
    "stages",
    [
        [STAGES[0], STAGES[2], STAGES[1]],
        [STAGES[0], Stage("Both", [(BUILD, DEPLOY)])],
        [STAGES[0], Stage("Both", [DEPLOY, BUILD])],
    ],
    ids=["an earlier stage", "beside it", "before it"],
)
def test_a_consumer_that_does_not_run_after_its_producer(stages: list[Stage]) -> None:
    [problem] = refused(stages)
    assert "action 'Deploy': the artifact 'Version' is an output of" in problem
    assert "which does not run before" in problem


def test_an_artifact_with_two_producers() -> None:
    again = replace(BUILD, name="Again")
    [problem] = refused([STAGES[0], STAGES[1], Stage("Again", [again])])
    assert "the artifact 'Version' is also an output of stage 'Build', action 'Build'" in problem


def test_sources_outside_the_first_stage_and_others_within() -> None:
    late = GitHub(name="Late", repository="a/b", output="Late")
    problems = refused([Stage("Source", [CODE, Approve(name="Approve")]), Stage("Late", [late])])
    assert [p.split(": ")[1].split(";")[0] for p in problems] == [
        "the first stage can have sources only",
        "a source must be in the first stage, 'Source' (got stage 2)",
    ]


def test_several_mistakes_are_told_together() -> None:
    problems = refused(
        [STAGES[0], replace(STAGES[1], name="Source"), STAGES[2]],
        name="or ders",
        pipeline_type="V3",
        execution_mode="FAST",
    )
    assert len(problems) == 4
    assert problems[0].startswith("pipeline 'or ders': invalid pipeline name 'or ders'")
    assert "'V3'" in problems[1]
    assert "'FAST'" in problems[2]
    assert "stage name 'Source' is used twice" in problems[3]


def test_how_many_stages() -> None:
    assert "a pipeline has 2 to 50 stages (got 1)" in refused([STAGES[0]])[0]
    many = [Stage(f"S{n}", [Approve(name="A")]) for n in range(50)]
    assert "(got 51)" in refused([STAGES[0], *many])[0]


def test_execution_modes_need_v2() -> None:
    assert "needs pipeline_type V2" in refused(pipeline_type="V1", execution_mode="QUEUED")[0]


def test_a_namespace_has_one_holder() -> None:
    stages = [
        STAGES[0],
        Stage("Build", [replace(BUILD, namespace="N")]),
        Stage("More", [Approve(name="Approve", namespace="N")]),
    ]
    assert "namespace 'N' is used by stage 'Build', action 'Build'" in refused(stages)[0]


def test_a_change_set_is_made_before_it_is_executed() -> None:
    execute = ExecuteChangeSet(name="Execute", of=CHANGE)
    [problem] = refused([*STAGES[:3], Stage("Production", [execute, CHANGE])])
    assert "the change set is created by action 'ChangeSet', which does not run before" in problem
    [problem] = refused([*STAGES[:3], Stage("Production", [(CHANGE, execute)])])
    assert "does not run before" in problem


@pytest.mark.parametrize(
    "actions, said",
    [
        ([], "actions is empty"),
        ([()], "actions is empty"),
        ([Approve(name="A"), Approve(name="A")], "action name 'A' is used twice"),
        ([Approve(name=f"A{n}") for n in range(101)], r"a stage has 1 to 100 actions \(got 101\)"),
    ],
)
def test_stages_that_are_refused(actions: list[Action], said: str) -> None:
    with pytest.raises(ModelError, match=said):
        Stage("Test", actions)


@pytest.mark.parametrize(
    "make, said",
    [
        (lambda: Stage("Te st", [BUILD]), "invalid stage name 'Te st'"),
        (lambda: replace(BUILD, name=""), "has 0 characters"),
        (lambda: replace(BUILD, name="a" * 101), "has 101 characters"),
        (lambda: replace(BUILD, name="a/b"), "invalid action name 'a/b'"),
        (lambda: replace(BUILD, output="a.b"), "invalid artifact name 'a.b'"),
        (lambda: replace(BUILD, namespace="a.b"), "invalid namespace 'a.b'"),
        (lambda: replace(BUILD, project="_a"), "invalid CodeBuild project name '_a'"),
        (lambda: replace(DEPLOY, stack="1dev"), "invalid stack name '1dev'"),
        (lambda: replace(CHANGE, change_set="a_b"), "invalid change set name 'a_b'"),
        (
            lambda: replace(DEPLOY, capabilities=["CAPABILITY_ALL"]),
            "unknown capability 'CAPABILITY_ALL'",
        ),
        (lambda: replace(DEPLOY, parameters={"A-b": "1"}), "invalid parameter name 'A-b'"),
        (lambda: replace(DEPLOY, parameters={"A": "x" * 1000}), "1,009 characters of JSON"),
        (lambda: replace(CODE, repository="a/b/c"), "invalid repository 'a/b/c': use"),
        (lambda: replace(CODE, branch=""), "invalid branch ''"),
        (lambda: Approve(name="A", note="x" * 1001), "note has 1,001 characters"),
        (lambda: CODE.artifact / "/etc/passwd", "invalid path '/etc/passwd'"),
        (lambda: CODE.artifact / "../x", r"invalid path '\.\./x'"),
        (lambda: CODE.artifact / "", "invalid path ''"),
        (lambda: CODE.artifact / "a::b", "invalid path 'a::b'"),
        (lambda: replace(BUILD, output=None).artifact, "produces no artifact"),
    ],
)
def test_values_that_are_refused(make: Any, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        make()


def test_a_folder_in_an_artifact() -> None:
    assert str(CODE.artifact / "templates" / "stack.yml") == "Application::templates/stack.yml"


def test_parameters_are_copied() -> None:
    parameters = {"A": "1"}
    deploy = replace(DEPLOY, parameters=parameters)
    parameters["B"] = "2"
    assert deploy.parameters == {"A": "1"}


_NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9]{0,8}", fullmatch=True)


@st.composite
def valid_stages(draw: st.DrawFn) -> list[Stage]:
    """Stages in which each action reads only what earlier groups have made."""
    sources = draw(st.lists(_NAMES, min_size=1, max_size=3, unique=True))
    made = [GitHub(name=name, repository="a/b", output=f"Source-{name}") for name in sources]
    artifacts = [source.artifact for source in made]
    stages = [Stage("Source", list(made))]
    for number in range(draw(st.integers(1, 4))):
        groups: list[list[Action]] = []
        for group in range(draw(st.integers(1, 3))):
            actions: list[Action] = []
            for place in range(draw(st.integers(1, 3))):
                name = f"A-{number}-{group}-{place}"
                read = draw(st.sampled_from(artifacts))
                other = draw(st.sampled_from(artifacts))
                actions.append(
                    draw(
                        st.sampled_from(
                            [
                                CodeBuild(
                                    name=name,
                                    project="p1",
                                    input=read,
                                    secondary_inputs=[other],
                                    output=name,
                                ),
                                UpdateStack(
                                    name=name,
                                    stack="s",
                                    template=read / "t.yml",
                                    parameters={"P": other.param("f.json", "k")},
                                ),
                                DeleteStack(name=name, stack="s"),
                                Approve(name=name),
                            ]
                        )
                    )
                )
            groups.append(actions)
            artifacts += [a for action in actions for a in action.outputs]
        stages.append(Stage(f"Stage-{number}", groups))
    return stages


@given(valid_stages())
def test_every_input_of_a_valid_pipeline_is_made_in_an_earlier_group(stages: list[Stage]) -> None:
    pipeline = Pipeline(name="p", stages=stages)
    made: set[str] = set()
    for stage in pipeline.stages:
        for group in stage.groups:
            assert {a.name for action in group for a in action.inputs} <= made
            made |= {a.name for action in group for a in action.outputs}


@given(valid_stages(), st.data())
def test_without_a_producer_that_is_needed_no_pipeline_is_made(
    stages: list[Stage], data: st.DataObject
) -> None:
    read = {a.name for s in stages for g in s.groups for action in g for a in action.inputs}
    flat = [(stage, action) for stage in stages for group in stage.groups for action in group]
    needed = [(s, a) for s, a in flat if {o.name for o in a.outputs} & read]
    if not needed:
        return
    stage, victim = data.draw(st.sampled_from(needed))
    rest: list[Action | list[Action]] = [
        [action for action in group if action is not victim] for group in stage.groups
    ]
    rest.append(Approve(name="Kept")) if stage is not stages[0] else None
    if not any(rest):
        return
    others = [Stage(s.name, rest) if s is stage else s for s in stages]
    assert any("unknown artifact" in p for p in refused(others))
