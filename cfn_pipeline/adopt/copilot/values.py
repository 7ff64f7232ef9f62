"""Values of manifests, as this project writes them."""

import re
from typing import Any

_DURATION = re.compile(r"(?:(\d+(?:\.\d+)?)(ms|h|m|s))", re.ASCII)
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_NAMED = {
    "@yearly": "cron(0 0 1 1 ? *)",
    "@annually": "cron(0 0 1 1 ? *)",
    "@monthly": "cron(0 0 1 * ? *)",
    "@weekly": "cron(0 0 ? * 1 *)",
    "@daily": "cron(0 0 * * ? *)",
    "@midnight": "cron(0 0 * * ? *)",
    "@hourly": "cron(0 * * * ? *)",
}
_DAY = re.compile("[0-7]")
_SECRET_ARN = re.compile("arn:[a-z-]+:secretsmanager:.+")


def seconds(duration: Any) -> float | None:
    """Return a duration, such as ``1m30s`` or ``250ms``, in seconds; None: it is none."""
    if not isinstance(duration, str) or len(duration) > 40:
        return None
    parts = _DURATION.findall(duration)
    if not parts or "".join(number + unit for number, unit in parts) != duration:
        return None
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)


def schedule(text: str) -> str | None:
    """Return a schedule as Amazon EventBridge writes it; None: there is none that is the same.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
    """
    if text in _NAMED:
        return _NAMED[text]
    if text.startswith("@every "):
        every = seconds(text.removeprefix("@every ").strip())
        if every is None or every < 60 or every % 60:
            return None
        minutes = int(every // 60)
        return f"rate({minutes} minute{'' if minutes == 1 else 's'})"
    if text.startswith(("rate(", "cron(")):
        return text
    fields = text.split()
    if len(fields) != 5:
        return None
    minute, hour, day, month, weekday = fields
    if weekday in ("*", "?"):
        return f"cron({minute} {hour} {'*' if day == '?' else day} {month} ? *)"
    if day not in ("*", "?") or "/" in weekday:
        return None  # EventBridge takes one of the two
    # Here Sunday is 0 or 7, there it is 1.
    weekday = _DAY.sub(lambda match: str(int(match[0]) % 7 + 1), weekday)
    return f"cron({minute} {hour} ? {month} {weekday} *)"


def secret(value: Any) -> str | None:
    """Return the source of a secret; None: it is an import of a stack, or has another form."""
    if isinstance(value, str):
        return value if value.startswith("arn:") else f"ssm:{value}"
    if not isinstance(value, dict):
        return None
    name = value.get("secretsmanager")
    if not isinstance(name, str):
        return None
    if _SECRET_ARN.fullmatch(name):
        return name.rstrip(":")
    name, _, rest = name.partition(":")
    key = rest.rstrip(":")
    return f"secretsmanager:{name}:{key}" if key else f"secretsmanager:{name}"


def filled(value: Any, variables: dict[str, str]) -> Any:
    """Return a value of a manifest with ``${COPILOT_...}`` filled in."""
    if isinstance(value, dict):
        return {key: filled(each, variables) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each, variables) for each in value]
    if isinstance(value, str) and "${" in value:
        for name, text in variables.items():
            value = value.replace(f"${{{name}}}", text)
    return value
