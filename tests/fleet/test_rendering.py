"""Many applications: what is rendered again, what is removed, and what stays."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from cfn_pipeline.fleet import rendering
from cfn_pipeline.fleet.plan import Task
from cfn_pipeline.fleet.rendering import Outcome
from cfn_pipeline.manifest import MANIFEST, digest_of, read_manifest
from tests.command import Done, run

STACK = """\
Parameters: {Days: {Type: String, Default: "4"}}
Resources: {Queue: {Type: AWS::SQS::Queue}}
"""
DEFAULTS = "defaults: {stack: queue.yml, build: null}\napplications:\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "queue.yml").write_text(STACK)
    describe(tmp_path, "bills", "orders", "users")
    assert run("render", "--config", str(tmp_path / "cfn-pipeline.yml")).code == 0
    return tmp_path


def describe(folder: Path, *names: str, **more: str) -> None:
    entries = [
        f"  - {{name: {name}, source: acme/{name}, {more.get(name, '')}}}\n" for name in names
    ]
    (folder / "cfn-pipeline.yml").write_text(DEFAULTS + "".join(entries))


def render(folder: Path, *options: str) -> Done:
    return run("render", "--config", str(folder / "cfn-pipeline.yml"), *options)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_what_has_not_changed_is_not_rendered_again(folder: Path) -> None:
    for path in folder.rglob("*.yml"):
        os.utime(path, (1, 1))
    again = render(folder)
    assert (again.code, again.out, again.err) == (0, "", "3 applications unchanged\n")
    describe(folder, "bills", "orders", "users", orders="log_retention_days: 30")
    assert render(folder, "--check").code == 0  # an own stack has no log group of ours
    describe(folder, "bills", "orders", "users", orders="title: Our orders, build: {images: false}")
    changed = render(folder)
    assert changed.err.startswith(f"{folder}/orders: ")
    assert changed.err.endswith("\n2 applications unchanged\n")
    assert {Path(line).parent.name for line in changed.out.splitlines()} == {"orders"}
    assert (folder / "bills" / "pipeline.yml").stat().st_mtime == 1


def test_a_change_of_the_own_template_changes_its_applications(folder: Path) -> None:
    (folder / "queue.yml").write_text(STACK.replace("Days", "Hours"))
    assert render(folder, "--check").code == 1
    assert render(folder).code == 0
    assert "Hours" in (folder / "users" / "queue.yml").read_text()


def test_files_that_were_changed_are_rendered_again(folder: Path) -> None:
    before = contents(folder)
    with (folder / "bills" / "kms.yml").open("a") as file:
        file.write("# mine\n")
    (folder / "users" / "iam.yml").unlink()
    stale = render(folder, "--check")
    assert stale.code == 1
    assert "-# mine" in stale.out
    assert "1 applications" not in stale.err
    assert render(folder).code == 0
    assert contents(folder) == before


def test_what_is_filled_in_stays(folder: Path) -> None:
    file = folder / "bills" / "dev.json"
    file.write_text(json.dumps({"Parameters": {"Days": "9"}}))
    assert render(folder).code == 0
    assert json.loads(file.read_text())["Parameters"] == {"Days": "9"}
    manifest = read_manifest(folder / "bills")
    assert manifest is not None
    assert [*manifest.filled_in] == ["dev.json"]
    assert "dev.json" not in manifest.files
    assert render(folder).err == "3 applications unchanged\n"


def test_values_that_are_missing_are_told_each_time(tmp_path: Path) -> None:
    (tmp_path / "queue.yml").write_text(STACK.replace('String, Default: "4"', "AWS::EC2::VPC::Id"))
    describe(tmp_path, "bills")
    message = f"{tmp_path}/dev.json: fill in Days\n{tmp_path}/prod.json: fill in Days\n"
    assert message in render(tmp_path).err
    assert render(tmp_path).err == f"{message}{tmp_path}: up to date\n"


def test_applications_with_findings_are_rendered_and_checked_each_time(folder: Path) -> None:
    file = folder / "bills" / "dev.json"
    file.write_text(json.dumps({"Parameters": {"Day": "9"}}))
    for _ in range(2):
        done = render(folder)
        assert done.code == 1
        assert "E9804" in done.err
    file.write_text("{}")
    assert render(folder).code == 0


def test_files_that_are_no_longer_rendered_are_removed(folder: Path) -> None:
    (folder / "users" / "prod.json").write_text('{"Parameters": {"Days": "14"}}')
    assert render(folder).code == 0
    (folder / "users" / "notes.md").write_text("mine\n")
    only_dev = "environments: [{name: dev}]"
    describe(folder, "bills", "orders", "users", users=only_dev, orders=only_dev)
    stale = render(folder, "--check")
    assert stale.code == 1
    assert f"{folder}/orders/environment-prod.yml: is no longer rendered" in stale.out
    assert (folder / "orders" / "environment-prod.yml").exists()
    done = render(folder)
    assert done.code == 0
    assert f"{folder}/orders/prod.json: removed; it is no longer rendered" in done.err
    assert f"{folder}/users/prod.json: is no longer rendered, and was changed" in done.err
    assert not list(folder.glob("*/environment-prod.yml"))[1:]
    assert not (folder / "orders" / "prod.json").exists()
    assert (folder / "users" / "prod.json").read_text() == '{"Parameters": {"Days": "14"}}'
    assert (folder / "users" / "notes.md").exists()
    assert render(folder, "--check").code == 0


def test_the_files_of_an_application_that_is_gone_are_told_and_removed_on_request(
    folder: Path,
) -> None:
    (folder / "users" / "dev.json").write_text('{"Parameters": {"Days": "9"}}')
    assert render(folder).code == 0
    with (folder / "users" / "Makefile").open("a") as file:
        file.write("# mine\n")
    describe(folder, "orders", "invoices")
    done = render(folder)
    assert done.code == 0
    for name in ("bills", "users"):
        assert (
            f"{folder}/{name}: application '{name}' is no longer in the configuration" in done.err
        )
        assert (folder / name / "pipeline.yml").exists()
    assert render(folder, "--prune", "--check").code == 0
    assert (folder / "bills").exists()
    pruned = render(folder, "--prune")
    assert f"{folder}/bills: application 'bills' is no longer in the configuration; " in pruned.err
    assert not (folder / "bills").exists()
    assert sorted(p.name for p in (folder / "users").iterdir()) == [
        MANIFEST,
        "Makefile",
        "dev.json",
    ]
    assert sorted(p.name for p in folder.iterdir() if p.is_dir()) == ["invoices", "orders", "users"]


def test_folders_of_another_configuration_are_not_orphans(folder: Path) -> None:
    (folder / "other.yml").write_text(
        f"{DEFAULTS}  - {{name: stock, source: acme/stock}}\n"
        "  - {name: shop, source: acme/shop}\n"
    )
    assert run("render", "--config", str(folder / "other.yml")).err.count("no longer") == 0
    assert render(folder, "--prune").err == "3 applications unchanged\n"
    assert (folder / "shop" / "pipeline.yml").exists()


def test_the_files_are_the_same_whatever_the_number_of_processes(tmp_path: Path) -> None:
    every = []
    for jobs in ("1", "3"):
        folder = tmp_path / jobs
        folder.mkdir()
        (folder / "queue.yml").write_text(STACK)
        describe(folder, *(f"app-{n}" for n in range(10)))
        done = render(folder, "--jobs", jobs)
        assert done.code == 0, done.err
        every.append((contents(folder), done.out.replace(str(folder), "")))
    assert every[0] == every[1]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_nothing_is_written_when_one_cannot_be_rendered(tmp_path: Path, jobs: str) -> None:
    (tmp_path / "queue.yml").write_text(STACK)
    (tmp_path / "bad.yml").write_text("Resources: [\n")
    (tmp_path / "worse.yml").write_text("Resources: {Q: {Type: x, Type: x}}")
    names = [f"app-{n}" for n in range(10)]
    describe(tmp_path, *names, **{"app-3": "stack: bad.yml", "app-9": "stack: worse.yml"})
    before = contents(tmp_path)
    done = render(tmp_path, "--jobs", jobs)
    assert done.code == 2
    assert "bad.yml, line 2: " in done.err
    assert "worse.yml, line 1: " in done.err
    assert contents(tmp_path) == before
    assert not [path for path in tmp_path.iterdir() if path.is_dir()]


def test_what_applications_must_not_have_in_common_is_told_of_unchanged_ones_too(
    folder: Path,
) -> None:
    describe(folder, "bills", "orders", "users", "orders-dev-api")
    done = render(folder)
    assert done.code == 2
    assert (
        "cfn-pipeline.yml:6:5: application 'orders-dev-api': the name 'orders-dev-api'" in done.err
    )
    describe(folder, "bills", "orders", "users", "orders")
    twice = render(folder)
    assert twice.code == 2
    assert "cfn-pipeline.yml:6:5: applications[3]: application name 'orders' is used" in twice.err


def test_check_recognises_what_was_rendered(folder: Path) -> None:
    """The folder has no Dockerfile.codebuild; the first lines of its templates tell."""
    (folder / "bills" / "prod.json").write_text('{"Parameters": {"Day": "9"}}')
    done = run("check", str(folder / "bills"))
    assert done.code == 1
    assert "E9804" in done.out


def test_all_renders_what_has_not_changed(folder: Path) -> None:
    """A manifest says of itself that it is true; --all does not ask it."""
    path = folder / "bills" / "kms.yml"
    path.write_text(path.read_text().replace("EnableKeyRotation: true", "EnableKeyRotation: false"))
    manifest = folder / "bills" / MANIFEST
    hashes = json.loads(manifest.read_text())
    hashes["files"]["kms.yml"] = digest_of(path)
    manifest.write_text(json.dumps(hashes))
    assert render(folder, "--check").code == 0
    assert render(folder, "--check", "--all").code == 1


def _ended(task: Task, **options: Any) -> Outcome:
    """Render as always, but end at the application ``app-9``."""
    if task.folder.name == "app-9":
        os._exit(1)
    return _rendered(task, **options)


_rendered = rendering._rendered


def test_nothing_is_left_when_a_process_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "queue.yml").write_text(STACK)
    describe(tmp_path, *(f"app-{n}" for n in range(10)))
    before = contents(tmp_path)
    monkeypatch.setattr(rendering, "_rendered", _ended)
    done = render(tmp_path, "--jobs", "2", "--all")
    assert done.code == 2
    assert "a process that renders was ended, perhaps for lack of memory; nothing" in done.err
    assert contents(tmp_path) == before
    assert not [path for path in tmp_path.iterdir() if path.is_dir()]


def test_progress_is_told_at_a_terminal_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr("cfn_pipeline.cli.phases.PATIENCE", -1.0)
    assert "applications" not in render(folder, "--all").err
    monkeypatch.setattr("cfn_pipeline.cli.printing.progress", told.append)
    render(folder, "--all")
    assert told == [f"{n} of 3 applications" for n in (1, 2, 3)]
