"""Language servers, as editors start them: what they say of templates and of the configuration.

``make test-editors`` installs them; without it, tests of servers that are not there are skipped.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import ROOT
from tests.editors.client import Editor

pytestmark = pytest.mark.thorough

SERVERS = ROOT / ".editors"
COMMANDS = SERVERS / "venv" / "bin"
#: How efm-langserver reads what cfn-lint prints.
EFM = """\
version: 2
root-markers: [.cfnlintrc]
languages:
  yaml:
    - lint-command: cfn-lint --format parseable
      lint-stdin: false
      lint-formats: ['%f:%l:%c:%e:%k:%t%n:%m']
"""
CONFIGURATION = """\
# yaml-language-server: $schema=cfn-pipeline.schema.json
applications:
  - name: orders
    source: acme/orders
    contaner: {name: orders, cpu: 256, memory: 512, port: 8080}
    environments:
      - name: dev
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a deployment folder whose pipeline has a mistake."""
    place = tmp_path / "orders-aws"
    shutil.copytree(ROOT / "templates" / "current", place)
    text = (place / "pipeline.yml").read_text("utf-8")
    wrong = text.replace("- Name: ApplicationVersion\n", "- Name: ApplicationVersio\n")
    (place / "pipeline.yml").write_text(wrong, "utf-8")
    (place / ".cfnlintrc").write_text("append_rules: [cfn_pipeline.cfn_lint_rules]\n")
    shutil.copyfile(ROOT / "cfn-pipeline.schema.json", place / "cfn-pipeline.schema.json")
    (place / "cfn-pipeline.yml").write_text(CONFIGURATION)
    return place


def _there(path: Path | str | None) -> str:
    if path is None or not Path(path).exists():
        pytest.skip("the server is not installed: make test-editors")
    return str(path)


@pytest.fixture(params=["cfn-lsp-extra", "efm-langserver"])
def editor(request: pytest.FixtureRequest, folder: Path) -> Iterator[Editor]:
    """Return an editor whose server uses cfn-lint."""
    if request.param == "efm-langserver":
        config = folder.parent / "efm.yaml"
        config.write_text(EFM)
        command = [_there(shutil.which("efm-langserver")), "-c", str(config)]
        _there(COMMANDS / "cfn-lint")
    else:
        command = [_there(COMMANDS / "cfn-lsp-extra")]
    with Editor(command, folder, path=COMMANDS) as started:
        yield started


def test_a_mistake_is_shown_at_its_line(editor: Editor) -> None:
    editor.open("pipeline.yml")
    told = editor.diagnostics("pipeline.yml")
    lines = (editor.folder / "pipeline.yml").read_text("utf-8").splitlines()
    wanted = [n for n, line in enumerate(lines) if line.strip().startswith("ParameterOverrides:")]
    assert len(wanted) == 2
    assert [one["range"]["start"] for one in told] == [
        {"line": n, "character": lines[n].index("ParameterOverrides")} for n in wanted
    ]
    assert all("is not an input artifact of the action" in one["message"] for one in told)
    assert all(one["severity"] == 1 for one in told)


def test_the_schema_shows_mistakes_and_explains_keys(folder: Path) -> None:
    server = _there(SERVERS / "node_modules" / ".bin" / "yaml-language-server")
    settings = {"yaml": {"schemaStore": {"enable": False}, "validate": True, "hover": True}}
    with Editor(["node", server, "--stdio"], folder, settings) as editor:
        editor.open("cfn-pipeline.yml")
        [told] = editor.diagnostics("cfn-pipeline.yml")
        assert told["message"] == "Property contaner is not allowed."
        assert told["range"]["start"] == {"line": 4, "character": 4}
        assert "`owner/name`; of GitHub also `name` alone" in editor.hover("cfn-pipeline.yml", 3, 6)
