"""What an edition is: which stacks and files there are, and who builds each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from cfn_pipeline.errors import EditionError
from cfn_pipeline.model.application import Application
from cfn_pipeline.model.environment import Environment
from cfn_pipeline.model.pipeline import Pipeline
from cfn_pipeline.model.values import Intrinsic

__all__ = ["Edition", "StackFile", "from_pipeline"]

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class StackFile:
    """A template of an edition and the stack that is deployed from it.

    Args:
        file: the template's file name.
        stack: the stack's name, with ``{application}`` and ``{environment}`` to be filled in.
        build: makes the template, an object with ``to_dict()`` as troposphere's Template has, from
            the application and the templates that ``deploys`` names.
        deploys: the files of the templates that ``build`` needs, in long form.
        capabilities: what ``aws cloudformation deploy`` must be told that the template does.

    """

    file: str
    stack: str
    build: Callable[..., Intrinsic]
    deploys: Sequence[str] = ()
    capabilities: Sequence[str] = ()

    @property
    def target(self) -> str:
        """What ``make deploy/`` calls it."""
        return self.file.removesuffix(".yml")

    def stack_name(self, application: Application, environment: Environment | None = None) -> str:
        """Return the stack's name."""
        name = "" if environment is None else environment.name
        return self.stack.format(application=application.name, environment=name)


@dataclass(frozen=True, kw_only=True)
class Edition:
    """One way in which the same system is built.

    Args:
        name: how ``--edition`` and the folder below templates/ call it.
        summary: one line about it.
        application: what is rendered when no other application is given.
        stacks: the templates, in the order in which their stacks are deployed.
        files: what else there is, by file name.
        configuration: makes an environment's configuration file.

    """

    name: str
    summary: str
    application: Application
    stacks: Sequence[StackFile]
    files: Mapping[str, Callable[[Application], str]]
    configuration: Callable[[Application, Environment], str]

    def stack(self, target: str) -> StackFile:
        """Return the template that ``make deploy/`` calls ``target``.

        Raises:
            EditionError: there is none.

        """
        for stack in self.stacks:
            if stack.target == target:
                return stack
        known = ", ".join(stack.target for stack in self.stacks)
        raise EditionError(f"the {self.name} edition has no template {target!r}; it has {known}")

    def templates(self, application: Application) -> dict[str, dict[str, Any]]:
        """Build every template of an application once; in long form, by file name."""
        built: dict[str, dict[str, Any]] = {}

        def build(file: str) -> dict[str, Any]:
            if file not in built:
                stack = self.stack(file.removesuffix(".yml"))
                needed = [build(name) for name in stack.deploys]
                built[file] = stack.build(application, *needed).to_dict()
            return built[file]

        return {stack.file: build(stack.file) for stack in self.stacks}


def from_pipeline(
    describe: Callable[[Application], Pipeline], build: Callable[[Pipeline], T]
) -> Callable[[Application], T]:
    """Build a template from the pipeline that delivers an application."""
    return lambda application: build(describe(application))
