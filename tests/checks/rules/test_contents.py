"""Into the artifacts: templates, configurations, parameters, names and buildspecs."""

import json
from typing import Any

import pytest

from cfn_pipeline import emit, load
from cfn_pipeline.analysis.system import Artifact, System, Template
from cfn_pipeline.checks import Finding, check_system
from tests.checks.examples import ROOT, action, ids, pipeline

STACK = {
    "Parameters": {"Tasks": {"Type": "Number", "MaxValue": 10}},
    "Resources": {"Cluster": {"Type": "AWS::ECS::Cluster"}},
}


def _template(example: str = "E9805") -> dict[str, Any]:
    return load((ROOT / example / "good" / "pipeline.yml").read_text())


def _check(template: dict[str, Any], **files: str) -> list[Finding]:
    found = {name.replace("_", "."): text for name, text in files.items()}
    artifact = Artifact(name="Sources", files=found, shown="src/")
    return check_system(
        System(templates=[Template("pipeline.yml", template)], artifacts=[artifact])
    )


def _deployed(stack: Any = STACK, configuration: Any = None, **settings: str) -> list[Finding]:
    template = _template()
    action(template, 1)["Configuration"].update(settings)
    said = {"Parameters": {"Tasks": "2"}} if configuration is None else configuration
    return _check(template, stack_yml=emit(stack), prod_json=json.dumps(said))


def test_paths_are_corrected() -> None:
    [finding] = _deployed(TemplatePath="Sources::stak.yml")
    assert finding.message.endswith(
        "src/stak.yml (did you mean 'stack.yml'?); add the file, or correct the path"
    )


@pytest.mark.parametrize(
    "configuration, said",
    [
        ([], "must be a JSON object; write"),
        ({"Tasks": "2"}, "must contain Parameters, Tags or StackPolicy"),
        ({"Parameters": {"Tasks": "2"}, "Tag": {}}, "has the unknown key 'Tag'"),
        ({"Parameters": []}, "Parameters must be an object"),
        ({"Parameters": {"Tasks": 2}}, 'Tasks must be a string (got 2); write "2"'),
        ({"Parameters": {"Tasks": ["a", "b"]}}, 'write "a,b"'),
        ({"Parameters": {"Tasks": "2"}, "Tags": {"a": True}}, 'write "true"'),
        # The AWS CLI's older form is not CodePipeline's.
        ([{"ParameterKey": "Tasks", "ParameterValue": "2"}], "must be a JSON object"),
    ],
)
def test_forms_of_a_configuration(configuration: Any, said: str) -> None:
    found = [f for f in _deployed(configuration=configuration) if f.rule == "E9803"]
    assert [said in finding.message for finding in found] == [True]
    assert found[0].file == "src/prod.json"


def test_a_configuration_that_is_no_json() -> None:
    template = _template()
    found = _check(template, stack_yml=emit(STACK), prod_json="Parameters:\n  Tasks: 2\n")
    assert ids(found) == ["E9803"]


def test_a_whole_configuration_is_fine() -> None:
    said = {"Parameters": {"Tasks": "2"}, "Tags": {"a": "b"}, "StackPolicy": {"Statement": []}}
    assert _deployed(configuration=said) == []
    assert _deployed({**STACK, "Parameters": {}}, configuration={}) == []


@pytest.mark.parametrize(
    "overrides, rule",
    [
        ('{"Tasks": "3"}', None),
        ('{"Task": "3"}', "E9804"),
        ('{"Tasks": "30"}', "E9813"),
        ('{"Tasks": "many"}', "E9813"),
        ('{"Tasks": "#{variables.tasks}"}', "E9604"),
    ],
)
def test_overrides(overrides: str, rule: str | None) -> None:
    assert ids(_deployed(ParameterOverrides=overrides)) == ([] if rule is None else [rule])


def test_what_may_be_set_elsewhere_is_not_missed() -> None:
    template = _template()
    settings = action(template, 1)["Configuration"]
    settings["TemplateConfiguration"] = "Settings::prod.json"
    action(template, 1)["InputArtifacts"].append({"Name": "Settings"})
    source = pipeline(template)["Stages"][0]["Actions"]
    source.append({**source[0], "Name": "Settings", "OutputArtifacts": [{"Name": "Settings"}]})
    assert _check(template, stack_yml=emit(STACK)) == []
    del settings["TemplateConfiguration"]
    assert ids(_check(template, stack_yml=emit(STACK))) == ["E9805"]
    two = {**STACK, "Parameters": {name: {"Type": "String"} for name in ("Other", "Tasks")}}
    [finding] = _check(template, stack_yml=emit(two))
    assert "have no default and must be set; add them to" in finding.message
    settings["ParameterOverrides"] = {"Ref": "Overrides"}
    assert _check(template, stack_yml=emit(STACK)) == []


