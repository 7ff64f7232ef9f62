"""What is deployed, in which order and with which parameters, before AWS is called."""

import json
import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cfn_pipeline.aws.cloudformation import TEMPLATE_BODY, TEMPLATE_IN_S3
from cfn_pipeline.aws.pipelines import CONNECTION_PROVIDER
from cfn_pipeline.aws.regions import WITHOUT_CONNECTIONS
from cfn_pipeline.errors import DeploymentError
from cfn_pipeline.files.makefile import Target


@dataclass(frozen=True, kw_only=True)
class Step:
    """A stack to create or update.

    Args:
        target: the stack, its template's file and its capabilities.
        text: the template.
        declared: the template's parameters.
        resources: the template's resources.
        values: values of parameters, by name; an empty one of a parameter without a default is
            taken for none.
        tags: of the stack, by key.
        policy: the stack policy in JSON; None: no policy.

    """

    target: Target
    text: str
    declared: Mapping[str, Mapping[str, Any]]
    resources: Mapping[str, Mapping[str, Any]]
    values: Mapping[str, str]
    tags: Mapping[str, str] = field(default_factory=dict)
    policy: str | None = None

    @property
    def stack(self) -> str:
        """The stack's name."""
        return self.target.stack

    @property
    def is_large(self) -> bool:
        """Whether CloudFormation reads the template from a bucket only."""
        return len(self.text.encode()) > TEMPLATE_BODY

    def missing(self, kept: Container[str]) -> list[str]:
        """Return the parameters without a value.

        Args:
            kept: the parameters of which the stack keeps the values.

        """
        return [
            name
            for name, parameter in self.declared.items()
            if "Default" not in parameter and self.value(name) is None and name not in kept
        ]

    def value(self, name: str) -> str | None:
        """Return the value of a parameter; None: none is given."""
        value = self.values.get(name)
        return value if value or "Default" in self.declared[name] else None

    def with_values(self, values: Mapping[str, str]) -> "Step":
        """Return the step with further values, as far as its template declares them."""
        known = {name: value for name, value in values.items() if name in self.declared}
        return replace(self, values={**self.values, **known})


def choose(targets: Sequence[Target], names: Sequence[str]) -> list[Target]:
    """Return the targets of these names, in the order in which they are deployed.

    Where several templates are deployed as the same stack, one after the other, the last is chosen.

    Args:
        targets: all of them.
        names: such as ``kms`` or ``dev``; empty: all but those of environments, which the pipeline
            deploys.

    Raises:
        DeploymentError: a name is unknown.

    """
    existing = [target.name for target in targets]
    unknown = [name for name in names if name not in existing]
    if unknown:
        raise DeploymentError(
            *(f"unknown target {n!r}: use {', '.join(existing)}" for n in unknown)
        )
    if names:
        return [target for target in targets if target.name in names]
    return last_of_stacks([target for target in targets if target.environment is None])


def last_of_stacks(targets: Sequence[Target]) -> list[Target]:
    """Return the last target of each stack, in their order."""
    last = {target.stack: target for target in targets}
    return [target for target in targets if last[target.stack] is target]


def steps(
    targets: Sequence[Target],
    files: Mapping[str, str],
    templates: Mapping[str, Mapping[str, Any]],
    given: Mapping[str, str],
) -> list[Step]:
    """Return the steps that deploy targets.

    Args:
        targets: in the order in which they are deployed.
        files: the texts of templates and configuration files, by file name.
        templates: the templates in long form, by file name.
        given: values of parameters, for each template that declares them; they win.

    Raises:
        DeploymentError: no template declares a parameter that is given, or a configuration file
            sets one that its template does not declare.

    """
    known = {name: None for t in targets for name in templates[t.file].get("Parameters", {})}
    problems = [
        f"unknown parameter {name!r}: use {', '.join(known) or 'none, because none is declared'}"
        for name in given
        if name not in known
    ]
    planned = []
    for target in targets:
        template = templates[target.file]
        declared = template.get("Parameters", {})
        configuration: Mapping[str, Any] = {}
        if target.environment is not None:
            file = f"{target.environment.name}.json"
            configuration = json.loads(files[file])
            problems += [
                f"{file}: {target.file} has no parameter {name!r}; remove it"
                for name in configuration.get("Parameters", {})
                if name not in declared
            ]
        policy = configuration.get("StackPolicy")
        step = Step(
            target=target,
            text=files[target.file],
            declared=declared,
            resources=template["Resources"],
            values={name: _word(v) for name, v in configuration.get("Parameters", {}).items()},
            tags={name: _word(v) for name, v in configuration.get("Tags", {}).items()},
            policy=None if policy is None else json.dumps(policy),
        )
        planned.append(step.with_values(given))
    if problems:
        raise DeploymentError(*problems)
    return planned


def _word(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def value_problem(name: str, parameter: Mapping[str, Any], value: str) -> str | None:
    """Return why CloudFormation would refuse the value of a parameter; None: it would not.

    Args:
        name: of the parameter.
        parameter: as the template declares it.
        value: the value.

    """
    allowed = parameter.get("AllowedValues")
    if allowed is not None:
        accepted = [_word(item) for item in allowed]
        return (
            None
            if value in accepted
            else f"{name} must be one of {', '.join(accepted)} (got {value!r})"
        )
    pattern = str(parameter.get("AllowedPattern", ".*"))
    try:
        matches = re.fullmatch(pattern, value, re.DOTALL) is not None
    except re.error:  # valid in Java, not in Python
        return None
    wanted = parameter.get("ConstraintDescription") or f"a text that matches {pattern}"
    return None if matches else f"{name} must be {wanted} (got {value!r})"


def require_possible(planned: Sequence[Step], *, region: str, bucket: str | None) -> None:
    """Refuse what CloudFormation would refuse later.

    Args:
        planned: the steps.
        region: where they are deployed.
        bucket: for large templates; None: none is given.

    Raises:
        DeploymentError: a template is too large, or the region lacks what it needs.

    """
    problems = []
    for step in planned:
        for name in step.declared:
            value = step.value(name)
            if value is not None and (reason := value_problem(name, step.declared[name], value)):
                problems.append(f"{step.target.file}: {reason}")
        size, file = len(step.text.encode()), step.target.file
        if size > TEMPLATE_IN_S3:
            problems.append(f"{file} has {size:,} bytes; CloudFormation reads {TEMPLATE_IN_S3:,}")
        elif step.is_large and bucket is None:
            problems.append(
                f"{file} has {size:,} bytes; CloudFormation reads more than {TEMPLATE_BODY:,} from "
                "a bucket only: add --bucket NAME"
            )
        if CONNECTION_PROVIDER in step.text and region in WITHOUT_CONNECTIONS:
            problems.append(
                f"{file} reads repositories through a connection, and AWS has no connections in "
                f"{region}; use another region with --region"
            )
    if problems:
        raise DeploymentError(*problems)
