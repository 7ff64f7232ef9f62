"""Small templates that are compared."""

from cfn_pipeline.diff.comparing import State, compare
from cfn_pipeline.diff.difference import Change, Difference, ResourceChange


def difference(old: str, new: str) -> Difference:
    """Return the difference of two templates in YAML; a text without Resources is those."""
    states = [
        State(name=name, files={"stack.yml": text if "Resources" in text else _resources(text)})
        for name, text in (("old", old), ("new", new))
    ]
    return compare(*states)


def _resources(text: str) -> str:
    lines = "\n".join(f"  {line}" for line in text.splitlines())
    return f"Resources:\n  Other: {{Type: AWS::SNS::Topic}}\n{lines}\n"


def resource(found: Difference, name: str) -> ResourceChange:
    """Return the change of a resource."""
    [change] = [change for change in found.resources if change.resource == name]
    return change


def kinds(found: Difference) -> dict[str, str]:
    """Return what becomes of each resource that changes."""
    return {change.resource: change.kind for change in found.resources}


def words(changes: list[Change]) -> list[str]:
    """Return changes as lines."""
    return [f"{change.sign} {change.subject}: {change.text}" for change in changes]
