"""Values of the model: what is compared with annotations, and how messages show it."""

from collections.abc import Callable
from typing import Any

import pytest
import troposphere
from hypothesis import given
from hypothesis import strategies as st

from cfn_pipeline import (
    Application,
    Artifact,
    Environment,
    GitHub,
    GitHubRepository,
    ModelError,
    Stage,
    UpdateStack,
)


def _update(**more: Any) -> UpdateStack:
    return UpdateStack(
        name="Deploy", template=Artifact("App") / "stack.yml", **{"stack": "orders", **more}
    )


class _WithToDict:
    def to_dict(self) -> dict[str, str]:
        return {"Ref": "A"}


@pytest.mark.parametrize("value", [troposphere.Ref, troposphere.Template, _WithToDict])
def test_a_class_is_not_a_value(value: Any) -> None:
    with pytest.raises(ModelError, match="stack must be a string or an Intrinsic"):
        _update(stack=value)
    assert _update(stack=_WithToDict()).stack


@pytest.mark.parametrize(
    "make",
    [
        lambda: _update(stack="\ud800"),
        lambda: _update(parameters={"Name": "a\udc80"}),
        lambda: _update(parameters={"\udcff": "a"}),
        lambda: Environment("dev", parameters={"Name": "\ud83d"}),
    ],
)
def test_half_of_a_surrogate_pair_is_refused(make: Callable[[], Any]) -> None:
    with pytest.raises(ModelError, match="has half of a surrogate pair") as refused:
        make()
    str(refused.value).encode("utf-8")


def test_whole_characters_are_taken() -> None:
    assert _update(parameters={"Name": "\U0001f600"}).parameters["Name"] == "\U0001f600"


@pytest.mark.parametrize(
    "repository",
    ["#{a.b}", "acme/#{a.b}", "acme/orders\n", "acme/${x}", "acme/o\x1b[2J", "a/b/c", "", "acme/ö"],
)
def test_repositories_that_are_refused(repository: str) -> None:
    with pytest.raises(ModelError, match="invalid repository"):
        GitHub(name="Source", repository=repository, output="App")


def test_a_repository_s_name_is_a_setting_of_codepipeline() -> None:
    with pytest.raises(ModelError, match="has 1001 characters; use 1 to 1,000"):
        GitHub(name="Source", repository="x" * 1001, output="App")


@pytest.mark.parametrize("branch", ["#{a.b}", "a\nb", "a b", "", "\x1b[2J"])
def test_branches_that_are_refused(branch: str) -> None:
    with pytest.raises(ModelError, match="invalid branch"):
        GitHub(name="Source", repository="acme/orders", branch=branch, output="App")


@given(st.integers(600, 20_000), st.sampled_from(["a", "a b ", "'", "\n", "ö"]))
def test_messages_are_short_whatever_the_name(length: int, part: str) -> None:
    name = part * length
    makers: list[Callable[[], Any]] = [
        lambda: Application(name=name, source=GitHubRepository("acme/orders")),
        lambda: Stage(name=name, actions=[]),
        lambda: GitHub(name=name, repository=name, branch=name, output=name),
        lambda: Environment(name, parameters={name: name}),
    ]
    for make in makers:
        with pytest.raises(ModelError) as refused:
            make()
        assert all(len(problem) < 5_000 for problem in refused.value.problems)
