"""Applications of a file of which one's deployment role would reach another."""

from collections.abc import Iterator, Sequence

from cfn_pipeline.model.application import Application
from cfn_pipeline.model.environment import Environment


def separation_problems(applications: Sequence[Application]) -> Iterator[tuple[Application, str]]:
    """Yield each application that another one's deployment role would reach, and the message.

    The role of a stack reaches what has a name that begins with the stack's, such as the stacks
    that deliver an application of that name.
    """
    stacks: dict[str, tuple[Application, Environment]] = {}
    for application in applications:
        for environment in application.environments:
            stacks.setdefault(application.stack_name(environment), (application, environment))
    for application in applications:
        for name in (application.name, *map(application.stack_name, application.environments)):
            for begin in _beginnings(name):
                if begin in stacks and stacks[begin][0].name != application.name:
                    other, environment = stacks[begin]
                    problem = (
                        f"{application.where}: the name {name!r} begins with the stack name "
                        f"{begin!r}, so that the deployment role of {other.where}, "
                        f"{environment.where} would reach what has it; use another name, or "
                        "stack: in that environment"
                    )
                    yield application, problem


def _beginnings(name: str) -> Iterator[str]:
    """Yield a name, and what stands before each dash of it."""
    parts = name.split("-")
    return ("-".join(parts[:number]) for number in range(1, len(parts) + 1))
