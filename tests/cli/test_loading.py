"""What each verb loads: a list of libraries and of our own rooms, so that none is loaded in vain.

How long that takes is measured by ``make bench``.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

#: Loads a verb, runs it, and says which modules are there that were not before.
CODE = """
import json, sys
before = set(sys.modules)
from cfn_pipeline.cli import main
try:
    main(sys.argv[1:], prog_name="cfn-pipeline")
except SystemExit as end:
    status = end.code
print()
print(json.dumps([status, sorted(set(sys.modules) - before)]))
"""

ALWAYS = {"cli", "details", "errors", "frozen", "printable"}
CHECKS = {"analysis", "aws", "buildspec", "checks", "evaluation", "manifest", "template"}
BUILDS = {"editions", "files", "functions", "model", "policies", "resources", "stacks"}
RENDERS = {"atomic", "fleet", "jobs", "output", "permissions", "project"}

VERBS = {
    "--version": ({"click"}, ALWAYS),
    "rules": ({"click", "yaml"}, ALWAYS | CHECKS),
    "check templates/current/pipeline.yml": ({"click", "yaml"}, ALWAYS | CHECKS),
    # The deployment role is held against what its templates need.
    "check templates/current": ({"click", "yaml"}, ALWAYS | CHECKS | {"permissions"}),
    "permissions templates/current/stack.yml --stack orders-dev": (
        {"click", "yaml"},
        ALWAYS | {"aws", "permissions", "template"},
    ),
    "new orders --help": (
        {"awacs", "click", "troposphere", "yaml"},
        ALWAYS
        | BUILDS
        | {"atomic", "aws", "config", "output", "permissions", "project", "template"},
    ),
    "diff templates/book/stack.yml templates/current/stack.yml": (
        {"click", "yaml"},
        ALWAYS
        | {"analysis", "aws", "buildspec", "diff", "evaluation", "manifest", "permissions"}
        | {"template"},
    ),
    # What judges, and what writes in the language, is loaded when there is something to adopt.
    "adopt --help": (
        {"click", "yaml"},
        ALWAYS | {"adopt", "atomic", "aws", "manifest", "output", "template"},
    ),
    "diagram templates/current/pipeline.yml": (
        {"click", "yaml"},
        ALWAYS | {"analysis", "aws", "buildspec", "diagrams", "evaluation", "template"},
    ),
    # boto3, editions and the rest are loaded when there is something to deploy.
    "deploy --help": ({"click"}, ALWAYS),
    "mcp --help": ({"click"}, ALWAYS),
    "completion bash": ({"click"}, ALWAYS),
    "schema": ({"click", "yaml"}, ALWAYS | {"aws", "config", "model"}),
    "render --edition book --check": (
        {"awacs", "click", "troposphere", "yaml"},
        ALWAYS | CHECKS | BUILDS | RENDERS,
    ),
    "render --edition current --check": (
        {"awacs", "click", "troposphere", "yaml"},
        ALWAYS | CHECKS | BUILDS | RENDERS,
    ),
}

#: What comes with a library, whether we want it or not.
WITH = {
    "troposphere": {"cfn_clean", "cfn_flip", "cfn_tools", "six"},
    "yaml": {"_yaml"},
}

#: Modules of the standard library that take long, and that only few need.
SLOW = {
    "asyncio",
    "email",
    "http",
    "importlib.resources",
    "multiprocessing",
    "ssl",
    "tempfile",
    "xml",
}


def _loaded(verb: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", CODE, *verb.split()],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    status, modules = json.loads(done.stdout.splitlines()[-1])
    assert status == 0, done.stderr
    return set(modules)


@pytest.mark.parametrize("verb", VERBS)
def test_verbs_load_what_they_need(verb: str) -> None:
    libraries, rooms = VERBS[verb]
    modules = _loaded(verb)
    own = {name.split(".")[1] for name in modules if name.startswith("cfn_pipeline.")}
    assert own - {"_version"} <= rooms
    foreign = {
        name.split(".")[0]
        for name in modules
        if getattr(sys.modules.get(name), "__file__", name) is not None
    } - set(sys.stdlib_module_names)
    brought = {other for library in libraries for other in WITH.get(library, ())}
    cython = {name for name in foreign if "cython" in name}  # of PyYAML's C part
    assert foreign - brought - cython - {"cfn_pipeline"} <= libraries
    assert not modules & SLOW


@pytest.mark.parametrize(("edition", "other"), [("book", "current"), ("current", "book")])
def test_render_loads_one_edition(edition: str, other: str) -> None:
    modules = _loaded(f"render --edition {edition} --check")
    assert f"cfn_pipeline.editions.{edition}" in modules
    assert f"cfn_pipeline.editions.{other}" not in modules


def test_importing_the_package_loads_nothing_of_it() -> None:
    code = "import sys, cfn_pipeline; print(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    own = [name for name in done.stdout.split() if name.startswith("cfn_pipeline")]
    assert own == ["cfn_pipeline", "cfn_pipeline._version"]
