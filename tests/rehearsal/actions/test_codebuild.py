"""CodeBuild actions: buildspecs that a rehearsal cannot run."""

from pathlib import Path

import pytest

from cfn_pipeline.rehearsal.actions.codebuild import _buildspec
from cfn_pipeline.rehearsal.outcome import ActionFailed


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("version: 0.2\nbatch: {}\n", "describes batch builds, which a rehearsal does not run"),
        ("version: 0.2\nenv: {shell: pwsh.exe}\nphases: {}\n", "env.shell is pwsh.exe"),
        ("version: 0.2\n", "YAML_FILE_ERROR: .* lacks phases"),
    ],
)
def test_what_cannot_be_run(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ActionFailed, match=message):
        _buildspec(text, tmp_path, "Source")


def test_the_shell_is_named_without_its_folder(tmp_path: Path) -> None:
    text = "version: 0.2\nenv: {shell: /bin/bash}\nphases: {}\n"
    assert _buildspec(text, tmp_path, "Source").shell == "bash"
