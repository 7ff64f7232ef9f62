"""Language servers, as editors start them: what they say of templates and of the configuration.

``make test-editors`` installs them; without it, tests of servers that are not there are skipped.
"""

import re
import shutil
from pathlib import Path

import pytest

from tests.command import ROOT
from tests.editors.client import Editor

pytestmark = pytest.mark.thorough

SERVERS = ROOT / ".editors"
COMMANDS = SERVERS / "venv" / "bin"
TOOLS = (ROOT / "docs" / "tools.md").read_text("utf-8")
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


def _mistakes(editor: Editor, key: str) -> list[tuple[str, str]]:
    """Return the messages on pipeline.yml, each with what stands at its place."""
    lines = (editor.folder / "pipeline.yml").read_text("utf-8").splitlines()
    told = editor.diagnostics("pipeline.yml")
    assert all(one["severity"] == 1 for one in told)
    starts = [one["range"]["start"] for one in told]
    return [
        (lines[at["line"]][at["character"] :][: len(key)], one["message"])
        for at, one in zip(starts, told, strict=True)
    ]


def test_cfn_lint_s_server_has_the_rules(folder: Path) -> None:
    with Editor([_there(COMMANDS / "cfn-lsp-extra")], folder) as editor:
        editor.open("pipeline.yml")
        first, second = _mistakes(editor, "ParameterOverrides")
    for place, message in (first, second):
        assert place == "ParameterOverrides"
        assert "is not an input artifact of the action" in message


def test_a_server_of_commands_shows_what_another_template_lacks(folder: Path) -> None:
    command = _there(shutil.which("efm-langserver"))
    _there(COMMANDS / "cfn-lint")
    config = folder.parent / "efm.yaml"
    [text] = re.findall(r"^```yaml\n(version: 2\n.*?)^```", TOOLS, re.DOTALL | re.MULTILINE)
    config.write_text(text)
    shutil.copyfile(ROOT / "templates" / "current" / "pipeline.yml", folder / "pipeline.yml")
    roles = (folder / "iam.yml").read_text("utf-8")
    (folder / "iam.yml").write_text(roles.replace("iam:PassRole", "iam:GetRole"), "utf-8")
    with Editor([command, "-c", str(config)], folder, path=COMMANDS) as editor:
        editor.open("iam.yml")
        first, second = _mistakes(editor, "Name: ")
    for place, message in (first, second):
        assert place == "Name: "
        assert "is not allowed to pass the deployment role" in message


def test_the_schema_shows_mistakes_and_explains_keys(folder: Path) -> None:
    server = _there(SERVERS / "node_modules" / ".bin" / "yaml-language-server")
    settings = {"yaml": {"schemaStore": {"enable": False}, "validate": True, "hover": True}}
    with Editor(["node", server, "--stdio"], folder, settings) as editor:
        editor.open("cfn-pipeline.yml")
        [told] = editor.diagnostics("cfn-pipeline.yml")
        assert told["message"] == "Property contaner is not allowed."
        assert told["range"]["start"] == {"line": 4, "character": 4}
        assert "`owner/name`; of GitHub also `name` alone" in editor.hover("cfn-pipeline.yml", 3, 6)
