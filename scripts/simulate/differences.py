"""Put pairs of policies to an IAM evaluator, and compare its answers and its classification.

The pairs, how each is classified, and answers to requests stand in ``differences.yml``. Besides the
requests that are written there, the evaluator gets those with which cfn-pipeline diff tells the
policies apart. Exit 1 where it answers or classifies otherwise.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from evaluator import decisions

from cfn_pipeline.aws.iam import POLICY_VERSION
from cfn_pipeline.diff.requests import parts

HERE = Path(__file__).parent

#: What a guest may do by its own policies, so that those of resources decide.
ANYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}

#: The resource in whose policy a pair differs, and the property with the policy.
RESOURCES: Mapping[str, tuple[str, str, Mapping[str, Any]]] = {
    "bucket": ("AWS::S3::BucketPolicy", "PolicyDocument", {"Bucket": "a"}),
    "key": ("AWS::KMS::Key", "KeyPolicy", {}),
    "secret": ("AWS::SecretsManager::ResourcePolicy", "ResourcePolicy", {"SecretId": "a"}),
    "topic": ("AWS::SNS::TopicPolicy", "PolicyDocument", {"Topics": ["t"]}),
    "trust": ("AWS::IAM::Role", "AssumeRolePolicyDocument", {}),
}


def arn(text: str) -> str:
    """Return an ARN of the table in full."""
    return text if text == "*" or text.startswith("arn:") else f"arn:aws:{text}"


def _element(name: str, value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return {f"Not{name}": value["not"]}
    return {name: value}


def _arns(element: dict[str, Any]) -> dict[str, Any]:
    return {
        key: [arn(text) for text in value] if isinstance(value, list) else arn(value)
        for key, value in element.items()
    }


def statements(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Return the statements of the table's rows."""
    found = []
    for row in rows:
        if isinstance(row, dict):
            found.append(row)
            continue
        effect, actions, resources, *condition = row
        found.append(
            {
                "Effect": effect,
                **_element("Action", actions),
                **_arns(_element("Resource", resources)),
                **({"Condition": condition[0]} if condition else {}),
            }
        )
    return found


def document(rows: Iterable[Any]) -> dict[str, Any]:
    """Return a policy document."""
    return {"Version": POLICY_VERSION, "Statement": statements(rows)}


def template(pair: Mapping[str, Any], side: str) -> dict[str, Any]:
    """Return a template with one of the two policies of a pair."""
    if "policy" in pair:
        type_, key, properties = RESOURCES[pair["policy"]]
        it = {"Type": type_, "Properties": {**properties, key: document(pair[side])}}
        return {"Resources": {"It": it}}
    role: dict[str, Any] = {
        "Policies": [{"PolicyName": "own", "PolicyDocument": document(pair[side])}]
    }
    resources: dict[str, Any] = {"It": {"Type": "AWS::IAM::Role", "Properties": role}}
    boundary = pair.get(f"{side}_boundary")
    if boundary is not None:
        role["PermissionsBoundary"] = {"Ref": "Limit"}
        resources["Limit"] = {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {"PolicyDocument": document(boundary)},
        }
    return {"Resources": resources}


def requests(pair: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the requests of a pair: those of the table, and those that diff makes of it."""
    for action, resource, context, *_ in pair["requests"]:
        yield _request(action, arn(resource), context)
    both = [*statements(pair["old"]), *statements(pair["new"])]
    limits = [*statements(pair.get("old_boundary", ())), *statements(pair.get("new_boundary", ()))]
    for statement in both:
        for action, resource, keys in parts(statement, [*both, *limits]).requests():
            is_made_up = action.startswith("xyzzy:") or resource.startswith("arn:aws:xyzzy:")
            on = arn(pair["requests"][0][1]) if "policy" in pair else resource
            if not is_made_up:
                yield _request(action, on, {key: values[0] for key, values in keys.items()})


def _request(action: str, resource: str, context: Mapping[str, str]) -> dict[str, Any]:
    return {"action": action, "resource": resource, "account": "111122223333", "context": context}


def case(table: Mapping[str, Any], pair: Mapping[str, Any], side: str) -> dict[str, Any]:
    """Return one of the two policies of a pair as the evaluator reads it."""
    is_own = "policy" in pair
    boundary = pair.get(f"{side}_boundary")
    opened = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "*",
        "Resource": "*",
    }
    return {
        "principal": table[pair.get("by", "guest")] if is_own else table["principal"],
        "policies": [document([ANYTHING] if is_own else pair[side])],
        "boundary": None if boundary is None else document(boundary),
        "resourcePolicy": document(pair[side]) if is_own else None,
        "keyPolicy": document([opened]),
        "requests": list(requests(pair)),
    }


def classified(before: Sequence[str], after: Sequence[str]) -> str:
    """Return how a change is classified by the answers before and after."""
    answers = [(b == "Allowed", a == "Allowed") for b, a in zip(before, after, strict=True)]
    gains, loses = (False, True) in answers, (True, False) in answers
    if gains and loses:
        return "both"
    return "broadening" if gains else "narrowing" if loses else "neutral"


def _problems(
    pair: Mapping[str, Any],
    asked: Sequence[Mapping[str, Any]],
    before: Sequence[str],
    after: Sequence[str],
) -> Iterator[str]:
    """Yield where the evaluator answers otherwise than the table."""
    answers = list(zip(before, after, strict=True))
    for row, (one, other) in zip(pair["requests"], answers, strict=False):
        wanted = tuple("Allowed" if letter == "A" else "Denied" for letter in row[3:])
        given = tuple("Allowed" if answer == "Allowed" else "Denied" for answer in (one, other))
        if wanted != given or "error" in f"{one}{other}":
            yield f"{row}: {one}, {other}"
    if (found := classified(before, after)) != pair["is"]:
        yield f"{found}, not {pair['is']}"
        for request, (one, other) in zip(asked, answers, strict=True):
            if one != other:
                on = f"{request['action']} on {request['resource']} {request['context'] or ''}"
                yield f"  {on}: {one}, {other}"


def main() -> None:
    table = yaml.safe_load((HERE / "differences.yml").read_text())
    asked = [case(table, pair, side) for pair in table["pairs"] for side in ("old", "new")]
    decided = decisions(asked)
    number = wrong = 0
    for place, pair in enumerate(table["pairs"]):
        before, after = decided[2 * place : 2 * place + 2]
        number += len(before)
        problems = list(_problems(pair, asked[2 * place]["requests"], before, after))
        wrong += bool(problems)
        for problem in problems:
            print(f"{pair['title']}: {problem}")
    pairs = len(table["pairs"])
    print(f"{number} requests of {pairs} pairs of policies, {wrong} wrong", file=sys.stderr)
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
