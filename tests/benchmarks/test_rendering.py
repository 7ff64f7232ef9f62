"""How long rendering takes, beside the plainest dump of the same template (``make bench``)."""

from typing import Any

import pytest
import yaml

from cfn_pipeline import BOOK, emit, load, render

STACK = BOOK.stack("stack")
TEMPLATE: Any = STACK.build(BOOK.application)
LONG_FORM = TEMPLATE.to_dict()
TEXT = emit(LONG_FORM)


@pytest.mark.benchmark(group="write stack.yml from its long form")
@pytest.mark.parametrize("how", ["plain C dump", "emit", "cfn-flip"])
def test_writing(benchmark: Any, how: str) -> None:
    ways = {
        "plain C dump": lambda: yaml.dump(LONG_FORM, Dumper=yaml.CSafeDumper, sort_keys=False),
        "emit": lambda: emit(LONG_FORM),
        "cfn-flip": lambda: TEMPLATE.to_yaml(),
    }
    assert len(benchmark(ways[how])) > 10_000


@pytest.mark.benchmark(group="read stack.yml")
@pytest.mark.parametrize("how", ["load", "plain C load of the long form"])
def test_reading(benchmark: Any, how: str) -> None:
    plain = yaml.dump(LONG_FORM, Dumper=yaml.CSafeDumper)
    ways = {
        "load": lambda: load(TEXT),
        "plain C load of the long form": lambda: yaml.load(plain, Loader=yaml.CSafeLoader),
    }
    assert "Resources" in benchmark(ways[how])


@pytest.mark.benchmark(group="an edition")
@pytest.mark.parametrize("how", ["build the stack", "render every file"])
def test_rendering(benchmark: Any, how: str) -> None:
    ways: dict[str, Any] = {
        "build the stack": lambda: STACK.build(BOOK.application).to_dict(),
        "render every file": lambda: render(edition=BOOK),
    }
    assert benchmark(ways[how])
