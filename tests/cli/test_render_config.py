"""Rendering what a configuration file describes."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from cfn_pipeline.cli import main
from tests.command import run
from tests.config.test_reading import ORDERS as READ
from tests.config.test_reading import TEN_MISTAKES

ORDERS = READ.replace(", subnets: [subnet-1a, subnet-2b]", "")
TWO = f"""\
{ORDERS}
  - name: reports
    source: acme/reports
    container: {{name: reports, cpu: 256, memory: 512, port: 8080}}
"""


def test_one_application_is_rendered_beside_its_file(tmp_path: Path) -> None:
    config = tmp_path / "cfn-pipeline.yml"
    config.write_text(ORDERS)
    done = run("render", "--config", str(config))
    assert done.code == 0, done.err
    assert str(tmp_path / "stack.yml") in done.out.splitlines()
    assert "from the application orders." in (tmp_path / "stack.yml").read_text()
    assert run("render", "--config", str(config), "--check").code == 0
    config.write_text(ORDERS.replace("cpu: 256", "cpu: 128"))
    stale = run("render", "--config", str(config), "--check")
    assert stale.code == 1
    assert "+          Cpu: 128" in stale.out


def test_several_applications_have_a_folder_each(tmp_path: Path) -> None:
    config = tmp_path / "cfn-pipeline.yml"
    config.write_text(TWO)
    assert run("render", "--config", str(config), "-o", str(tmp_path / "out")).code == 0
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["orders", "reports"]
    assert "application reports" in (tmp_path / "out/reports/stack.yml").read_text()


def test_nothing_is_written_when_one_is_wrong(tmp_path: Path) -> None:
    config = tmp_path / "c.yml"
    config.write_text(TWO.replace("name: reports\n", "nam: reports\n"))
    done = run("render", "--config", str(config), "-o", str(tmp_path / "out"))
    assert done.code == 2
    assert f"{config}:11:5: applications[1]: unknown key 'nam'; did you mean 'name'?" in done.err
    assert not (tmp_path / "out").exists()


def test_ten_mistakes_are_ten_messages_and_nothing_is_written(tmp_path: Path) -> None:
    config = tmp_path / "c.yml"
    config.write_text(TEN_MISTAKES)
    done = run("render", "--config", str(config), "-o", str(tmp_path / "out"))
    assert (done.code, done.out) == (2, "")
    lines = re.findall(rf"{re.escape(str(config))}:(\d+):\d+: ", done.err)
    assert lines == ["1", "2", "4", "4", "5", "6", "6", "7", "8", "9"]
    assert list(tmp_path.iterdir()) == [config]


def test_services_of_one_repository_are_checked_in_their_folders(tmp_path: Path) -> None:
    (tmp_path / "cfn-pipeline.yml").write_text(
        """
defaults:
  compute: {type: fargate}
  environments: [{name: dev, vpc_id: vpc-1a, subnets: [subnet-1a, subnet-2b]}]
applications:
  - name: orders
    source: {name: acme/shop, folder: services/orders}
    container: {name: orders, cpu: 256, memory: 512, port: 80}
  - name: bills
    source: {name: acme/group/shop, folder: services/bills, provider: gitlab}
    container: {name: bills, cpu: 256, memory: 512, port: 80}
"""
    )
    result = run("render", "--config", str(tmp_path / "cfn-pipeline.yml"))
    assert result.code == 0, result.err
    pipeline = (tmp_path / "bills" / "pipeline.yml").read_text()
    assert "DeploymentRepository::bills/stack.yml" in pipeline


def test_the_file_of_this_folder_is_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cfn-pipeline.yml").write_text(ORDERS)
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["render"])
    assert done.exit_code == 0, done.output
    assert "application orders." in (tmp_path / "stack.yml").read_text()
    assert not (tmp_path / "templates").exists()
