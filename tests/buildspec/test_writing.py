"""Where commands write files: certain paths, or none."""

import json

import pytest

from cfn_pipeline.buildspec.reading import parse_buildspec
from cfn_pipeline.buildspec.writing import path_in_sources, written_paths


def _written(*commands: str, version: str = "0.2", shell: str = "sh") -> set[str]:
    content = {
        "version": version,
        "env": {"shell": shell},
        "phases": {"build": {"commands": list(commands)}},
    }
    return written_paths(parse_buildspec(json.dumps(content), "buildspec"), "v.json")


@pytest.mark.parametrize(
    ("commands", "path"),
    [
        (["echo {} > v.json"], "v.json"),
        (["cd app", "make", "echo '{}' >> ./v.json"], "app/v.json"),
        (['cd app && printf \'{"V": "%s; %s"}\' $A $B > v.json 2>&1'], "app/v.json"),
        (["cd app", "cd ..", "echo {} | tee v.json"], "v.json"),
        (["cd app", "cd $CODEBUILD_SRC_DIR", "jq . x > out/v.json"], "out/v.json"),
        (["cd ${CODEBUILD_SRC_DIR}/b", "make \\\n  > v.json", "cat v.json"], "b/v.json"),
        (["cd $X", "echo > ${CODEBUILD_SRC_DIR}/a/v.json"], "a/v.json"),
        (["if true; then make; fi", "echo {} > v.json"], "v.json"),
    ],
)
def test_a_redirection_in_a_folder_that_is_known(commands: list[str], path: str) -> None:
    assert _written(*commands) == {path}


@pytest.mark.parametrize(
    "commands",
    [
        ["make v.json"],
        ["cd app", "echo > v.json", "mv v.json .."],
        ["cd app", "echo > v.json", "cp -r . .."],
        ["cd app", "echo > v.json", "python tool.py --out=../v.json"],
        ["cd $X", "echo > v.json"],
        ["cd app || exit 1", "echo > v.json"],
        ["if true; then\n  cd app\nfi\necho > v.json"],
        ["(cd app && echo > v.json)"],
        ["pushd app", "echo > v.json"],
        [". ./go.sh", "echo > v.json"],
        ["cat <<E > app/v.json\n{}\nE"],
        ["cd app", "python -c 'a\nb' > v.json"],
        ["cd app", "echo > v.json", "echo > $FILE"],
        ["echo > $DIR/v.json"],
        ["cd /tmp", "echo > v.json"],
    ],
)
def test_what_is_not_certain_is_none(commands: list[str]) -> None:
    assert _written(*commands) == set()


def test_each_command_of_version_0_1_begins_in_the_sources() -> None:
    assert _written("cd app", "echo > v.json", version="0.1") == {"v.json"}
    assert _written("cd app", "echo > v.json", shell="powershell.exe") == set()


@pytest.mark.parametrize(
    ("text", "path"),
    [("./a/../v.json", "v.json"), ("$CODEBUILD_SRC_DIR/v", "v"), ("$X/v", None), ("/v", None)],
)
def test_paths_in_the_sources(text: str, path: str | None) -> None:
    assert path_in_sources(text) == path
