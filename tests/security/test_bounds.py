"""Promise: a hostile file costs seconds, not hours, and ends with one message at its line."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cfn_pipeline import ModelError, OutputError, TemplateError, load
from cfn_pipeline.checks.rules.docker import _DOCKER
from cfn_pipeline.checks.rules.parameters import _fits
from cfn_pipeline.config.reading import read_config, read_config_file
from cfn_pipeline.output import differences
from cfn_pipeline.template.composing import LARGEST, most_levels
from cfn_pipeline.template.positions import positions
from tests.benchmarks.curves import CURVES, VERBS, cpu_seconds
from tests.command import ROOT, run

LAUGHS = "Resources: {}\nA0: &a0 [l, l, l, l, l, l, l, l, l, l]\n" + "".join(
    f"A{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
)
MERGES = "Resources: {}\nM0: &m0 {a: 1}\n" + "".join(
    f"M{n}: &m{n}\n  <<: [{', '.join([f'*m{n - 1}'] * 10)}]\n" for n in range(1, 12)
)
CHAIN = "Resources: {}\nA0: &a0 [x]\n" + "".join(
    f"A{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 10_000)
)

HOSTILE = {
    "aliases": (LAUGHS, "line 6: the aliases stand for more than 100,000 values; use fewer"),
    "merge keys": (MERGES, "line 12: the aliases stand for more than 100,000 values; use fewer"),
    "a chain of aliases": (CHAIN, "line 152: nested more than 150 levels deep; remove levels"),
    "an endless alias": (
        "Resources: {}\nA: &a [*a]\n",
        "line 2: an alias stands within the value that it repeats; remove it",
    ),
    "depth": ("Resources: {}\nA: " + "[" * 10**6, "line 2: exceeded maximum nesting depth"),
    "depth in JSON": (
        '{"Resources": {},\n"A": ' + "[" * 500 + "]" * 500 + "}",
        "line 2: nested more than 150 levels deep; remove levels",
    ),
    "size": (
        "Resources: {}\nA: " + "x" * LARGEST,
        f"line 1: has more than {LARGEST:,} characters; CloudFormation takes templates of 1 MB",
    ),
    "!!binary": (
        "Resources: {}\nA: !!binary aGk=\n",
        "line 2: the tag !!binary is not supported by CloudFormation; remove it",
    ),
    "!!set": ("Resources: {}\nA: !!set {a}\n", "line 2: the tag !!set is not supported"),
    "!!omap": ("Resources: {}\nA: !!omap [a: 1]\n", "line 2: the tag !!omap is not supported"),
    "a huge number": (
        "Resources: {}\nA: 0x" + "f" * 9000,
        "line 2: a number of 9,002 characters; put a string in quotes",
    ),
    "a huge number in JSON": (
        '{"Resources": {},\n"A": ' + "9" * 9000 + "}",
        "line 2: a number of 9,000 characters; put a string in quotes",
    ),
    "infinity": ("Resources: {}\nA: .inf\n", "line 2: '.inf' is not a number in JSON"),
    "an empty number": ("Resources: {}\nA: !!int ''\n", "line 2: invalid int ''"),
    "a tag for code": (
        "Resources: {}\nA: !!python/object/apply:os.system [id]\n",
        "line 2: could not determine a constructor for the tag",
    ),
    "a control character": (
        "Resources: {}\nA: é\x00\n",
        r"line 2: control characters are not allowed: \x00",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("verb", VERBS)
def test_what_is_too_much_is_one_message(verb: str, name: str, tmp_path: Path) -> None:
    text, expected = HOSTILE[name]
    line, _, message = expected.removeprefix("line ").partition(": ")
    path = tmp_path / "hostile.yml"
    path.write_text(text)
    start = time.process_time()
    done = run(verb, str(path))
    assert time.process_time() - start < 5
    if verb == "check":
        assert done.code == 1
        assert done.out.startswith(f"{path}:{line}:")
        assert message in done.out
        assert len(done.out.splitlines()) == 1
    else:
        assert done.code == 2
        assert done.err.startswith(f"Error: {path}")
        assert message in done.err
        assert f"line {line}: " in done.err or name == "size"
        assert len(done.err.splitlines()) == 1
    positions(text)  # what cannot be read has no places; nothing hangs or crashes


#: Sizes of what takes longer, or would have more characters than are read.
SIZES = {
    "${A} n times in one Fn::Sub": 20_000,
    "n variables in one Fn::Sub": 10_000,
    "{{resolve:ssm:a}}": 10_000,
    "{{resolve:secretsmanager: without an end": 20_000,
    "#{a.b}": 10_000,
    "Fn::Join of n parts": 4_000,
    "a chain of n conditions": 8_000,
    "a long scalar": 8_000,
    "n actions": 8_000,
    "n conditions": 3_000,
    "n topics": 3_000,
}


@pytest.mark.thorough
@pytest.mark.parametrize("curve", CURVES)
@pytest.mark.parametrize("verb", VERBS)
def test_time_is_not_the_square_of_the_size(verb: str, curve: str) -> None:
    """Most took half a minute or more at this size, while something took the square."""
    template = CURVES[curve](SIZES.get(curve, 40_000))
    assert len(json.dumps(template)) < LARGEST
    assert cpu_seconds(verb, template) < 15


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["*a", "&a"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
)


@settings(max_examples=3 * settings().max_examples)
@given(
    st.lists(
        st.sampled_from(
            [
                *("&a", "*a", "&b", "*b", "<<", ":", " ", "\n", "\n  ", "- ", "? ", "[", "]"),
                *("{", "}", ",", "!Ref", "!Sub", "!!set", "!!binary", "!!int", "!!float"),
                *("!!map", "!!seq", "!!bool", "!!null", "!!omap", "!!timestamp", "!", "!<x>"),
                *("'", '"', "|", ">", "#", "%YAML 1.1", "---", "...", "0x", "1_0", "1:2", "=", "~"),
                *(".inf", "1e999", "Resources", "a", "\t", "\x00", "\ufeff", "\ud800", "\u2028"),
            ]
        ),
        max_size=25,
    ).map("".join)
)
def test_any_yaml_is_read_or_refused(text: str) -> None:
    positions(text)
    for strict in (True, False):
        try:
            content = load(text, strict=strict)
        except TemplateError:
            continue
        assert isinstance(content, dict)


@settings(max_examples=3 * settings().max_examples)
@given(
    st.lists(
        st.sampled_from(
            [
                *(
                    "- ",
                    "? ",
                    ": ",
                    "a: ",
                    "a",
                    "&x ",
                    "*x ",
                    "!t ",
                    "!$",
                    "\n",
                    "  ",
                    "[",
                    "{",
                    "]",
                ),
                *("}", ",", "$", "${", "'", '"', "|\n", " #", "-\t", "\t", "%", "- - ", "? - "),
            ]
        ),
        max_size=12,
    ).map("".join)
)
def test_levels_are_never_more_than_thought(text: str) -> None:
    deepest = level = 0
    with contextlib.suppress(yaml.YAMLError):
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            level += isinstance(event, yaml.CollectionStartEvent)
            level -= isinstance(event, yaml.CollectionEndEvent)
            deepest = max(deepest, level)
    assert deepest <= most_levels(text)


# Patterns and commands, which are searched for


@pytest.mark.parametrize(
    "pattern",
    [
        *("(a|a)*b", "(a|aa)+$", "(a*)*b", "(a?){50}a{50}", "a?" * 60 + "a" * 60, "(x+x+)+y"),
        *("(.*)(.*)(.*)b", "((a{1,100}){1,100}){1,100}b", "a{99999999999}", "(" * 3000),
        *("(?:a?a?a?){9}b", "(a|a)" * 40 + "b", "a{1,90}" * 9 + "b", "(?=(a+)+)b"),
    ],
)
def test_a_parameter_s_pattern_takes_no_time(pattern: str) -> None:
    start = time.process_time()
    for length in (30, 200, 100_000):
        _fits(pattern, "a" * length)
    assert time.process_time() - start < 3


def test_patterns_that_take_no_time_are_tried() -> None:
    for pattern in (
        r"[a-z][a-z0-9-]*",
        r"^(\d{1,3}\.){3}\d{1,3}/\d{1,2}$",
        "prod|dev",
        "vpc-[0-9a-f]+",
    ):
        assert not _fits(pattern, "A/B")
    assert _fits(r"(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})/(\d{1,2})", "10.0.0.0/16")
    assert not _fits(r"(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})/(\d{1,2})", "10.0.0.0")


def test_a_command_takes_no_time() -> None:
    start = time.process_time()
    assert _DOCKER.search("docker-compose " + "-a " * 600) is None
    assert _DOCKER.search("docker-compose -f a.yml --env-file b push") is not None
    assert time.process_time() - start < 3


# Files without an end


def with_limits(arguments: list[str], feed: Callable[[], object] | None = None) -> tuple[int, str]:
    import resource

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))

    if feed is not None:
        threading.Thread(target=feed, daemon=True).start()
    done = subprocess.run(
        [sys.executable, "-m", "cfn_pipeline", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        preexec_fn=limit,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("verb", VERBS)
def test_a_device_without_an_end(verb: str) -> None:
    code, output = with_limits([verb, "/dev/zero"])
    assert code in (1, 2)
    assert f"more than {LARGEST:,} characters" in output
    assert "Traceback" not in output


@pytest.mark.parametrize("verb", VERBS)
def test_a_pipe_is_read_once(verb: str, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.yml"
    os.mkfifo(pipe)
    bad = ROOT / "tests" / "checks" / "examples" / "E9107" / "bad.yml"
    code, output = with_limits([verb, str(pipe)], lambda: pipe.write_text(bad.read_text()))
    if verb == "check":
        assert code == 1
        assert f"{pipe}:39:17: E9107 " in output
    else:
        assert code in (0, 1)
        assert "Traceback" not in output


def test_standard_input() -> None:
    bad = ROOT / "tests" / "checks" / "examples" / "E9107" / "bad.yml"
    done = subprocess.run(
        [sys.executable, "-m", "cfn_pipeline", "check", "/dev/stdin"],
        cwd=ROOT,
        input=bad.read_text(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.split(" ")[0]) == (1, "/dev/stdin:39:17:")


# Configuration files, and the files that render reads

_KEYS = ("name", "source", "container", "database")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "a0: &a0 {name: x}\n"
            + "".join(
                f"a{n}: &a{n} {{{', '.join(f'{key}: *a{n - 1}' for key in _KEYS)}}}\n"
                for n in range(1, 14)
            )
            + "applications: [*a13]\n",
            "the aliases stand for more than 100,000 values",
        ),
        ("applications: [&a {name: *a}]\n", "an alias stands within the value"),
        (f"applications: {'[' * 500}{']' * 500}", "nested more than 150 levels deep"),
        (f"applications: [{{name: {'x' * LARGEST}}}]", "5,000,000"),
    ],
)
def test_a_hostile_configuration_ends_with_one_message(text: str, told: str) -> None:
    began = time.process_time()
    with pytest.raises(ModelError, match=told):
        read_config(text)
    assert time.process_time() - began < 10


def test_a_configuration_file_is_read_up_to_a_size(tmp_path: Path) -> None:
    (tmp_path / "endless.yml").symlink_to("/dev/zero")
    with pytest.raises(ModelError, match="is larger than"):
        read_config_file(tmp_path / "endless.yml")


@pytest.mark.parametrize("place", ["/dev/zero", "", "large"])
def test_render_reads_files_that_end(tmp_path: Path, place: str) -> None:
    path = tmp_path / "pipeline.yml"
    if place == "large":
        path.touch()
        os.truncate(path, 1 << 40)
    elif place:
        path.symlink_to(place)
    else:
        os.mkfifo(path)
    with pytest.raises(OutputError, match=r"pipeline\.yml: cannot be read: (Not a file|Larger)"):
        list(differences({"pipeline.yml": "A: 1\n"}, tmp_path))
