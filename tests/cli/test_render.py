"""The command as a user runs it."""

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
    stale.write_text(stale.read_text().replace("Key that", "A key that"))
    checked = run("render", "-o", str(tmp_path), "--check")
    assert checked.code == 1
    assert (
        "-Description: A key that encrypts the data of todobackend\n+Description: Key that"
        in checked.out
    )
    assert checked.err.endswith("1 of 10 files are stale; render again\n")
    assert "A key that" in stale.read_text()


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
        (["rendr"], "No such command"),
    ],
)
def test_mistakes_are_told_in_one_message(arguments: list[str], said: str, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("as it was")
    done = run(*(argument.format(file=file) for argument in arguments))
    assert done.code == 2
    assert said.format(file=file) in done.err
    assert file.read_text() == "as it was"
