"""The stack beside an application's: it is for one stack, and reaches no other."""

import re
from collections.abc import Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

import pytest

from cfn_pipeline import (
    CURRENT,
    Application,
    Environment,
    ModelError,
    TemplateError,
    deployment_role,
    emit,
    environment_template,
    load,
    render,
    todobackend,
)
from cfn_pipeline.permissions.packing import LONGEST, MOST, size
from cfn_pipeline.project import rendering

QUEUE = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}
ROLE = {
    "Type": "AWS::IAM::Role",
    "Properties": {
        "AssumeRolePolicyDocument": {},
        "PermissionsBoundary": {"Fn::ImportValue": "orders-dev-boundary"},
    },
}
ROLES = {"Resources": {"Role": ROLE}}


def policy_statements(template: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the statements of a template's managed policies."""
    return [
        statement
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::IAM::ManagedPolicy"
        for statement in resource["Properties"]["PolicyDocument"]["Statement"]
    ]


def importing(*names: str) -> dict[str, Any]:
    """Return a template that imports what the stack beside its own exports."""
    own = {n: {"Fn::ImportValue": {"Fn::Sub": f"${{AWS::StackName}}-{n}"}} for n in names}
    return {**QUEUE, "Outputs": {n.replace("-", ""): {"Value": v} for n, v in own.items()}}


def longest(number: int) -> Application:
    """Return an application with environments whose names have the most letters."""
    names = [f"{letter}-kind-of-environment-xx"[:24] for letter in "abcdefghij"[:number]]
    assert {len(name) for name in names} == {24}
    return replace(
        todobackend,
        name="a-customer-notifications",
        environments=[Environment(n, approval=bool(i % 2)) for i, n in enumerate(names)],
    )


@pytest.mark.parametrize("suppressions", [(), ("checkov", "guard", "cdk-nag")])
def test_ten_environments_with_the_longest_names_are_within_every_limit(
    suppressions: tuple[str, ...],
) -> None:
    rendered = rendering(replace(longest(10), suppressions=suppressions))
    sizes = {name: len(rendered.files[name].encode()) for name in rendered.templates}
    assert max(sizes.values()) <= 51_200, sizes
    for name, template in rendered.templates.items():
        attached: dict[str, int] = {}
        for resource in template["Resources"].values():
            properties = resource["Properties"]
            if resource["Type"] == "AWS::IAM::ManagedPolicy":
                assert size(properties["PolicyDocument"]) <= LONGEST, name
                for role in properties.get("Roles", ()):
                    attached[role["Ref"]] = attached.get(role["Ref"], 0) + 1
            inline = [size(p["PolicyDocument"]) for p in properties.get("Policies", ())]
            assert sum(inline) <= 10_240, name
        assert all(count <= MOST for count in attached.values())


def test_names_that_we_give_are_within_aws_s_limits() -> None:
    """The longest name of a stack has 49 letters."""
    stack = "s" * 49
    resources = load(emit(environment_template(stack, deploys=importing("key", "log-bucket"))))[
        "Resources"
    ]
    assert len(resources["CloudFormationRole"]["Properties"]["RoleName"]) <= 64
    assert len(resources["KmsKeyAlias"]["Properties"]["AliasName"]) <= 256
    assert "BucketName" not in resources["LogBucket"]["Properties"]
    made = load(render(todobackend)["stack.yml"])["Resources"].values()
    names = [r["Properties"].get("FunctionName", {}).get("Fn::Sub", "") for r in made]
    assert max(len(name.replace("${AWS::StackName}", stack)) for name in names) <= 64


def test_a_stack_of_one_s_own() -> None:
    template = load(
        emit(environment_template("orders-dev", deploys=importing("key", "log-bucket")))
    )
    assert list(template["Outputs"]) == ["KmsKey", "LogBucket", "DeploymentRole"]
    exports = [o["Export"]["Name"] for o in template["Outputs"].values() if "Export" in o]
    assert exports == ["orders-dev-key", "orders-dev-log-bucket"]
    role = template["Resources"]["CloudFormationRole"]["Properties"]
    path = f"role{role['Path']}{role['RoleName']}"
    application = replace(todobackend, name="orders")
    arn = deployment_role(application, application.environment("dev")).to_dict()  # type: ignore[union-attr]
    assert arn == {"Fn::Sub": f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:{path}"}


@pytest.mark.parametrize(
    ("template", "outputs"),
    [
        (QUEUE, []),
        (importing("key"), ["KmsKey"]),
        (importing("log-bucket"), ["LogBucket"]),
        ({**QUEUE, "Outputs": {"A": {"Value": {"Fn::ImportValue": "orders-dev-key"}}}}, ["KmsKey"]),
        ({**QUEUE, "Outputs": {"A": {"Value": {"Fn::ImportValue": "orders-prod-key"}}}}, []),
        (
            {**QUEUE, "Outputs": {"A": {"Value": {"Fn::ImportValue": {"Ref": "Which"}}}}},
            ["KmsKey", "LogBucket"],
        ),
        ({**QUEUE, "Transform": "Other"}, ["KmsKey", "LogBucket"]),
    ],
)
def test_there_is_only_what_the_template_imports(
    template: dict[str, Any], outputs: list[str]
) -> None:
    made = environment_template("orders-dev", deploys=template).to_dict()
    assert list(made["Outputs"]) == [*outputs, "DeploymentRole"]
    kinds = {"AWS::KMS::Key": "KmsKey", "AWS::S3::Bucket": "LogBucket"}
    types = [resource["Type"] for resource in made["Resources"].values()]
    assert [kinds[type_] for type_ in types if type_ in kinds] == outputs


def test_descriptions_of_managed_policies_are_a_contract() -> None:
    """CloudFormation replaces a policy whose description changes, so roles get another boundary."""
    template = load(render(todobackend)["environment-dev.yml"])
    policies = {
        title.rstrip("0123456789"): resource["Properties"]["Description"]
        for title, resource in template["Resources"].items()
        if resource["Type"] == "AWS::IAM::ManagedPolicy"
    }
    assert policies == {
        "DeploymentPolicy": "Permissions to deploy the stack todobackend-dev",
        "PermissionsBoundary": "Permissions boundary of the roles in the stack todobackend-dev",
    }


def test_what_cannot_be_derived_is_told() -> None:
    with pytest.raises(TemplateError, match="It: AWS::Nothing::There is not covered: "):
        environment_template("x", deploys={"Resources": {"It": {"Type": "AWS::Nothing::There"}}})
    with pytest.raises(ModelError, match="invalid stack name 'a b'"):
        environment_template("a b", deploys=QUEUE)


def test_roles_in_another_path_than_the_stack_s_are_out_of_reach() -> None:
    """Whatever its length: CloudFormation shortens names, but no paths."""
    files = render(longest(2))
    for file in [name for name in files if name.startswith("environment-")]:
        roles = set(re.findall(r":role/([^/\s]+)/", files[file]))
        stack = f"a-customer-notifications-{file.removeprefix('environment-').removesuffix('.yml')}"
        assert roles == {stack, "aws-service-role", "deployment"}, file


def test_deployment_roles_cannot_change_one_another_or_themselves() -> None:
    """Whatever else they are allowed, as by the permissions of a stack of one's own."""
    template = load(render(todobackend)["environment-dev.yml"])
    [protecting] = [s for s in policy_statements(template) if s["Sid"] == "ProtectOwnRoles"]
    role = template["Resources"]["CloudFormationRole"]["Properties"]
    denied = [resource["Fn::Sub"].partition(":role")[2] for resource in protecting["Resource"]]
    assert protecting["Effect"] == "Deny"
    assert "iam:PutRolePolicy" in protecting["Action"]
    assert any(fnmatchcase(role["Path"] + role["RoleName"], pattern) for pattern in denied)


@pytest.mark.parametrize(("template", "boundary"), [(QUEUE, True), (ROLES, True), (ROLES, False)])
def test_actions_of_iam_that_are_allowed_besides_do_not_reach_the_deployment_role(
    template: dict[str, Any], boundary: bool
) -> None:
    made = environment_template(
        "orders-dev", deploys=template, boundary=boundary, permissions=["IAM:*Role*", "iam:*Pol*"]
    ).to_dict()
    statements = policy_statements(made)
    role = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/deployment/orders-dev-deployment"
    denied = {
        action
        for statement in statements
        if statement["Effect"] == "Deny"
        for action in statement["Action"]
        for resource in statement["Resource"]
        if resource == "*" or fnmatchcase(role, str(resource.get("Fn::Sub")))
    }
    assert denied >= {
        "iam:AttachRolePolicy",
        "iam:DeleteRolePermissionsBoundary",
        "iam:PassRole",
        "iam:PutRolePermissionsBoundary",
        "iam:PutRolePolicy",
        "iam:UpdateAssumeRolePolicy",
    }
    [policies] = [s for s in statements if s["Sid"] == "ProtectOwnPolicies"]
    assert "iam:CreatePolicyVersion" in policies["Action"]


def test_actions_besides_are_packed_with_the_others() -> None:
    made = environment_template("orders-dev", deploys=QUEUE, permissions=["foo:*"]).to_dict()
    policies = [n for n in made["Resources"] if n.startswith("DeploymentPolicy")]
    assert policies == ["DeploymentPolicy1"]
    assert policy_statements(made)[-1]["Sid"] == "DeployOtherTypes"


def test_more_actions_besides_than_a_role_can_have_are_refused() -> None:
    actions = [f"foo:{'Action' * 12}{number}" for number in range(1000)]
    with pytest.raises(TemplateError, match="IAM allows at most 10 for a role; use names that"):
        environment_template("orders-dev", deploys=QUEUE, permissions=actions)


def test_other_actions_besides_need_no_protection() -> None:
    made = environment_template("orders-dev", deploys=QUEUE, permissions=["foo:*", "iam:Get*"])
    assert "ProtectOwnRoles" not in made.to_json()


def test_no_environment_names_another_s_stack() -> None:
    files = render(todobackend)
    assert "todobackend-prod" not in files["environment-dev.yml"]
    assert "todobackend-dev" not in files["environment-prod.yml"]
    [parts] = [re.findall(r"todobackend-\w+", files["stack.yml"])]
    assert parts == [], "one template serves every environment"


def alike(*environments: Environment, name: str = "orders") -> str:
    with pytest.raises(ModelError) as caught:
        render(replace(todobackend, name=name, environments=environments))
    return str(caught.value)


def test_stack_names_of_which_one_begins_the_other_are_refused() -> None:
    said = alike(Environment("prod"), Environment("prod-eu"))
    assert said == (
        "application 'orders': the stack names 'orders-prod' and 'orders-prod-eu' are too much "
        "alike: the deployment role of environment 'prod' would reach "
        "'autoScalingGroup:*:autoScalingGroupName/orders-prod-eu-*' of environment 'prod-eu'; use "
        "stack= with a name that differs earlier"
    )
    render(
        replace(
            todobackend,
            name="orders",
            environments=[Environment("prod"), Environment("prod-eu", stack="orders-eu-prod")],
        )
    )


def test_stack_names_that_cloudformation_shortens_to_the_same_are_refused() -> None:
    said = alike(
        Environment("production-central-1"),
        Environment("production-central-2"),
        name="a-customer-notifications",
    )
    assert said == (
        "application 'a-customer-notifications': the stack names "
        "'a-customer-notifications-production-central-1' and "
        "'a-customer-notifications-production-central-2' are too much alike: the deployment role "
        "of environment 'production-central-1' would reach 'db:a-customer-notifications-pro*' of "
        "environment 'production-central-2'; use stack= with a name that differs earlier"
    )


@pytest.mark.parametrize("stack", ["orders", "orders-iam", "Orders"])
def test_a_stack_name_that_begins_those_of_the_delivery_is_refused(stack: str) -> None:
    said = alike(Environment("test", stack=stack))
    assert f"environment 'test': the stack name {stack!r} is the beginning of 'orders-" in said


def test_a_template_that_would_be_too_large_is_refused() -> None:
    large = replace(todobackend.containers[0], environment={"TEXT": "x" * 20_000})
    with pytest.raises(ModelError) as caught:
        render(replace(todobackend, container=large))
    assert re.fullmatch(
        r"application 'todobackend': stack\.yml would have 5\d,\d{3} bytes; CloudFormation takes "
        r"51,200 without a bucket; use fewer containers, or shorter commands and variables",
        str(caught.value),
    )


def test_order_of_deployment() -> None:
    assert [stack.target for stack in CURRENT.stacks] == [
        *("kms", "ecr", "environment-dev", "environment-prod"),
        *("iam", "codebuild", "pipeline", "stack"),
    ]


def test_every_use_of_the_key_is_through_a_service() -> None:
    template: dict[str, Any] = load(render(todobackend)["environment-prod.yml"])
    for resource in template["Resources"].values():
        for statement in resource["Properties"].get("PolicyDocument", {}).get("Statement", ()):
            uses = {"kms:Decrypt", "kms:GenerateDataKey", "kms:CreateGrant"}
            if uses & set(statement["Action"]) and statement["Effect"] == "Allow":
                assert "kms:ViaService" in statement["Condition"]["StringEquals"], statement
