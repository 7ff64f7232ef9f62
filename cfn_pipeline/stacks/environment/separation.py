"""Names of environments that are too much alike for roles that each reach one of them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cfn_pipeline.model.application import Application
from cfn_pipeline.model.environment import Environment
from cfn_pipeline.permissions.overlaps import overlaps


def separation_problems(
    application: Application, template: Mapping[str, Any], others: Sequence[str]
) -> Iterator[str]:
    """Yield environments whose deployment role would reach another stack of its account.

    Args:
        application: whose environments they are.
        template: of its stack, in long form.
        others: the names of the stacks that deliver it, in the pipeline's account.

    """
    accounts: dict[str | None, list[Environment]] = {}
    for environment in application.environments:
        account = application.places.account(environment)
        accounts.setdefault(account, []).append(environment)
    for account, environments in accounts.items():
        reached = others if account is None else ()
        yield from _problems_of_account(application, template, environments, reached)


def _problems_of_account(
    application: Application,
    template: Mapping[str, Any],
    together: Sequence[Environment],
    others: Sequence[str],
) -> Iterator[str]:
    environments = {application.stack_name(e): e for e in together}
    for stack, environment in environments.items():
        where = f"{application.where}, {environment.where}"
        for other in others:
            if f"{other}-".lower().startswith(f"{stack}-".lower()):
                yield (
                    f"{where}: the stack name {stack!r} is the beginning of {other!r}, a stack "
                    "that delivers the application; use another stack="
                )
    pairs = {
        frozenset((found.stack, found.other)): found
        for found in reversed(overlaps(template, list(environments)))
    }
    for found in reversed(pairs.values()):
        first, second = environments[found.stack], environments[found.other]
        yield (
            f"{application.where}: the stack names {found.stack!r} and {found.other!r} are too "
            f"much alike: the deployment role of {first.where} would reach "
            f"{_resource(found.arn)!r} of {second.where}; use stack= with a name that "
            "differs earlier"
        )


def _resource(arn: str) -> str:
    """Return the last part of an ARN, which names the resource."""
    return re.sub(r"\$\{AWS::\w+\}", "", arn).split(":", 5)[-1]