@pytest.mark.parametrize(
    "parameter, value, why",
    [
        ({"Type": "String", "AllowedValues": ["a", "b"]}, "c", "use one of a, b"),
        ({"Type": "String", "AllowedValues": [True, False]}, "true", ""),
        ({"Type": "String", "AllowedPattern": "[a-z]+"}, "A1", "use a value that matches [a-z]+"),
        ({"Type": "String", "AllowedPattern": "[a-z]+"}, "ab", ""),
        ({"Type": "String", "AllowedPattern": "(?<x>"}, "ab", ""),
        ({"Type": "String", "MinLength": 3}, "ab", "MinLength is 3 (has 2 characters)"),
        ({"Type": "String", "MaxLength": "1"}, "ab", "MaxLength is 1 (has 2 characters)"),
        ({"Type": "Number", "MinValue": 1}, "0", "MinValue is 1"),
        ({"Type": "CommaDelimitedList", "AllowedValues": ["a", "b"]}, "a,b", ""),
        ({"Type": "AWS::SSM::Parameter::Value<String>"}, "/any/thing", ""),
        (
            {"Type": "String", "AllowedPattern": "x", "ConstraintDescription": "an x"},
            "y",
            "use an x",
        ),
    ],
)
def test_values_that_a_parameter_refuses(parameter: Any, value: str, why: str) -> None:
    stack = {**STACK, "Parameters": {"Value": parameter}}
    found = _deployed(stack, {"Parameters": {"Value": value}})
    assert ids(found) == (["E9813"] if why else [])
    assert all(finding.message.endswith(why) for finding in found)


ROLE = {"Type": "AWS::IAM::Role", "Properties": {}}
NAMED = {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "orders"}}
FUNCTION = {"Type": "AWS::Serverless::Function", "Properties": {}}


@pytest.mark.parametrize(
    "resource, transform, mode, given, needed",
    [
        (ROLE, None, "CREATE_UPDATE", None, "CAPABILITY_IAM"),
        (ROLE, None, "CREATE_UPDATE", "CAPABILITY_IAM", None),
        (ROLE, None, "CREATE_UPDATE", "CAPABILITY_NAMED_IAM", None),
        (NAMED, None, "CREATE_UPDATE", "CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"),
        (NAMED, None, "CREATE_UPDATE", "CAPABILITY_NAMED_IAM", None),
        (
            FUNCTION,
            "AWS::Serverless-2016-10-31",
            "CREATE_UPDATE",
            "CAPABILITY_IAM",
            "CAPABILITY_AUTO_EXPAND",
        ),
        (
            FUNCTION,
            "AWS::Serverless-2016-10-31",
            "CREATE_UPDATE",
            "CAPABILITY_IAM,CAPABILITY_AUTO_EXPAND",
            None,
        ),
        (ROLE, "AWS::LanguageExtensions", "CHANGE_SET_REPLACE", "CAPABILITY_IAM", None),
    ],
)
def test_capabilities(
    resource: Any, transform: str | None, mode: str, given: str | None, needed: str | None
) -> None:
    stack = {**STACK, "Resources": {"It": resource}}
    stack |= {} if transform is None else {"Transform": transform}
    settings = {"ActionMode": mode, "ChangeSetName": "x"}
    settings |= {} if given is None else {"Capabilities": given}
    found = [f for f in _deployed(stack, **settings) if f.rule == "E9806"]
    assert [f"requires {needed}, because" in finding.message for finding in found] == [True] * bool(
        needed
    )


def test_a_capability_that_another_includes_is_not_advised() -> None:
    stack = {**STACK, "Resources": {"It": NAMED}}
    [finding] = [f for f in _deployed(stack, Capabilities="CAPABILITY_IAM") if f.rule == "E9806"]
    assert finding.message.endswith("; set Capabilities: CAPABILITY_NAMED_IAM")


@pytest.mark.parametrize(
    "name, fine",
    [
        ("orders", False),
        ({"Fn::Sub": "orders-${AWS::Region}"}, False),  # not known, and the same for both
        ({"Fn::Sub": "${AWS::StackName}-orders"}, True),
        ({"Fn::Sub": "${Stage}-orders"}, True),
        ({"Ref": "Same"}, False),
        ({"Ref": "AWS::NoValue"}, True),
    ],
)
def test_names_that_collide(name: object, fine: bool) -> None:
    template = _template("E9807")
    stages = pipeline(template)["Stages"]
    for number, stage in ((1, "dev"), (2, "prod")):
        stages[number]["Actions"][0]["Configuration"]["ParameterOverrides"] = json.dumps(
            {"Stage": stage, "Same": "orders"}
        )
    stack = {
        "Parameters": {"Stage": {"Type": "String"}, "Same": {"Type": "String"}},
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": name}}},
    }
    assert ids(_check(template, stack_yml=emit(stack))) == ([] if fine else ["E9807"])
    stages[2]["Actions"][0]["Region"] = "us-east-1"
    assert _check(template, stack_yml=emit(stack)) == [], "another region is another place"


