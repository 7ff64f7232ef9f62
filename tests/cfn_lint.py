"""cfn-lint in this process: its rules are loaded once, which takes longer than linting does."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from cfnlint import api
from cfnlint.config import ConfigMixIn
from cfnlint.match import Match
from cfnlint.runner import Runner
from cfnlint.runner.template import run_template_by_file_paths

PLUGIN = ("-a", "cfn_pipeline.cfn_lint_rules")


@cache
def _rules(options: tuple[str, ...]) -> Any:
    return Runner(ConfigMixIn(["--template", __file__, *options])).rules


def lint(
    *files: Path, plugin: bool = False, include: Iterable[str] = (), regions: Iterable[str] = ()
) -> list[Match]:
    """Return what the command finds in files; ``plugin`` adds the rules of this package."""
    options = [
        *(PLUGIN if plugin else ()),
        *(word for check in include for word in ("--include-checks", check)),
        *(word for region in regions for word in ("--regions", region)),
    ]
    config = ConfigMixIn([*options, "--template", *map(str, files)])
    return list(run_template_by_file_paths(config, _rules(PLUGIN if plugin else ())))


def lint_text(text: str) -> list[Match]:
    """Return what language servers find in a text that has no file, with our rules."""
    return list(api.lint(text, config={"append_rules": [PLUGIN[1]]}))
