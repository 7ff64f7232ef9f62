"""What applications share: rendered once, and imported by each."""

import shutil
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cfn_pipeline import (
    BOOK,
    EditionError,
    ModelError,
    Shared,
    SharedBuildImage,
    load,
    render,
)
from cfn_pipeline.analysis.system import Template
from cfn_pipeline.config.reading import read_config
from cfn_pipeline.fleet.checking import findings, shared_by
from cfn_pipeline.manifest import read_manifest
from cfn_pipeline.project import rendering, shared_rendering
from tests.cfn_lint import lint
from tests.command import Done, run

CONFIG = """\
shared: {name: platform, key: true, notifications: true, connection: github, listener: {}}
defaults:
  compute: {type: fargate}
  environments: [{name: dev, vpc_id: vpc-1a, subnets: [subnet-1a, subnet-2b]}]
applications:
  - name: web
    source: acme/web
    container: {name: web, cpu: 256, memory: 512, port: 80}
    load_balancer: {listener_rule: {priority: 1, hosts: [a.example.com]}}
  - name: jobs
    source: acme/jobs
    container: {name: jobs, cpu: 256, memory: 512}
    load_balancer: null
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fleet")
    (folder / "cfn-pipeline.yml").write_text(CONFIG)
    done = _render(folder)
    assert done.code == 0, done.err
    return folder


def _render(folder: Path, *options: str) -> Done:
    return run("render", "--config", str(folder / "cfn-pipeline.yml"), *options)


def _templates(folder: Path) -> dict[str, dict[str, Any]]:
    names = sorted(set(folder.glob("*.yml")) - {folder / "buildspec.yml"})
    return {path.name: load(path.read_text()) for path in names}


def _values(node: Any, key: str) -> list[Any]:
    if isinstance(node, dict):
        own = [node[key]] if key in node else []
        return own + [found for value in node.values() for found in _values(value, key)]
    return (
        [found for item in node for found in _values(item, key)] if isinstance(node, list) else []
    )


def _exports(templates: dict[str, dict[str, Any]]) -> set[str]:
    outputs = [o for t in templates.values() for o in t.get("Outputs", {}).values()]
    return {output["Export"]["Name"] for output in outputs if "Export" in output}


def test_applications_import_what_is_shared_and_have_none_of_their_own(folder: Path) -> None:
    shared = _templates(folder / "shared")
    assert [*shared] == ["connection.yml", "kms.yml", "listener.yml", "notifications.yml"]
    for name, more in (
        ("web", {"platform-listener", "platform-listener-security-group"}),
        ("jobs", set()),
    ):
        own = _templates(folder / name)
        imported = {
            each for each in _values(own, "Fn::ImportValue") if str(each).startswith("plat")
        }
        assert imported == {"platform-key", "platform-connection"} | more
        assert imported <= _exports(shared)
        assert "kms.yml" not in own
        types = set(_values(own["pipeline.yml"], "Type"))
        assert not types & {"AWS::Events::Rule", "AWS::SNS::Topic"}
        assert "ConnectionArn" not in own["pipeline.yml"].get("Parameters", {})
        assert "ConnectionArn" not in own["iam.yml"].get("Parameters", {})


def test_the_makefile_deploys_the_stacks_in_their_order(folder: Path) -> None:
    makefile = (folder / "shared" / "Makefile").read_text()
    assert "in this order: kms notifications connection listener" in makefile
    assert "--template-file kms.yml --stack-name platform-kms $(OVERRIDES)" in makefile


def test_the_readme_has_the_stacks_and_what_their_deployment_needs(folder: Path) -> None:
    readme = (folder / "shared" / "README.md").read_text()
    assert "| `platform-kms` | `kms.yml` | Key of the pipelines of platform |" in readme
    assert "deploy . --application shared -p VpcId=... -p Subnets=...\n" in readme
    assert "**The connection** is PENDING at first" in readme
    assert "make build-image" not in readme


def test_rules_are_about_every_pipeline(folder: Path) -> None:
    rules = _values(_templates(folder / "shared")["notifications.yml"], "EventPattern")
    assert len(rules) == 3
    assert not any("pipeline" in rule["detail"] for rule in rules)


def test_together_they_are_checked_without_a_finding(folder: Path) -> None:
    names = [p for p in (folder / "web").glob("*.yml") if p.name not in ("buildspec.yml",)]
    files = [*(folder / "shared").glob("*.yml"), *names]
    done = run("check", *map(str, files))
    assert (done.code, done.out) == (0, "")


def _without_grants(template: Template) -> Template:
    changed = deepcopy(template.content)
    for resource in changed["Resources"].values():
        if resource["Type"] == "AWS::KMS::Key":
            policy = resource["Properties"]["KeyPolicy"]["Statement"]
            policy[:] = [s for s in policy if s["Sid"] != "EnableIamPolicies"]
    return replace(template, content=changed)


def test_render_judges_an_application_together_with_what_it_shares() -> None:
    [web, _] = read_config(CONFIG)
    shared = shared_by(web, edition="current", folder="../shared")
    assert findings(rendering(web), shared) == []
    found = findings(rendering(web), [_without_grants(template) for template in shared])
    assert [(f.rule, f.file) for f, _ in found] == [
        ("E9718", "codebuild.yml"),
        ("E9705", "pipeline.yml"),
    ]
    without_key = [template for template in shared if template.file != "../shared/kms.yml"]
    found = findings(rendering(web), without_key)
    assert {(f.rule, f.file) for f, _ in found} >= {
        ("E9712", "pipeline.yml"),
        ("E9712", "../shared/notifications.yml"),
    }


def test_check_judges_a_folder_together_with_what_it_imports(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    done = run("check", str(tmp_path / "web"), str(tmp_path / "jobs"))
    assert (done.code, done.out) == (0, "")
    assert f"{tmp_path}/web: imports from {tmp_path}/shared, and is checked together" in done.err
    key = tmp_path / "shared" / "kms.yml"
    key.write_text(key.read_text().replace("Name: platform-key\n", "Name: platform-keys\n"))
    done = run("check", str(tmp_path / "web"), str(tmp_path / "jobs"))
    assert done.code == 1
    assert f"{tmp_path}/jobs/pipeline.yml:" in done.out
    assert done.out.count(f"{tmp_path}/shared/notifications.yml:") == 1
    assert "E9712 resource Pipeline: no template exports 'platform-key'; did you" in done.out
    # What a person wrote beside it is not taken for it.
    key.write_text(key.read_text().split("\n", 1)[1])
    for name in ("notifications", "connection", "listener"):
        (tmp_path / "shared" / f"{name}.yml").unlink()
    assert run("check", str(tmp_path / "web")).code == 0


@pytest.mark.lint
def test_cfn_lint_finds_nothing(folder: Path) -> None:
    assert [str(match) for match in lint(*(folder / "shared").glob("*.yml"), include=["I"])] == []


def test_a_change_of_what_is_shared_changes_the_applications(folder: Path) -> None:
    assert _render(folder).err == "2 applications unchanged\n"
    manifest = read_manifest(folder / "shared")
    assert manifest is not None
    assert manifest.application == ""
    config = folder / "cfn-pipeline.yml"
    config.write_text(CONFIG.replace("key: true, ", ""))
    stale = _render(folder, "--check")
    assert stale.code == 1
    assert "web/kms.yml (rendered)" in stale.out
    config.write_text(CONFIG.split("\n", 1)[1].replace("priority: 1", "priority: 2"))
    assert f"{folder}/shared: shared is no longer in the configuration" in _render(folder).err
    config.write_text(CONFIG)
    assert _render(folder).code == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("key: true", "keys: true"), "1:26: shared: unknown key 'keys'; did you mean 'key'?"),
        (("github", "gitlab"), "6:5: application 'web': a repository is on github, and the"),
        (("connection: github", "connection: git"), "unknown provider 'git' in connection; use"),
        (("name: jobs\n", "name: platform\n"), "its name is also the name of shared 'platform'"),
        (("name: jobs\n", "name: shared\n"), "its folder would be that of shared 'platform'"),
        (("{name: dev,", '{name: dev, account: "222222222222",'), "remove key from shared"),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else "",
)
def test_mistakes_are_told_at_their_place(change: tuple[str, str], message: str) -> None:
    with pytest.raises(ModelError) as error:
        read_config(CONFIG.replace(*change))
    assert message in str(error.value)


def test_nothing_shared_is_a_mistake() -> None:
    with pytest.raises(ModelError, match="shared 'platform': nothing is shared; use key"):
        Shared(name="platform")


def test_the_book_has_nothing_that_is_shared() -> None:
    with pytest.raises(EditionError, match="the book edition has nothing that is shared"):
        shared_rendering(Shared(name="platform", key=True), edition=BOOK)


def test_a_build_image_is_made_and_pushed_once() -> None:
    made = shared_rendering(
        Shared(name="platform", build_image=SharedBuildImage(architecture="ARM64"))
    )
    files = ["kms.yml", "ecr.yml", "Dockerfile.codebuild", "Makefile", "README.md"]
    assert [*made.files] == files
    [repository] = made.templates["ecr.yml"]["Resources"].values()
    assert repository["Properties"]["RepositoryName"] == "platform/codebuild"
    assert "platform-key" in str(repository["Properties"]["EncryptionConfiguration"])
    assert "docker build --platform linux/arm64 --file Dockerfile" in made.files["Makefile"]
    with pytest.raises(ModelError, match="architecture must be X86_64 or ARM64"):
        SharedBuildImage(architecture="MIPS")


def test_only_notifications_leave_each_pipeline_its_key() -> None:
    shared = Shared(name="platform", notifications=True)
    [application, _] = read_config(CONFIG.replace("key: true, ", "").replace("listener: {}", ""))
    assert "web-key" in render(application)["pipeline.yml"]
    files = ["kms.yml", "notifications.yml", "Makefile", "README.md"]
    assert [*shared_rendering(shared).files] == files
