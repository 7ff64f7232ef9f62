"""A fact of AWS that aws/ has is written nowhere else in the package."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import cfn_pipeline
from cfn_pipeline import aws
from cfn_pipeline.aws.cloudformation import ACTION_MODES
from cfn_pipeline.aws.iam import POLICY_VERSION
from cfn_pipeline.aws.managed_policies import MANAGED_POLICIES
from cfn_pipeline.aws.name_forms import NameForm
from cfn_pipeline.aws.pipelines import CONNECTION_PROVIDER, Range

PACKAGE = Path(cfn_pipeline.__file__).parent
FILES = sorted(
    path.relative_to(PACKAGE).as_posix()
    for path in PACKAGE.rglob("*.py")
    # An inline function can import nothing of the package.
    if path.relative_to(PACKAGE).parts[0] not in ("aws", "functions")
)

#: Numbers below are too common to tell a limit from anything else.
SMALLEST_LIMIT = 50

#: A constant that is a limit, by its name.
LIMIT = re.compile(r"MOST|LONGEST|LARGEST|MAX|LIMIT|LENGTH|FEWEST|SHORTEST")

#: Limits of others that happen to be the same number.
OTHERS = {
    ("analysis/scenarios.py", "_FEWEST_ASSIGNMENTS"),  # our own
    ("analysis/scenarios.py", "_MOST_ASSIGNMENTS"),  # our own
    ("analysis/scenarios.py", "_MOST_SCENARIOS"),  # our own
    ("checks/rules/builds.py", "_LONGEST_IMAGE"),  # our own
    ("checks/rules/parameters.py", "_LONGEST_VALUE"),  # our own
    ("diff/contexts.py", "_MOST_CONTEXTS"),  # our own
    ("diff/requests.py", "_MOST_RESOURCES"),  # our own
    ("template/emitter.py", "_SIMPLE_KEY_LENGTH"),  # libyaml's
}


def _constants() -> Iterator[Any]:
    for module in pkgutil.iter_modules(aws.__path__):
        loaded = importlib.import_module(f"cfn_pipeline.aws.{module.name}")
        for name, value in vars(loaded).items():
            if name.isupper() and not name.startswith("_"):
                yield value
                if isinstance(value, Mapping):
                    yield from value.values()


def _texts(value: Any) -> frozenset[str]:
    """Return the texts of a table of texts; none for anything else."""
    if not isinstance(value, (tuple, frozenset, Mapping)) or isinstance(value, Range):
        return frozenset()
    return frozenset(value) if all(isinstance(item, str) for item in value) else frozenset()


def _collected() -> Iterator[frozenset[str]]:
    for value in _constants():
        # A mode or a provider is a record of tables.
        inner = value if isinstance(value, tuple) and not _texts(value) else ()
        for table in (value, *inner):
            if len(_texts(table)) > 1:
                yield _texts(table)


#: The modes are often listed by what they do.
MODES = [
    frozenset(name for name, mode in ACTION_MODES.items() if mode.reads_template),
    frozenset(name for name, mode in ACTION_MODES.items() if mode.expands_macros),
]
TABLES = {*_collected(), *MODES}
KEYS = {_texts(value) for value in _constants() if isinstance(value, Mapping)}
RANGES = {value for value in _constants() if isinstance(value, Range)}
FORMS = [value for value in _constants() if isinstance(value, NameForm)]
PATTERNS = {
    *(form.pattern for form in FORMS),
    *(value.pattern for value in _constants() if isinstance(value, re.Pattern)),
}
LIMITS = {
    number
    for number in (*(limit.most for limit in RANGES), *(form.longest for form in FORMS))
    if number >= SMALLEST_LIMIT
}
POLICIES = {name.rsplit("/")[-1] for name in MANAGED_POLICIES}
PAIRS = {
    pair
    for value in _constants()
    if isinstance(value, Mapping)
    for pair in value.items()
    if all(isinstance(item, str) for item in pair)
}


def repeated(source: str, file: str = "") -> list[str]:
    """Return what a module writes again, each with its line."""
    tree = ast.parse(source)
    # What a module exports is no fact, though it may be called like one.
    names = {
        item
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        for item in ast.walk(node)
    }
    found = [
        f"{node.lineno}: {why}"  # type: ignore[attr-defined]
        for node in ast.walk(tree)
        if node not in names
        for why in _reasons(node, file)
    ]
    return sorted(found, key=lambda line: int(line.split(":")[0]))


def _reasons(node: ast.AST, file: str) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            if text in PATTERNS or (text == r"\$\{([^}]*)\}" and "values.py" not in file):
                yield f"the pattern {text}"
            if text in (CONNECTION_PROVIDER, POLICY_VERSION):
                yield text
        case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items):
            values = [item.value if isinstance(item, ast.Constant) else None for item in items]
            if frozenset(values) in TABLES:
                yield f"the table {values}"
            if tuple(values) in RANGES:
                yield f"the limits {values}"
        case ast.Dict(keys=keys, values=values_):
            texts = [key.value if isinstance(key, ast.Constant) else None for key in keys]
            # A function for each is no fact, but what is done about it.
            dispatches = all(isinstance(value, ast.Name) for value in values_)
            if frozenset(texts) in KEYS and not dispatches:
                yield f"the table of {texts}"
            if found := POLICIES & {str(text).rsplit("/")[-1] for text in texts}:
                yield f"the policies {sorted(found)}"
            both = zip(keys, values_, strict=True)
            pairs = {
                (key.value, value.value)
                for key, value in both
                if isinstance(key, ast.Constant) and isinstance(value, ast.Constant)
            }
            if pairs & PAIRS:
                yield f"the entries {sorted(pairs & PAIRS)}"
        case ast.Compare(left=left, comparators=others):
            sides = [left, *others]
            counts = any(isinstance(s, ast.Call) and ast.unparse(s.func) == "len" for s in sides)
            for side in sides:
                if counts and isinstance(side, ast.Constant) and side.value in LIMITS:
                    yield f"the limit {side.value}"
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=int(number))):
            known = number in LIMITS and (file, name) not in OTHERS
            if known and LIMIT.search(name.upper()):
                yield f"the limit {name} = {number}"


def test_no_fact_is_written_again() -> None:
    found = [
        f"{file}:{line}"
        for file in FILES
        for line in repeated((PACKAGE / file).read_text(encoding="utf-8"), file)
    ]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        'MODES = ("SUPERSEDED", "QUEUED", "PARALLEL")',
        'MODES = ["PARALLEL", "QUEUED", "SUPERSEDED"]',
        'if mode in ("QUEUED", "PARALLEL"): ...',
        'GATES = {"OnFailure": ("ROLLBACK", "RETRY")}',
        'EVENTS = {"OPEN", "UPDATED", "CLOSED"}',
        'CAPABILITIES = ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND")',
        'calls = {"DELETE_ONLY": ("DescribeStacks", "DeleteStack")}',
        'settings = ("TemplatePath", "RoleArn")',
        'READING = ("CREATE_UPDATE", "REPLACE_ON_FAILURE", "CHANGE_SET_REPLACE")',
        'AWS = {"policy/AdministratorAccess": ["*"]}',
        'NAMES = {"AWS::Events::Rule": "Name"}',
        'TYPES = ("PLAINTEXT", "PARAMETER_STORE", "SECRETS_MANAGER")',
        'KEPT = ("AWS::AccountId", "AWS::Partition", "AWS::Region", "AWS::URLSuffix")',
        'required = ("ApplicationName", "EnvironmentName")',
        'NAME = re.compile(r"[A-Za-z0-9.@_-]+")',
        'REFERENCE = re.compile(r"#\\{([^{}.]+)\\.([^{}]+)\\}")',
        'VARIABLE = re.compile(r"\\$\\{([^}]*)\\}")',
        'provider == "CodeStarSourceConnection"',
        'document = {"Version": "2012-10-17"}',
        "STAGES = (2, 50)",
        "_MOST_ACTIONS = 100",
        "_LONGEST_VALUE = 1000",
        "if len(stages) > 50: ...",
        "if not 1 <= len(name) <= 128: ...",
    ],
)
def test_what_is_written_again_is_found(source: str) -> None:
    assert repeated(source)


@pytest.mark.parametrize(
    "source",
    [
        'ENVIRONMENTS = ("dev", "prod")',
        'RUN = {"CREATE_UPDATE": create, "DELETE_ONLY": delete}',
        '__all__ = ["TemplatePath", "RoleArn"]',
        "WIDTH = 100",
        "if age > 50: ...",
        'message = "a stage has 100 actions at most"',
    ],
)
def test_anything_else_is_fine(source: str) -> None:
    assert repeated(source) == []
