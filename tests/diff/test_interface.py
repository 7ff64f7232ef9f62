"""Parameters, outputs, exports and configuration files."""

import json

import pytest

from cfn_pipeline.diff.comparing import State, compare
from cfn_pipeline.diff.difference import Difference
from tests.diff.small import difference, words

RESOURCES = "Resources: {It: {Type: AWS::SNS::Topic}}\n"
EXPORTER = RESOURCES + "Outputs: {Topic: {Value: !Ref It, Export: {Name: shop-topic}}}\n"
IMPORTER = """\
Resources:
  Policy:
    Type: AWS::SNS::TopicPolicy
    Properties: {Topics: [!ImportValue shop-topic], PolicyDocument: {}}
"""


def _folders(old: dict[str, str], new: dict[str, str]) -> Difference:
    return compare(State(name="old", files=old), State(name="new", files=new))


def test_parameters() -> None:
    old = f"Parameters: {{Kept: {{Type: String, Default: a}}, Gone: {{Type: String}}}}\n{RESOURCES}"
    new = (
        "Parameters:\n  Kept: {Type: String, Default: b, AllowedValues: [b], Description: It}\n"
        f"  New: {{Type: String}}\n  Other: {{Type: String, Default: c}}\n{RESOURCES}"
    )
    found = difference(old, new)
    assert words(found.changes) == [
        "~ Kept: Default of the parameter is b; before: a",
        "+ Kept: AllowedValues of the parameter is [b]",
        "+ New: parameter is new, without a default",
        "+ Other: parameter is new, default 'c'",
        "- Gone: parameter is removed",
    ]
    assert found.alarms == ["stack.yml: New: an update of the stack needs a value for it"]


def test_the_default_of_a_secret_is_not_shown() -> None:
    old = (
        f"Parameters: {{Password: {{Type: String, NoEcho: true, Default: secret-1}}}}\n{RESOURCES}"
    )
    found = difference(old, old.replace("secret-1", "secret-2"))
    assert words(found.changes) == ["~ Password: Default of the parameter changes (NoEcho)"]


def test_an_export_that_is_still_imported() -> None:
    old = {"topic.yml": EXPORTER, "policy.yml": IMPORTER}
    found = _folders(old, {**old, "topic.yml": RESOURCES})
    assert words(found.changes) == ["- Topic: export shop-topic is removed"]
    assert found.alarms == [
        "topic.yml: Topic: export shop-topic is gone, but imported by policy.yml (Policy)"
    ]
    found = _folders(old, {"topic.yml": RESOURCES, "policy.yml": RESOURCES})
    assert (
        "topic.yml: Topic: export shop-topic is gone: first update or delete the stacks of "
        "policy.yml (Policy)" in found.alarms
    )


def test_an_export_with_another_name_or_value() -> None:
    old = {"topic.yml": EXPORTER, "policy.yml": IMPORTER}
    renamed = {name: text.replace("shop-topic", "topic") for name, text in old.items()}
    found = _folders(old, {**old, "topic.yml": renamed["topic.yml"]})
    assert words(found.changes) == ["~ Topic: export shop-topic is called topic now"]
    moved = EXPORTER.replace("!Ref It", "!GetAtt It.TopicName")
    found = _folders(old, {**old, "topic.yml": moved})
    [alarm] = found.alarms
    assert "refuses another value for an export in use; it is imported by policy.yml" in alarm


def test_an_import_that_another_export_serves() -> None:
    importer = IMPORTER.replace("shop-topic", "!Sub '${AWS::StackName}-topic'")
    old = {"topic.yml": EXPORTER, "policy.yml": importer}
    new = {"topic.yml": EXPORTER.replace("shop-topic", "mail-topic"), "policy.yml": importer}
    found = _folders(old, new)
    assert not any("but imported" in alarm for alarm in found.alarms)


def test_conditions_mappings_and_macros() -> None:
    old = f"Conditions: {{A: !Equals [a, b]}}\nMappings: {{M: {{x: {{y: 1}}}}}}\n{RESOURCES}"
    new = f"Transform: Mine\nConditions: {{B: !Not [!Equals [a, b]]}}\nMappings: {{M: {{x: {{y: 2}}}}}}\n{RESOURCES}"  # noqa: E501
    assert words(difference(old, new).changes) == [
        "+ B: condition is new: Not(Equals(a, b))",
        "- A: condition is removed",
        "~ M: x.y of the mapping is 2; before: 1",
        "+ Transform: macro Mine changes the template",
    ]


def test_defaults_of_sam() -> None:
    old = f"Globals: {{Function: {{Timeout: 3}}}}\n{RESOURCES}"
    assert words(difference(old, old.replace("3", "9")).changes) == [
        "~ Function: Timeout of the defaults of SAM is 9; before: 3"
    ]


def test_values_of_configurations() -> None:
    template = "Parameters:\n  Size: {Type: String}\n  Password: {Type: String, NoEcho: true}\n"
    template += "Resources: {It: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref Size}}}\n"
    old = {"Parameters": {"Size": "1", "Password": "secret-1"}, "Tags": {"a": "b"}}
    new = {"Parameters": {"Size": 2, "Password": "secret-2"}}
    found = _folders(
        {"stack.yml": template, "prod.json": json.dumps(old)},
        {"stack.yml": template, "prod.json": json.dumps(new)},
    )
    assert words(list(found.configurations)) == [
        "~ prod.json: parameter Size is 2; before: 1",
        "~ prod.json: parameter Password changes (NoEcho)",
        "- prod.json: tag a is removed (it was b)",
    ]
    [change] = found.resources
    assert change.kind == "may be replaced"
    assert change.properties[0].cause == "the value of parameter Size changes in prod.json"


@pytest.mark.parametrize(
    ("file", "changed"),
    [("a/prod.json", {"a/stack.yml"}), ("values/prod.json", {"a/stack.yml", "b/stack.yml"})],
)
def test_a_configuration_is_for_the_templates_of_its_folder(file: str, changed: set[str]) -> None:
    template = "Parameters: {Size: {Type: String}}\n"
    template += "Resources: {It: {Type: AWS::SQS::Queue, Properties: {DelaySeconds: !Ref Size}}}\n"
    templates = {"a/stack.yml": template, "b/stack.yml": template}
    old, new = (
        {**templates, file: json.dumps({"Parameters": {"Size": size}})} for size in ("1", "2")
    )
    assert {each.file for each in _folders(old, new).templates} == changed


def test_configurations_in_the_form_of_the_cli() -> None:
    rows = [{"ParameterKey": "Size", "ParameterValue": "1"}]
    old = {"stack.yml": RESOURCES, "p.json": json.dumps(rows)}
    new = {"stack.yml": RESOURCES, "p.json": json.dumps([{**rows[0], "ParameterValue": "2"}])}
    found = _folders(old, new)
    assert words(found.changes) == ["~ p.json: parameter Size is 2; before: 1"]
    found = _folders({"stack.yml": RESOURCES}, new)
    assert words(found.changes)[0] == "+ p.json: configuration file is new"


def test_the_data_of_a_template_that_is_removed_stays() -> None:
    table = "Resources: {Table: {Type: AWS::DynamoDB::Table}}\n"
    found = _folders({"a.yml": RESOURCES, "b.yml": table}, {"a.yml": RESOURCES})
    assert [(t.file, t.kind) for t in found.templates] == [("b.yml", "removed")]
    assert (found.alarms, found.consequences) == ([], set())
