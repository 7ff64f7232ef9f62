"""``-`` stands for standard input and output wherever a verb takes or writes one file."""

import io
import json
import sys
from pathlib import Path

import pytest

from cfn_pipeline.cli import main
from cfn_pipeline.fleet.deployed import State
from tests.adopt.answers import answer, rendered_pipelines
from tests.command import ROOT, run

BOOK = "templates/book"
PIPELINE = f"{BOOK}/pipeline.yml"
TEXT = (ROOT / PIPELINE).read_text()
CONFIG = "examples/fargate-postgresql/cfn-pipeline.yml"
CONFIG_TEXT = (ROOT / CONFIG).read_text()
POLICY = json.dumps({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})


@pytest.mark.parametrize(
    ("words", "stdin"),
    [
        (f"check {PIPELINE} --format json", TEXT),
        (f"permissions {PIPELINE} --stack orders --format table", TEXT),
        (f"permissions {BOOK}/kms.yml --stack orders --against {PIPELINE}", TEXT),
        (f"permissions {PIPELINE} --explain s3:CreateBucket", TEXT),
        (f"diff {PIPELINE} {BOOK}/iam.yml --format json", TEXT),
        (f"diff {BOOK}/iam.yml {PIPELINE} --format json", TEXT),
        (f"diagram {PIPELINE}", TEXT),
        (f"render --config {CONFIG} --print pipeline.yml", CONFIG_TEXT),
    ],
)
def test_standard_input_is_read_like_a_file(words: str, stdin: str) -> None:
    place = PIPELINE if stdin is TEXT else CONFIG
    expected = run(*words.split())
    assert expected.out
    done = run(*words.replace(place, "-").split(), stdin=stdin)
    assert done.code == expected.code
    of_file = expected.out.replace(place, "standard input")
    assert done.out == of_file.replace(Path(place).name, "standard input")


def test_a_policy_comes_from_standard_input(tmp_path: Path) -> None:
    done = run("permissions", PIPELINE, "--stack", "x", "--covers", "-", stdin=POLICY)
    assert (done.code, "standard input is sufficient" in done.err) == (0, True)
    words = ("permissions", f"{BOOK}/kms.yml", "--stack", "x", "--covers")
    assert "standard input has no policy; give a" in run(*words, "-", stdin="{}").err
    file = tmp_path / "iam.yml"
    file.write_text((ROOT / BOOK / "iam.yml").read_text())
    role = "CodePipelineRole"
    [of_file, of_input] = (
        run(*words, f"{file}:{role}"),
        run(*words, f"-:{role}", stdin=file.read_text()),
    )
    assert "lacking" in of_file.out
    assert of_input.out == of_file.out


def test_a_live_pipeline_comes_from_standard_input(tmp_path: Path) -> None:
    text = json.dumps(answer(rendered_pipelines()[PIPELINE]))
    done = run("adopt", "-", "-o", str(tmp_path / "adopted"), stdin=text)
    assert done.code == 0
    assert (tmp_path / "adopted" / "pipeline.yml").exists()
    broken = run("adopt", "-", stdin="{")
    assert (broken.code, "standard input" in broken.err) == (2, True)


def test_a_configuration_is_rendered_from_standard_input(tmp_path: Path) -> None:
    done = run("render", "--config", "-", "-o", str(tmp_path), stdin=CONFIG_TEXT)
    assert done.code == 0
    folder = ROOT / Path(CONFIG).parent
    written = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert written == {name: (folder / name).read_text() for name in written}
    assert len(written) > 10
    assert ".cfn-pipeline.json" not in written
    stale = run("render", "--config", "-", "-o", str(tmp_path), "--check", stdin=CONFIG_TEXT)
    assert stale.code == 0


def test_several_applications_come_from_standard_input(tmp_path: Path) -> None:
    fleet = ROOT / "examples" / "fleet"
    text = (fleet / "cfn-pipeline.yml").read_text()
    done = run("render", "--config", "-", "-o", str(tmp_path), "-q", stdin=text)
    assert done.code == 0
    for path in ("shared/kms.yml", "web/pipeline.yml"):
        assert (tmp_path / path).read_text() == (fleet / path).read_text()
    mistake = run("render", "--config", "-", stdin=text.replace("name: web", "nam: web"))
    assert mistake.code == 2
    assert "standard input:" in mistake.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("check - -", "use - once"),
        ("diagram - -", "use - once"),
        ("diff - -", "- stands for standard input, which has one file; use - once"),
        ("permissions - --stack x --against -", "use - once"),
        ("permissions - --stack x --covers -", "use - once"),
        ("permissions - --stack x --covers -:Role", "use - once"),
        ("permissions -", "standard input has no name; add --stack"),
        ("rehearse - --approve", "give a file"),
        (f"rehearse {PIPELINE} --report - --format json", "takes the place of the result"),
        ("render -o -", "print one with --print"),
        ("render --print pipeline.yml --check", "--print excludes --check and --prune"),
        ("render --edition book --print pipelin.yml", "is not rendered; use one of kms.yml"),
        (
            "render --config examples/fleet/cfn-pipeline.yml --print ecr.yml",
            "use FOLDER/ecr.yml, with one of the folders shared, web,",
        ),
    ],
)
def test_what_cannot_be_is_told(words: str, message: str) -> None:
    done = run(*words.split(), stdin=TEXT)
    assert (done.code, done.out) == (2, "")
    assert message in " ".join(done.err.split())


@pytest.mark.parametrize(
    "words", ["check -", "render --config -", "permissions - --stack x", "adopt -"]
)
def test_standard_input_that_cannot_be_read(
    words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the locale C, Python would read any bytes; what is closed is None."""
    odd = io.TextIOWrapper(io.BytesIO(b"a: \xff\n"), "ascii", "surrogateescape")
    for stdin, reason in (
        (odd, "cannot be read: not UTF-8 text"),
        (None, "is closed; give a file"),
    ):
        monkeypatch.setattr(sys, "stdin", stdin)
        with pytest.raises(SystemExit) as end:
            main(words.split())
        assert f"standard input: {reason}" in "".join(capsys.readouterr())
        assert end.value.code == (1 if words.startswith("check") else 2)


def test_a_fleet_needs_a_file() -> None:
    config = (ROOT / "examples" / "fleet-pipeline" / "cfn-pipeline.yml").read_text()
    done = run("render", "--config", "-", stdin=config)
    assert done.code == 2
    assert "standard input: the pipeline of a fleet reads the file; give its path" in done.err


def test_variables_of_a_fleet_take_the_place_of_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    state = State(comparisons=[], removed=["web-kms"], left=[], digest="abc")
    monkeypatch.setattr("cfn_pipeline.fleet.deployed.compare_fleet", lambda *_: state)
    monkeypatch.setattr("cfn_pipeline.deployment.account.Account", lambda **_: None)
    done = run("fleet", "--config", "examples/fleet-pipeline/cfn-pipeline.yml", "--variables", "-")
    assert done.out.splitlines()[1] == "export PIPELINE=abc"
    assert len(done.out.splitlines()) == 2
