"""The server of the Model Context Protocol: a tool for each verb that looks, and few that act."""

import contextlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations

from cfn_pipeline._version import __version__
from cfn_pipeline.agents.folder import Folder
from cfn_pipeline.agents.verbs import run_verb
from cfn_pipeline.errors import CfnPipelineError

_LOOKS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
_WRITES = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=False)
_RUNS = ToolAnnotations(read_only_hint=False, destructive_hint=True, open_world_hint=True)

_INSTRUCTIONS = (
    "Delivery pipelines on AWS as plain CloudFormation. Paths are relative to one folder. Check "
    "templates before you change them, explain a rule by its id, and check again afterwards."
)


def server(root: Path, *, write: bool = False, rehearse: bool = False) -> MCPServer:
    """Return the server of a folder.

    Args:
        root: the folder; nothing outside of it is read or written.
        write: whether the tool ``write_configuration`` is there, which writes into the folder.
        rehearse: whether the tool ``rehearse`` is there, which runs the commands of builds on
            this machine.

    """
    made = MCPServer(
        "cfn-pipeline", version=__version__, instructions=_INSTRUCTIONS, log_level="ERROR"
    )
    folder = Folder(root)

    def verb(*words: str, timeout: int = 300) -> str:
        return run_verb(root, *words, timeout=timeout)

    def tool(function: Callable[..., str], annotations: ToolAnnotations = _LOOKS) -> None:
        made.tool(annotations=annotations)(function)

    def check(paths: list[str], select: str = "", ignore: str = "") -> str:
        """Find mistakes of delivery pipelines in CloudFormation templates.

        paths: templates and folders, relative to the folder; those given together are checked
        together. select, ignore: a rule id or its beginning, such as E91. The answer is a JSON
        list of findings: rule, severity, file, line, column, path, message.
        """
        with _told():
            names = [folder.path(path) for path in paths]
            options = [*_option("--select", select), *_option("--ignore", ignore)]
            return verb("check", "--format", "json", *options, "--", *names)

    def explain_rule(rule: str) -> str:
        """Explain a rule of check by its id, such as E9107: what AWS says, and what to do."""
        with _told():
            return verb("rules", "--", rule)

    def derive_permissions(templates: list[str], stack: str, as_table: bool = False) -> str:
        """Derive the least permissions that a role needs to deploy CloudFormation templates.

        templates: files, relative to the folder. stack: the stack's name, or a pattern such as
        orders-*. The answer is a template with managed policies, or a table of actions.
        """
        with _told():
            names = [folder.path(name) for name in templates]
            form = "table" if as_table else "yaml"
            return verb("permissions", f"--stack={stack}", "--format", form, "--", *names)

    def diff(old: str, new: str) -> str:
        """Tell what a change of templates means: replaced, allowed, opened, deleted.

        old, new: templates, folders, or git:REVISION:PATH, such as git:HEAD~1:templates.
        """
        with _told():
            states = (folder.state(old), folder.state(new))
            return verb("diff", "--format", "markdown", "--", *states)

    def render_configuration(config: str = "cfn-pipeline.yml", file: str = "") -> str:
        """Render a configuration file, and write nothing.

        file: a rendered file to show, such as pipeline.yml; without it, the answer lists all.
        """
        with _told(), tempfile.TemporaryDirectory() as place:
            verb("render", f"--config={folder.path(config)}", "-o", place)
            rendered = {
                path.relative_to(place).as_posix(): path
                for path in sorted(Path(place).rglob("*"))
                if path.is_file()
            }
            if not file:
                return "\n".join(rendered)
            if file not in rendered:
                raise ToolError(f"file {file!r} is not rendered; use {', '.join(rendered)}")
            return rendered[file].read_text("utf-8")

    def stale_files(config: str = "cfn-pipeline.yml") -> str:
        """Compare rendered files with what a configuration file says; write nothing."""
        with _told():
            return verb("render", f"--config={folder.path(config)}", "--check")

    def write_configuration(config: str = "cfn-pipeline.yml") -> str:
        """Render a configuration file into its folder. Values that people filled in stay."""
        with _told():
            return verb("render", f"--config={folder.path(config)}")

    def rehearse_pipeline(
        template: str, sources: dict[str, str], approve: bool = False, skip: Sequence[str] = ()
    ) -> str:
        """Run a pipeline on this machine, against a local AWS; builds run their commands here.

        template: the pipeline's template. sources: a folder by the name of each source's
        artifact. approve: whether manual approvals are approved or rejected. skip: actions, as
        STAGE/ACTION. The answer is JSON.
        """
        with _told():
            words = ["rehearse", "--format=json", "--approve" if approve else "--reject"]
            words += [f"--source={name}={folder.path(path)}" for name, path in sources.items()]
            words += [f"--skip={action}" for action in skip]
            return verb(*words, "--", folder.path(template), timeout=3600)

    looks = (check, explain_rule, derive_permissions, diff, render_configuration, stale_files)
    for function in looks:
        tool(function)
    if write:
        tool(write_configuration, _WRITES)
    if rehearse:
        tool(rehearse_pipeline, _RUNS)
    return made


def _option(name: str, value: str) -> list[str]:
    return [f"{name}={value}"] if value else []


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Turn our errors into answers that the agent reads."""
    try:
        yield
    except CfnPipelineError as error:
        raise ToolError("\n".join(error.problems)) from error
