"""An environment's configuration file, which CodePipeline and ``make deploy/`` read.

People fill it in, so it is merged and never replaced: what the model says wins, then what the file
says, then the defaults. A value that was the default when the file was rendered is not theirs.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/continuous-delivery-codepipeline-cfn-artifacts.html
"""

import json
from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Any

from cfn_pipeline.aws.cloudformation import CONFIGURATION_SECTIONS
from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.model.application import Application
from cfn_pipeline.model.environment import Environment

_DESIRED_COUNT = "ApplicationDesiredCount"
_MINIMUM_INSTANCES = "ApplicationMinimumInstances"

#: How many tasks and instances an environment has of which one may fail.
_TWO = 2
_BACKUP_DAYS = {True: 7, False: 1}


@frozen
class Merge(Frozen):
    """A configuration file with what the model and its reader say.

    Args:
        text: the file.
        parameters: its section Parameters.
        replaced: the file's values, by parameter, that gave way to the model's.
        kept: the defaults, by parameter, that gave way to the file's values.
        is_filled_in: whether the file has more than the model says.

    """

    text: str
    parameters: Mapping[str, Any]
    replaced: Mapping[str, Any] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)
    is_filled_in: bool = False


@frozen
class Configuration(Frozen):
    """The values of the stack's parameters in an environment, by parameter.

    Args:
        values: what the model says.
        defaults: the values of parameters of which neither model nor file says anything.

    """

    values: Mapping[str, str]
    defaults: Mapping[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """Return the file where none exists, sorted by parameter."""
        parameters = {**self.defaults, **self.values}
        return _text({"Parameters": dict(sorted(parameters.items()))})

    def as_defaults(self) -> "Configuration":
        """Return a configuration of which a file may change every value."""
        return Configuration(values={}, defaults={**self.defaults, **self.values})

    def merge(
        self, existing: str | None, former: Mapping[str, str] = MappingProxyType({})
    ) -> Merge:
        """Return the file with everything that it has, and the values that it lacks.

        A file that says the same already stays as it is, to the byte.

        Args:
            existing: the file's text; None: there is none.
            former: the defaults when the file was rendered: what has such a value was not filled
                in, and gets the default of today, or is removed where there is none; absent: not
                known.

        Raises:
            ValueError: the text is not a configuration file; the message says why.

        """
        if existing is None:
            return Merge(text=self.text(), parameters={**self.defaults, **self.values})
        file = _read(existing)
        filled_in = file.get("Parameters", {})
        unchanged = {n for n, v in former.items() if filled_in.get(n) == v}
        gone = unchanged - self.defaults.keys() - self.values.keys()
        filled_in = {n: v for n, v in filled_in.items() if n not in gone}
        rendered = unchanged & self.defaults.keys()
        wins = {n: v for n, v in self.defaults.items() if n in rendered} | dict(self.values)
        defaults = {n: v for n, v in self.defaults.items() if n not in wins}
        ours = dict(sorted({**defaults, **wins}.items()))
        # In the file's order; what is new comes last.
        parameters = {**filled_in, **ours, **{n: filled_in[n] for n in filled_in if n in defaults}}
        is_same = not gone and parameters == filled_in
        text = existing if is_same else _text({**file, "Parameters": parameters})
        return Merge(
            text=text,
            parameters=parameters,
            replaced=_differing(filled_in, wins),
            kept={name: defaults[name] for name in _differing(filled_in, defaults)},
            is_filled_in=text != self.text(),
        )


def configuration(
    application: Application,
    environment: Environment,
    parameters: Mapping[str, Any],
) -> Configuration:
    """Return the number of tasks, the network and the environment's further parameters."""
    return Configuration(
        values=_values(environment, parameters),
        defaults={_DESIRED_COUNT: str(_fewest_tasks(application, parameters))}
        if application.stack is None
        else {},
    )


def protected_configuration(
    application: Application, environment: Environment, parameters: Mapping[str, Any]
) -> Configuration:
    """Return also what keeps an environment up, and its data, where the template has it.

    An environment that is protected has a standby of its database, a week of backups, and at least
    two tasks on two instances. Protection from deletion is off where ``protected`` is absent: the
    first deployment could not be rolled back otherwise.
    """
    plain = configuration(application, environment, parameters)
    protection = {
        "DatabaseMultiAZ": _boolean(environment.is_protected),
        "DeletionProtection": _boolean(environment.protected is True),
    }
    defaults = {**plain.defaults, "DatabaseBackupDays": str(_BACKUP_DAYS[environment.is_protected])}
    values = dict(plain.values)
    if environment.protected is None:
        defaults |= protection
    else:
        values = {**protection, **values}
    if environment.is_protected:
        defaults |= _in_two_places(application, plain.values, parameters)
    return Configuration(
        values={n: v for n, v in values.items() if n in parameters or n in plain.values},
        defaults={n: v for n, v in defaults.items() if n in parameters},
    )


def _in_two_places(
    application: Application, values: Mapping[str, str], parameters: Mapping[str, Any]
) -> dict[str, str]:
    """Return two tasks on two instances, or as many as there may be; none where none is enough."""
    fewest = _fewest_tasks(application, parameters)
    if fewest == 0 and application.scaling.queue is not None:
        return {}
    tasks = str(max(fewest, min(_TWO, application.maximum_tasks)))
    limits = parameters.get(_MINIMUM_INSTANCES)
    if limits is None or int(values.get(_DESIRED_COUNT, tasks)) < _TWO:
        return {_DESIRED_COUNT: tasks}
    least, most = limits.get("Default"), limits.get("MaxValue")
    if not isinstance(least, int) or not isinstance(most, int):
        return {_DESIRED_COUNT: tasks}  # the text of a template that was changed by hand
    instances = max(least, min(_TWO, most))
    return {_DESIRED_COUNT: tasks, _MINIMUM_INSTANCES: str(instances)}


def _fewest_tasks(application: Application, parameters: Mapping[str, Any]) -> int:
    """Return the template's default, so that another rendering's template gives its values."""
    parameter = parameters.get(_DESIRED_COUNT) or {}
    default = str(parameter.get("Default"))
    return int(default) if default.isdecimal() else application.minimum_tasks


def _boolean(value: bool) -> str:
    return "true" if value else "false"


def problem(text: str) -> str | None:
    """Return why a text is not a configuration file, as an end of a sentence; None: it is one."""
    try:
        text.encode()
        _read(text)
    except UnicodeEncodeError:
        return "is not UTF-8 text"
    except ValueError as error:
        return f"is not a configuration file ({error})"
    return None


def _values(environment: Environment, parameters: Mapping[str, Any]) -> dict[str, str]:
    """Return what the environment itself says of the parameters that the template has."""
    values = {}
    if environment.desired_count is not None:
        values[_DESIRED_COUNT] = str(environment.desired_count)
    if environment.vpc_id is not None:
        values["VpcId"] = environment.vpc_id
    for name, subnets in (
        ("ApplicationSubnets", environment.subnets),
        ("PrivateSubnets", environment.private_subnets),
    ):
        if subnets and name in parameters:
            values[name] = ",".join(subnets)
    return values | dict(environment.parameters)


def _differing(filled_in: Mapping[str, Any], ours: Mapping[str, str]) -> dict[str, Any]:
    """Return what is filled in of parameters that have another value with us."""
    return {name: v for name, v in filled_in.items() if name in ours and v != ours[name]}


def _read(text: str) -> dict[str, Any]:
    try:
        file = json.loads(text, object_pairs_hook=_object)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(file, dict):
        raise ValueError("must be an object")
    for name, section in file.items():
        if name not in CONFIGURATION_SECTIONS:
            raise ValueError(f"unknown section {name!r}: use {', '.join(CONFIGURATION_SECTIONS)}")
        if not isinstance(section, dict):
            raise ValueError(f"{name} must be an object")
    return file


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of JSON; a key that is used twice has a value that would be lost."""
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"key {twice!r} is used twice")
    return members


def _text(file: Mapping[str, Any]) -> str:
    return json.dumps(file, indent=2, ensure_ascii=not _is_unicode(file)) + "\n"


def _is_unicode(file: Mapping[str, Any]) -> bool:
    """Return whether UTF-8 has all characters; JSON also allows half a surrogate pair."""
    try:
        json.dumps(file, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True
