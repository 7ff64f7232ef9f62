"""Applications of a file of which one's deployment role would reach another."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from cfn_pipeline.model.application import Application


class Stacks(NamedTuple):
    """The stacks of an application.

    Args:
        application: its name.
        stacks: the name of the stack of each environment, by the environment's name, after the
            number of its account and a slash, if that is known; by the empty name, the same of the
            application itself.

    """

    application: str
    stacks: Mapping[str, str]


def stacks_of(application: Application) -> Stacks:
    """Return the stacks of an application."""
    stacks = {
        e.name: _in_account(e.account or application.account, application.stack_name(e))
        for e in application.environments
    }
    if application.account is not None:
        stacks[""] = _in_account(application.account, application.name)
    return Stacks(application.name, stacks)


def _in_account(account: str | None, name: str) -> str:
    return name if account is None else f"{account}/{name}"


def separation_problems(applications: Sequence[Stacks]) -> Iterator[tuple[str, str]]:
    """Yield each application that another one's deployment role would reach, and the message.

    The role of a stack reaches what has a name that begins with the stack's, such as the stacks
    that deliver an application of that name.
    """
    stacks: dict[str, tuple[str, str]] = {}
    for application in applications:
        for environment, stack in application.stacks.items():
            if environment:
                stacks.setdefault(stack, (application.application, environment))
    for application in applications:
        own = application.application
        for name in {"": own, **application.stacks}.values():
            for begin in _beginnings(name):
                if begin in stacks and stacks[begin][0] != own:
                    other, environment = stacks[begin]
                    problem = (
                        f"application {own!r}: the name {_name(name)!r} begins with the stack name "
                        f"{_name(begin)!r}, so that the deployment role of application {other!r}, "
                        f"environment {environment!r} would reach what has it; use another name, "
                        "or stack: in that environment"
                    )
                    yield own, problem


def _name(stack: str) -> str:
    """Return the name of a stack without its account."""
    return stack.rpartition("/")[2]


def _beginnings(name: str) -> Iterator[str]:
    """Yield a name, and what stands before each dash of it."""
    parts = name.split("-")
    return ("-".join(parts[:number]) for number in range(1, len(parts) + 1))