@pytest.mark.parametrize(
    "type_, key, fine",
    [
        ("AWS::Events::Rule", "Name", False),
        ("AWS::Events::EventBus", "Name", False),
        ("AWS::ElasticLoadBalancingV2::TargetGroup", "Name", False),
        ("AWS::IAM::Role", "RoleName", False),
        ("AWS::ECS::TaskDefinition", "Family", True),  # each stack's are revisions of one family
        ("AWS::ECS::Service", "ServiceName", True),  # unique in its cluster
    ],
)
def test_types_whose_names_collide(type_: str, key: str, fine: bool) -> None:
    resource = {"Type": type_, "Properties": {key: "orders"}}
    found = _check(_template("E9807"), stack_yml=emit({"Resources": {"It": resource}}))
    assert ("E9807" not in ids(found)) is fine


def test_exports_that_collide() -> None:
    template = _template("E9807")
    export = {"Value": "x", "Export": {"Name": "orders-topic"}}
    stack: dict[str, Any] = {**STACK, "Parameters": {}, "Outputs": {"Topic": export}}
    [finding] = _check(template, stack_yml=emit(stack))
    assert finding.rule == "E9807"
    assert "export Topic has the fixed name 'orders-topic'" in finding.message
    export["Export"] = {"Name": {"Fn::Sub": "${AWS::StackName}-topic"}}
    assert _check(template, stack_yml=emit(stack)) == []


