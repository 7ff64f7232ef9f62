"""A stack of one's own, in place of a container and what serves it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, MISSING, field
from pathlib import PurePath
from typing import Any

from cfn_pipeline.aws import name_forms
from cfn_pipeline.frozen import frozen
from cfn_pipeline.model.validated import Validated
from cfn_pipeline.model.values import Intrinsic

#: The name of a template that is not a file yet.
STACK_FILE = "stack.yml"
_SUFFIXES = (".yml", ".yaml", ".json", ".template")
#: The aspects of an application of which it takes the place.
_REPLACED = (
    *("container", "sidecars", "volumes", "database", "migration", "scheduled_tasks", "secret"),
    *("load_balancer", "compute", "minimum_tasks", "maximum_tasks", "scaling", "deployment"),
)

#: Those of a service, which an application that only has scheduled tasks lacks.
_OF_A_SERVICE = (
    *("sidecars", "load_balancer", "deployment", "scaling", "minimum_tasks", "maximum_tasks"),
)


@frozen(kw_only=False)
class OwnStack(Validated):
    """A CloudFormation template of one's own: ``OwnStack("stack.yml")``.

    What deploys it is derived from it: the permissions of the deployment role, the capabilities,
    the parameters of the configuration files. The file stays as it is.

    Args:
        path: of the template, relative to the configuration file; in Python, to the current
            folder.
        template: in place of a path: YAML or JSON, a mapping in long form, or a troposphere
            Template.
        version_parameter: the parameter that gets the version of each build, which is the tag of
            its images; absent: none.
        boundary: whether the template's roles have the permissions boundary that its
            environment's stack exports, ``<stack>-boundary``; False: roles may have any permission.
        permissions: actions that the deployment role is allowed on every resource, besides those
            that are derived, for resource types that are not known: ``["foo:*"]``; empty: none.

    """

    path: str | None = None
    _: KW_ONLY
    template: Mapping[str, object] | Intrinsic | str | None = field(
        default=None, metadata={"python_only": True}
    )
    version_parameter: str | None = None
    boundary: bool = True
    permissions: Sequence[str] = ()

    @property
    def file(self) -> str:
        """The template's name in the deployment folder."""
        return STACK_FILE if self.path is None else PurePath(self.path).name

    @property
    def where(self) -> str:
        """How messages call the template."""
        return f"own stack {self.path or STACK_FILE!r}"

    def problems(self) -> Iterator[str]:
        """Yield a template that is lacking or given twice, and what is wrong with the rest."""
        if (self.path is None) == (self.template is None):
            got = "neither" if self.path is None else "both"
            yield f"{self.where}: path or template is required (got {got}); use one of them"
        elif PurePath(self.file).suffix not in _SUFFIXES:
            yield (
                f"{self.where}: invalid path {self.path!r}: use the name of a template, which ends "
                f"with {' or '.join(_SUFFIXES)}"
            )
        if self.version_parameter is not None:
            yield from name_forms.PARAMETER.problems(self.version_parameter, self.where)
        for action in self.permissions:
            service, colon, name = action.partition(":")
            if not (service and colon and name):
                yield (
                    f"{self.where}: invalid action {action!r} in permissions: use "
                    "'service:Action', such as 'sqs:CreateQueue' or 'sqs:*'"
                )


def replaced_problems(where: str, application: Any) -> Iterator[str]:
    """Yield the aspects of an application that are set, though its own stack replaces them.

    Args:
        where: how messages call the application.
        application: with the aspects as fields.

    """
    for name in _set(application, _REPLACED):
        yield f"{where}: {name} cannot be combined with stack; remove one of them"


def service_problems(where: str, application: Any) -> Iterator[str]:
    """Yield the aspects of a service that are set, though the application has none.

    Args:
        where: how messages call the application.
        application: with the aspects as fields.

    """
    for name in _set(application, _OF_A_SERVICE):
        if name == "load_balancer" and application.load_balancer is None:
            continue
        yield f"{where}: {name} needs a service; add container, or remove {name}"
    for environment in application.environments:
        if environment.desired_count is not None:
            yield (
                f"{where}, {environment.where}: desired_count needs a service; add container, or "
                "remove desired_count"
            )


def _set(application: Any, names: Sequence[str]) -> Iterator[str]:
    """Yield the names of fields whose value is not the default."""
    for name in names:
        default = type(application).__dataclass_fields__[name]
        unset = default.default_factory() if callable(default.default_factory) else MISSING
        if getattr(application, name) not in (unset, default.default):
            yield name
