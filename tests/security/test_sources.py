"""Promise: a source is data until a build runs, and gives nothing that is not in it."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from cfn_pipeline.rehearsal.artifacts.sources import fetch
from tests.rehearsal.artifacts.test_sources import Repository


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


def _files(source: str, folder: Path, *, history: bool = False) -> Mapping[str, bytes]:
    fetch(source, folder / "fetched.zip", history=history)
    with zipfile.ZipFile(folder / "fetched.zip") as opened:
        return {name: opened.read(name) for name in opened.namelist()}


@pytest.mark.parametrize("history", [False, True])
@pytest.mark.parametrize("revision", ["", "@HEAD"])
def test_programs_of_a_repository_s_configuration_do_not_run(
    repository: Repository, tmp_path: Path, revision: str, *, history: bool
) -> None:
    ran, program = tmp_path / "ran", tmp_path / "program"
    program.write_text(f"#!/bin/sh\necho $0 $@ >> {ran}\ncat\n")
    program.chmod(0o755)
    folder = repository.folder
    (folder / ".gitattributes").write_text("*.txt filter=a.b=c\n*.sig export-subst\n")
    (folder / "a.txt").write_text("a\n")
    (folder / "a.sig").write_text("$Format:%GG$\n")
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "--message", "Second")
    # A signature, which makes git ask the program for signatures.
    commit = repository.git("cat-file", "commit", "HEAD")
    head, _, message = commit.partition("\n\n")
    (tmp_path / "signed").write_text(
        f"{head}\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n\n"
        f"{message}\n"
    )
    signed = repository.git("hash-object", "-t", "commit", "-w", str(tmp_path / "signed"))
    repository.git("reset", "--quiet", "--hard", signed)
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    (hooks / "post-checkout").symlink_to(program)
    (hooks / "post-index-change").symlink_to(program)
    for name, value in {
        "core.fsmonitor": str(program),
        "core.hooksPath": str(hooks),
        "filter.a.b=c.clean": f"{program} clean",
        "filter.a.b=c.smudge": f"{program} smudge",
        "filter.a.b=c.required": "true",
        "gpg.program": str(program),
        "log.showSignature": "true",
    }.items():
        repository.git("config", name, value)
    (folder / "a.txt").write_text("a\n")  # so that git looks at the content again
    found = _files(f"{folder}{revision}", tmp_path, history=history)
    assert found["a.txt"] == b"a\n"
    assert not ran.exists(), ran.read_text()


def test_programs_of_a_submodule_s_configuration_do_not_run(
    repository: Repository, tmp_path: Path
) -> None:
    inner = Repository(repository.folder / "module")
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "--message", "Second")
    inner.git("config", "core.fsmonitor", f"touch {tmp_path}/ran; false")
    inner.git("config", "filter.x.clean", f"touch {tmp_path}/ran; cat")
    (inner.folder / ".gitattributes").write_text("* filter=x\n")
    (inner.folder / "kept").write_text("two")
    _files(str(repository.folder), tmp_path)
    assert not (tmp_path / "ran").exists()


def test_a_tracked_file_behind_a_link_is_left_out(repository: Repository, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "file").write_text("secret")
    inner = repository.folder / "inner"
    (inner / "file").unlink()
    inner.rmdir()
    inner.symlink_to(victim)  # git still lists inner/file
    assert "inner/file" not in _files(str(repository.folder), tmp_path)