def test_a_name_that_only_one_environment_has_collides_with_none() -> None:
    template = _template("E9807")
    for number, stage in ((1, "dev"), (2, "prod")):
        settings = pipeline(template)["Stages"][number]["Actions"][0]["Configuration"]
        settings["ParameterOverrides"] = json.dumps({"Stage": stage})
    stack: dict[str, Any] = {
        "Parameters": {"Stage": {"Type": "String"}},
        "Conditions": {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
        "Resources": {
            "Topic": {
                "Type": "AWS::SNS::Topic",
                "Condition": "IsProd",
                "Properties": {"TopicName": "orders"},
            }
        },
    }
    assert _check(template, stack_yml=emit(stack)) == []
    del stack["Resources"]["Topic"]["Condition"]
    assert ids(_check(template, stack_yml=emit(stack))) == ["E9807"]


BUILDSPEC = "version: 0.2\nphases:\n  build:\n    commands:\n      - make test\n"


@pytest.mark.parametrize(
    "text, said",
    [
        (BUILDSPEC, ""),
        ("phases:\n  build:\n    commands: [make]\n", "the whole lacks version; add it"),
        ("version: 0.2\n", "the whole lacks phases or batch or artifacts"),
        ("version: 1\nphases: {}\n", "version is 1; use one of 0.2, 0.1"),
        (BUILDSPEC + "artifacts:\n  file: [a]\n", "key 'file'; did you mean 'files'?"),
        (BUILDSPEC + "artifacts: {}\n", "artifacts lacks files or secondary-artifacts"),
        (
            BUILDSPEC.replace("make test", "echo tests: done"),
            "phases.build.commands.0 is a mapping, since it holds a colon and a space; put",
        ),
        (BUILDSPEC.replace("build:", "test:"), "phases has the key 'test'; it takes install"),
        (BUILDSPEC + "    on-failure: STOP\n", "phases.build.on-failure is 'STOP'"),
        (BUILDSPEC + "env:\n  exported-variables: {TAG: x}\n", "where CodeBuild reads array"),
        ("version: 0.2\nphases: [\n", "line 3: did not find expected node content; correct it"),
        ("just words\n", "a buildspec must be a mapping with version and phases (got a str)"),
    ],
)
def test_buildspecs(text: str, said: str) -> None:
    found = _check(_template("E9809"), buildspec_yml=text)
    assert ids(found) == (["E9809"] if said else [])
    assert all(said in finding.message for finding in found), found


@pytest.mark.parametrize(
    "artifacts, fine",
    [
        ("{files: [version.json]}", True),
        ("{files: ['*.json']}", True),
        ("{files: ['**/*']}", True),
        ("{files: ['./version.json']}", True),
        ("{files: [out/version.json], discard-paths: yes}", True),
        ("{files: [version.json], base-directory: out}", True),
        ("{files: ['$FILE']}", True),
        ("{files: [out/version.json]}", False),
        ("{files: ['out/**/*']}", False),
        ("{files: ['*.yml']}", False),
        ("{files: [a], secondary-artifacts: {Version: {files: [version.json]}}}", False),
    ],
)
def test_files_that_a_build_produces(artifacts: str, fine: bool) -> None:
    stack = {"Parameters": {"ImageTag": {"Type": "String"}}, "Resources": STACK["Resources"]}
    buildspec = f"{BUILDSPEC}artifacts: {artifacts}\n"
    found = _check(_template("E9810"), buildspec_yml=buildspec, stack_yml=emit(stack))
    assert ids(found) == ([] if fine else ["E9810"])


@pytest.mark.parametrize(
    "build, post_build, fine",
    [
        (["make test"], ["make publish"], False),
        (["make test", "make publish"], ["make clean"], True),
        (["docker build -t x .", "docker tag x y"], ["docker push y"], True),
        (["docker build -t x .", "make test"], ["docker push x"], False),
        (["make image"], ["docker push x"], False),
        (["mvn install dockerfile:build"], ["docker push x"], True),
        (["docker build -t x .", "TAG=1", "docker images"], ["docker push x"], True),
        (["npm test", "npm run build"], ["aws s3 sync build s3://site"], True),
        (["npm run build", "npm test"], ["aws s3 sync build s3://site"], False),
        (["npm test"], ["npm publish"], False),
        (["make test"], ['if [ "$CODEBUILD_BUILD_SUCCEEDING" = 1 ]; then make publish; fi'], True),
        (["make test"], ["echo published"], True),
    ],
)
def test_publishing_in_post_build(build: list[str], post_build: list[str], fine: bool) -> None:
    phases = {"build": {"commands": build}, "post_build": {"commands": post_build}}
    template = _template("W9811")
    environment = template["Resources"]["Project"]["Properties"]["Environment"]
    environment["PrivilegedMode"] = True
    text = emit({"version": 0.2, "phases": phases})
    assert ids(_check(template, buildspec_yml=text)) == ([] if fine else ["W9811"])
    aborting = {**phases, "build": {"commands": build, "on-failure": "ABORT"}}
    text = emit({"version": 0.2, "phases": aborting})
    assert _check(template, buildspec_yml=text) == []


@pytest.mark.parametrize(
    "buildspec, lacking",
    [(None, "src/buildspec.yml"), ("ci/build.yml", "src/ci/build.yml"), (BUILDSPEC, "")],
)
def test_where_the_buildspec_is(buildspec: str | None, lacking: str) -> None:
    template = _template("E9808")
    source = template["Resources"]["Project"]["Properties"]["Source"]
    source.update({} if buildspec is None else {"BuildSpec": buildspec})
    found = _check(template)
    assert ids(found) == (["E9808"] if lacking else [])
    assert all(f"buildspec {lacking} does not exist;" in finding.message for finding in found)


def test_values_that_a_source_lacks() -> None:
    template = _template()
    override = '{"Tasks": {"Fn::GetParam": ["Sources", "version.json", "Tasks"]}}'
    action(template, 1)["Configuration"]["ParameterOverrides"] = override
    files = {"stack_yml": emit(STACK), "prod_json": '{"Parameters": {}}'}
    assert ids(_check(template, **files)) == ["E9801"]
    assert ids(_check(template, **files, version_json='{"Version": "1"}')) == ["E9801"]
    assert _check(template, **files, version_json='{"Tasks": "1"}') == []


@pytest.mark.parametrize(
    "text, path, said",
    [
        (
            BUILDSPEC + "artefacts:\n  files: [a]\n",
            ("artefacts",),
            "key 'artefacts'; did you mean 'artifacts'?",
        ),
        (
            BUILDSPEC.replace("- make test", "- # tests\n      - make test"),
            ("phases", "build", "commands", 0),
            "phases.build.commands.0 is None, where CodeBuild reads string",
        ),
        (
            BUILDSPEC + "artifacts:\n  files: [a]\n  files: [b]\n",
            ("artifacts", "files"),
            "key 'files' is already in line 7",
        ),
        (
            BUILDSPEC.replace("make test", "!Sub make ${Name}"),
            ("phases", "build", "commands", 0),
            "!Sub does nothing in a buildspec",
        ),
    ],
)
def test_what_a_build_ignores_is_a_warning(text: str, path: tuple[object, ...], said: str) -> None:
    [finding] = _check(_template("E9809"), buildspec_yml=text)
    assert (finding.rule, finding.severity, finding.path) == ("W9840", "warning", path)
    assert said in finding.message


def test_a_key_that_is_like_no_other_is_an_info() -> None:
    text = BUILDSPEC + "artifacts:\n  type: zip\n  files: [a]\n"
    assert _check(_template("E9809"), buildspec_yml=text) == []
