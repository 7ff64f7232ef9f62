"""The tools of agents, called by the SDK's own client over standard input and output."""

import asyncio
import json
import shutil
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from tests.command import ROOT

LOOKING = {
    *("check", "explain_rule", "derive_permissions", "diff"),
    *("render_configuration", "stale_files"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("agents") / "worker"
    shutil.copytree(ROOT / "examples" / "queue-worker", place)
    bad = (ROOT / "tests/checks/examples/E9107/bad.yml").read_text()
    (place / "bad.yml").write_text(bad)
    (place / "link.yml").symlink_to("/etc/hostname")
    return place


def _session(folder: Path, work: Callable[[Client], Awaitable[None]], *options: str) -> None:
    parameters = StdioServerParameters(
        command=sys.executable, args=["-m", "cfn_pipeline", "mcp", str(folder), *options]
    )

    async def run() -> None:
        async with Client(stdio_client(parameters)) as client:
            await work(client)

    asyncio.run(run())


async def _call(client: Client, name: str, **arguments: object) -> tuple[bool, str]:
    result = await client.call_tool(name, arguments)
    return bool(result.is_error), "\n".join(getattr(part, "text", "") for part in result.content)


def test_tools_look_and_do_not_write(folder: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}

    async def work(client: Client) -> None:
        tools = (await client.list_tools()).tools
        assert {tool.name for tool in tools} == LOOKING
        assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools)

        failed, text = await _call(client, "check", paths=["bad.yml"])
        assert not failed
        [finding] = json.loads(text.split("\n\n")[0])
        assert (finding["rule"], finding["file"]) == ("E9107", "bad.yml")

        failed, text = await _call(client, "explain_rule", rule="E9107")
        assert not failed
        assert text.startswith("E9107")

        failed, text = await _call(
            client, "derive_permissions", templates=["stack.yml"], stack="jobs-dev"
        )
        assert not failed
        assert "AWS::IAM::ManagedPolicy" in text

        failed, text = await _call(client, "diff", old="stack.yml", new="bad.yml")
        assert not failed
        assert "removed" in text

        failed, text = await _call(client, "render_configuration")
        assert not failed
        assert {"pipeline.yml", "stack.yml"} <= set(text.splitlines())
        failed, text = await _call(client, "render_configuration", file="stack.yml")
        assert not failed
        assert text.strip() == (folder / "stack.yml").read_text().strip()

        failed, text = await _call(client, "stale_files")
        assert not failed
        assert "up to date" in text

    _session(folder, work)
    assert before == {path: path.stat().st_mtime_ns for path in folder.iterdir()}


def test_nothing_outside_of_the_folder_is_reached(folder: Path) -> None:
    async def work(client: Client) -> None:
        for path in ("../../etc", "/etc/hostname", "link.yml", "."):
            failed, text = await _call(client, "check", paths=[path])
            assert failed
            assert "outside of the folder" in text or "leads out of the folder" in text
        failed, text = await _call(client, "check", paths=["--help"])
        assert failed
        assert "does not exist" in text
        failed, text = await _call(client, "diff", old="git:HEAD:../..", new="stack.yml")
        assert failed
        assert "outside of the folder" in text
        failed, text = await _call(client, "explain_rule", rule="--help")
        assert failed
        assert "no rule id starts with" in text

    _session(folder, work)


def test_agents_write_where_they_are_let(folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "worker"
    shutil.copytree(folder, place, ignore=shutil.ignore_patterns("bad.yml", "link.yml"))
    stack = place / "stack.yml"
    rendered = stack.read_text()
    stack.write_text(f"{rendered}# a note\n")

    async def work(client: Client) -> None:
        names = {tool.name for tool in (await client.list_tools()).tools}
        assert names == LOOKING | {"write_configuration", "rehearse_pipeline"}
        failed, text = await _call(client, "stale_files")
        assert not failed
        assert "stale" in text
        failed, text = await _call(client, "write_configuration")
        assert not failed
        assert stack.read_text() == rendered

    _session(place, work, "--write", "--rehearse")
