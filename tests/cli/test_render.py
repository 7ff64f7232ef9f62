"""The command as a user runs it."""

import json
from pathlib import Path

import pytest

from cfn_pipeline import CURRENT, __version__, render
from tests.command import run, spawn


def test_version_and_help() -> None:
    assert run("--version").out == f"cfn-pipeline, version {__version__}\n"
    assert "render" in run("--help").out
    assert "--edition" in run("render", "-h").out


def test_render_writes_and_says_what(tmp_path: Path) -> None:
    first = run("render", "-o", str(tmp_path / "out"))
    files = render(edition=CURRENT)
    assert first.code == 0
    assert first.out.splitlines() == [str(tmp_path / "out" / name) for name in files]
    out = tmp_path / "out"
    assert first.err == (
        f"{out}: {len(files)} written, 0 unchanged\n"
        f"{out}/dev.json: fill in VpcId, ApplicationSubnets\n"
        f"{out}/prod.json: fill in VpcId, ApplicationSubnets\n"
    )
    assert {p.name: p.read_text() for p in (tmp_path / "out").iterdir()} == files
    second = run("render", "-o", str(tmp_path / "out"))
    assert second.out == ""
    assert f"0 written, {len(files)} unchanged\n" in second.err


def test_check_shows_what_is_stale_and_writes_nothing(tmp_path: Path) -> None:
    run("render", "-o", str(tmp_path))
    assert run("render", "-o", str(tmp_path), "--check").code == 0
    stale = tmp_path / "kms.yml"
    stale.write_text(stale.read_text().replace("Key of", "A key of"))
    checked = run("render", "-o", str(tmp_path), "--check")
    assert checked.code == 1
    assert (
        "-Description: A key of the pipeline that delivers todobackend\n+Description: Key of"
        in checked.out
    )
    assert checked.err.endswith(f"1 of {len(render())} files are stale; render again\n")
    assert "A key of" in stale.read_text()


def fill_in(path: Path, **parameters: str) -> str:
    file = json.loads(path.read_text())
    file["Parameters"] |= parameters
    text = json.dumps({**file, "Tags": {"CostCentre": "42"}}, indent=4)
    path.write_text(text)
    return text


def test_what_people_fill_in_stays_and_is_not_stale(tmp_path: Path) -> None:
    run("render", "-o", str(tmp_path))
    network = {"VpcId": "vpc-1", "ApplicationSubnets": "subnet-1,subnet-2"}
    fill_in(tmp_path / "dev.json", **network)
    prod = tmp_path / "prod.json"
    text = fill_in(prod, **network, DatabaseMultiAZ="false")
    checked = run("render", "-o", str(tmp_path), "--check")
    assert (checked.code, checked.out) == (0, "")
    done = run("render", "-o", str(tmp_path))
    assert (done.code, done.out, prod.read_text()) == (0, "", text)
    assert f"{prod}: DatabaseMultiAZ stays false; the default is true (remove" in done.err
    assert "fill in" not in done.err


def test_a_file_that_was_not_rendered_is_refused_unless_forced(tmp_path: Path) -> None:
    own = {"stack.yml": "Resources: {}\n", "buildspec.yml": "version: 0.2\n", "dev.json": "[]"}
    for name, text in own.items():
        (tmp_path / name).write_text(text)
    for words in (["render"], ["render", "--check"]):
        done = run(*words, "-o", str(tmp_path))
        assert (done.code, done.out) == (2, "")
        assert done.err == (
            f"Error: {tmp_path}/stack.yml: was not rendered by cfn-pipeline\n"
            f"{tmp_path}/dev.json: is not a configuration file (must be an object)\n"
            f"{tmp_path}/buildspec.yml: was not rendered by cfn-pipeline\n"
            "nothing was written: move what you want to keep, render into another folder (-o), or "
            "replace these files with --force (in Python: force=True)\n"
        )
        assert {path.name: path.read_text() for path in tmp_path.iterdir()} == own
    (tmp_path / "prod.json").write_text('{"Parameters": {"DatabaseMultiAZ": "false"}}')
    assert run("render", "-o", str(tmp_path), "--force").code == 0
    assert "Rendered by" in (tmp_path / "stack.yml").read_text()
    assert "ApplicationDesiredCount" in (tmp_path / "dev.json").read_text()
    prod = json.loads((tmp_path / "prod.json").read_text())["Parameters"]
    assert prod["DatabaseMultiAZ"] == "false"
    assert "ApplicationDesiredCount" in prod


def test_the_network_of_the_book_can_be_another(tmp_path: Path) -> None:
    words = ("render", "--edition", "book", "-o", str(tmp_path))
    run(*words)
    fill_in(tmp_path / "dev.json", VpcId="vpc-1")
    assert run(*words, "--check").code == 0
    done = run(*words)
    assert (
        f"{tmp_path}/dev.json: VpcId stays vpc-1; the default is vpc-f8233a80 (remove" in done.err
    )


def test_bytes_do_not_depend_on_hash_seed_locale_or_folder(tmp_path: Path) -> None:
    found = []
    for number, (seed, locale) in enumerate([("0", "C"), ("42", "tr_TR.UTF-8"), ("7", "POSIX")]):
        folder = tmp_path / str(number)
        folder.mkdir()
        done = spawn(
            "render", "-o", "out", cwd=folder, PYTHONHASHSEED=seed, LC_ALL=locale, TZ="Asia/Tokyo"
        )
        assert done.code == 0, done.err
        found.append({path.name: path.read_bytes() for path in (folder / "out").iterdir()})
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["render", "--edition", "film"], "unknown edition 'film'; the editions are current, book"),
        (["render", "-o", "{file}"], "{file}/kms.yml: cannot be read: Not a directory"),
        (["render", "-o", "/proc/none"], "/proc/none: cannot be written"),
        (["render", "--edtion", "book"], "No such option"),
        (["rendr"], "unknown verb 'rendr'; did you mean 'render'?"),
    ],
)
def test_mistakes_are_told_in_one_message(arguments: list[str], said: str, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("as it was")
    done = run(*(argument.format(file=file) for argument in arguments))
    assert done.code == 2
    assert said.format(file=file) in done.err
    assert file.read_text() == "as it was"
