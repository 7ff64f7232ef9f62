"""Shims: tools whose calls are recorded instead of run, and ``aws`` for the local account."""

import re
import shlex
from collections.abc import Iterable
from pathlib import Path

from cfn_pipeline.rehearsal.folder import opened

#: Tools that need a Docker engine.
DOCKER_TOOLS = ("docker", "docker-compose", "dockerd", "dockerd-entrypoint.sh")

#: Docker commands that use a registry: with an engine, only these are recorded and not run.
_REGISTRY = ("login", "logout", "push")

_FIELD, _END = "\0", "\x1e"
#: Bytes of recorded calls; what follows is left out.
_MOST = 4 << 20

_RECORD = r"""#!/bin/sh
# Shim of {tool}: records the call.
printf '%s\0' {tool} "$@" "$(printf '\036')" >> {record}
for word in "$@"; do
    [ "$word" != --password-stdin ] || cat > /dev/null
done
echo "rehearsal: {tool} $*" >&2
{failing}
"""

#: Fails as Docker does where a Dockerfile lacks the stage that is built.
_STAGE = r"""
case "$1 $2" in
    build\ *|"image build"|"buildx build") ;;
    *) exit 0 ;;
esac
target= file= before=
for word in "$@"; do
    case $before in
        --target) target=$word ;;
        -f|--file) file=$word ;;
    esac
    case $word in
        --target=*) target=${word#*=} ;;
        --file=*) file=${word#*=} ;;
    esac
    before=$word
done
file=${file:-$before/Dockerfile}
stage="[[:space:]]AS[[:space:]]+$target[[:space:]]*$"
case $target in ""|*[!A-Za-z0-9_.-]*|[0-9]*) exit 0 ;; esac
if [ -f "$file" ] && ! grep -Eiq "^[[:space:]]*FROM[[:space:]].*$stage" "$file"; then
    echo "ERROR: failed to solve: target stage \"$target\" could not be found" >&2
    exit 1
fi"""

_DOCKER = r"""#!/bin/sh
# Shim of docker: records the call, and runs it unless it uses a registry.
printf '%s\0' docker "$@" "$(printf '\036')" >> {record}
registry=
for word in "$@"; do
    case $word in
        {registry}) registry=yes ;;
        -*|compose|image) ;;
        *) break ;;
    esac
done
if [ -n "$registry" ]; then
    for word in "$@"; do
        [ "$word" != --password-stdin ] || cat > /dev/null
    done
    echo "rehearsal: docker $*" >&2
    exit 0
fi
{elsewhere}
exec docker "$@"
"""

_AWS = r"""#!/bin/sh
# Shim of aws: records the call, and sends it to the local AWS.
printf '%s\0' aws "$@" "$(printf '\036')" >> {record}
case "$*" in
    *ecr*get-login-password*) echo rehearsal; exit 0 ;;
    *ecr*get-login*) echo "docker login -u AWS -p rehearsal https://{registry}"; exit 0 ;;
    *sts*get-caller-identity*--query*Account*) echo {number}; exit 0 ;;
esac
{elsewhere}
if command -v aws > /dev/null; then
    exec aws --endpoint-url {endpoint} "$@"
fi
echo "rehearsal: the AWS CLI is not installed here: aws $*" >&2
exit 127
"""

#: Finds the tool itself in the other folders of PATH.
_ELSEWHERE = r"""set -f
IFS=:
others=
for folder in $PATH; do
    [ "$folder" = {folder} ] || others="$others${others:+:}$folder"
done
unset IFS
PATH=$others"""


def write_shims(folder: Path, tools: Iterable[str], record: Path, *, engine: bool = False) -> None:
    """Write shims that record the calls of tools.

    Args:
        folder: the first one on PATH.
        tools: their names.
        record: the file of the calls.
        engine: whether there is a Docker engine; then docker runs, except for commands that use a
            registry.

    """
    for tool in tools:
        form = _DOCKER if engine and tool == "docker" else _RECORD
        failing = _STAGE if tool == "docker" else ""
        _write(folder, tool, form, record, registry="|".join(_REGISTRY), failing=failing)


def write_aws(folder: Path, record: Path, *, number: str, region: str, endpoint: str) -> None:
    """Write an ``aws`` that sends every call to a local AWS."""
    registry = f"{number}.dkr.ecr.{region}.amazonaws.com"
    _write(folder, "aws", _AWS, record, registry=registry, number=number, endpoint=endpoint)


def _write(folder: Path, tool: str, form: str, record: Path, **values: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    text = form.replace("{elsewhere}", _ELSEWHERE)
    values |= {
        "tool": shlex.quote(tool),
        "record": shlex.quote(str(record)),
        "folder": shlex.quote(str(folder)),
    }
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    path = folder / tool
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


def read_calls(record: Path) -> list[list[str]]:
    """Return the recorded calls in order: the tool and its arguments."""
    file = opened(record)
    if file is None:
        return []
    with file:
        text = file.read(_MOST).decode(errors="replace")
    calls = (call.split(_FIELD)[:-1] for call in text.split(f"{_END}{_FIELD}"))
    return [call for call in calls if call]


def without_tool_folders(command: str, tools: Iterable[str]) -> str:
    """Return a command without the usual folder before tools, so that PATH finds their shims."""
    names = "|".join(re.escape(tool) for tool in sorted(tools, key=len, reverse=True))
    return re.sub(rf"(?<![\w./-])/usr/(?:local/)?s?bin/({names})(?![\w.-])", r"\1", command)
