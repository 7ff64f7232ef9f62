"""What is derived: enough, and no more."""

import json
import logging
import re
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from cloudsplaining.scan.policy_document import PolicyDocument
from policy_sentry.querying.all import get_all_actions

from cfn_pipeline import CURRENT, TemplateError, load, render
from cfn_pipeline.permissions import Permissions, catalogue, compare, derive, explain, tables
from cfn_pipeline.permissions.packing import LONGEST, MOST, size

ROOT = Path(__file__).parents[2]
OTHERS = sorted(Path(__file__).with_name("templates").glob("*.yml"))
STACK = load(render(edition=CURRENT)["stack.yml"])
HOLDERS = {
    name: load(render(edition=CURRENT)[f"{name}.yml"])
    for name in ("iam", "environment-dev", "environment-prod")
}
BOUNDARY = {"Ref": "PermissionsBoundary"}
STACKS = ["todobackend-dev", "todobackend-prod"]


def _current() -> Permissions:
    return derive([STACK], stacks=STACKS, boundary=BOUNDARY)


def _other(name: str, stack: str = "orders-*") -> Permissions:
    template = load((Path(__file__).with_name("templates") / f"{name}.yml").read_text())
    return derive([template], stacks=[stack], boundary=BOUNDARY)


def _deployed(value: Any) -> Any:
    """Return a policy as IAM gets it."""
    values = {"Partition": "aws", "Region": "eu-west-1", "AccountId": "111122223333"}
    match value:
        case {"Fn::Sub": str(text)}:
            return re.sub(r"\$\{AWS::(\w+)\}", lambda m: values.get(m[1], "amazonaws.com"), text)
        case {"Fn::GetAtt": ["KmsKey", "Arn"]}:
            return "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d"
        case {"Fn::If": _} | {"Ref": _}:
            return "arn:aws:iam::111122223333:policy/boundary"
        case {"Fn::ImportValue": _}:
            return "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d"
        case dict():
            return {key: _deployed(inside) for key, inside in value.items()}
        case list():
            return [_deployed(inside) for inside in value]
        case _:
            return value


def _policies() -> dict[str, Any]:
    """Return every policy of the roles that deliver and deploy, by file and name."""
    found = {}
    for holder, template in HOLDERS.items():
        for name, resource in template["Resources"].items():
            properties = resource["Properties"]
            if resource["Type"] == "AWS::IAM::ManagedPolicy":
                found[f"{holder} {name}"] = properties["PolicyDocument"]
            for policy in properties.get("Policies", ()):
                found[f"{holder} {name}"] = policy["PolicyDocument"]
    return found


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_the_stack_of_an_environment_holds_what_is_derived(environment: str) -> None:
    policies = {
        name.split()[1]: policy
        for name, policy in _policies().items()
        if name.startswith(f"environment-{environment} ")
    }
    stack = f"todobackend-{environment}"
    found = derive([STACK], stacks=[stack], boundary=BOUNDARY)
    key = json.dumps({"Fn::ImportValue": f"{stack}-key"})
    own = json.dumps({"Fn::GetAtt": ["KmsKey", "Arn"]})
    derived = json.loads(
        json.dumps(found.policies).replace(json.dumps(BOUNDARY), '"B"').replace(key, own)
    )
    rendered = [policies[name] for name in sorted(policies) if name.startswith("DeploymentPolicy")]
    limit = json.dumps(
        {
            "Fn::If": [
                "HasPermissionsBoundary",
                {"Ref": "PermissionsBoundaryArn"},
                {"Ref": "PermissionsBoundary"},
            ]
        }
    )
    assert json.loads(json.dumps(rendered).replace(limit, '"B"')) == derived
    boundary = json.loads(json.dumps(found.boundary).replace(key, own))
    assert policies["PermissionsBoundary"] == boundary


@pytest.mark.parametrize("name", sorted(_policies()))
def test_cloudsplaining_finds_nothing(name: str) -> None:
    logging.disable(logging.CRITICAL)
    policy = PolicyDocument(_deployed(_policies()[name]))
    assert policy.allows_privilege_escalation == []
    assert policy.permissions_management_without_constraints == []
    assert policy.allows_data_exfiltration_actions == []
    assert policy.service_wildcard == []


@pytest.mark.parametrize("stack", STACKS)
def test_no_policies_together_let_anyone_rise(stack: str) -> None:
    logging.disable(logging.CRITICAL)
    found = derive([STACK], stacks=[stack], boundary=BOUNDARY)
    together = {"Version": "2012-10-17", "Statement": found.statements}
    policy = PolicyDocument(_deployed(together))
    assert policy.allows_privilege_escalation == []
    assert policy.permissions_management_without_constraints == []


@pytest.mark.parametrize("name", sorted(_policies()))
def test_every_action_exists(name: str) -> None:
    known = get_all_actions(lowercase=True)
    for statement in _policies()[name]["Statement"]:
        for action in statement["Action"]:
            if "*" not in action:
                assert action.lower() in known, action


def test_wildcards_only_look() -> None:
    for action in _current().actions:
        if "*" in action:
            assert re.fullmatch(r"[a-z0-9-]+:(?:Describe|Get|List)\w*\*", action)


def test_what_stays_on_everything_is_listed_with_its_reason() -> None:
    unbound = {entry.action: entry.reason for entry in _current().unbound}
    page = (ROOT / "docs" / "permissions.md").read_text()
    assert set(unbound) <= set(tables.UNSCOPED)
    for action, reason in unbound.items():
        assert f"| `{action}` | {reason} |" in page
    listed = re.findall(r"^\| `([\w-]+:\w+)` \|", page, re.MULTILINE)
    assert set(listed) == set(unbound), "the page lists what there is, and nothing else"


def test_roles_are_passed_to_services_in_play_only() -> None:
    passing, denied = [s for s in _current().statements if "iam:PassRole" in s["Action"]]
    assert denied["Effect"] == "Deny"
    assert passing["Action"] == ["iam:PassRole"]
    assert all("role/todobackend-" in arn["Fn::Sub"] for arn in passing["Resource"])
    assert passing["Condition"] == {
        "StringEqualsIfExists": {
            "iam:PassedToService": [
                {"Fn::Sub": "ec2.${AWS::URLSuffix}"},
                *("ecs-tasks.amazonaws.com", "lambda.amazonaws.com"),
                "monitoring.rds.amazonaws.com",
            ]
        }
    }


def test_roles_are_made_within_the_boundary_and_nothing_loosens_it() -> None:
    bounded = {"iam:CreateRole", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy"}
    for statement in _current().statements:
        if statement["Effect"] == "Deny":
            continue
        if bounded & set(statement["Action"]):
            assert statement["Condition"] == {"StringEquals": {"iam:PermissionsBoundary": BOUNDARY}}
        assert not [a for a in statement["Action"] if "PermissionsBoundary" in a]
    denied = {a for s in _current().statements if s["Effect"] == "Deny" for a in s["Action"]}
    assert {"iam:DeleteRolePermissionsBoundary", "iam:CreatePolicyVersion"} <= denied


def test_every_role_of_the_application_has_the_boundary() -> None:
    roles = [r for r in STACK["Resources"].values() if r["Type"] == "AWS::IAM::Role"]
    assert len(roles) == 5
    for role in roles:
        assert role["Properties"]["PermissionsBoundary"] == {
            "Fn::ImportValue": {"Fn::Sub": "${AWS::StackName}-boundary"}
        }


def test_every_policy_fits_and_every_run_gives_the_same() -> None:
    for found in (_current(), *(_other(path.stem) for path in OTHERS)):
        assert len(found.policies) <= MOST
        assert all(size(policy) <= LONGEST for policy in found.policies)
        sids = [statement["Sid"] for statement in found.statements]
        assert len(sids) == len(set(sids))
        assert all(sid.isalnum() for sid in sids)
        for statement in found.statements:
            assert statement["Action"] == sorted(set(statement["Action"]))
    assert json.dumps(_current().policies) == json.dumps(_current().policies)


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: str(path.stem))
def test_other_templates(path: Path) -> None:
    """Nothing is bound to less than the stack's names allow, where a name can be had."""
    assert len(OTHERS) == 5
    found = _other(path.stem)
    for entry in found.unbound:
        assert not catalogue.resources_of(entry.action), entry
    assert "iam:PassRole" not in [entry.action for entry in found.unbound]
    for arns in (found.actions.get("iam:CreateRole", []), found.actions.get("iam:PassRole", [])):
        assert all("role/orders-" in arn for arn in arns)


def test_what_is_not_known_is_named() -> None:
    role, foreign = _other("vpc").unknown
    assert (foreign.resource, foreign.type) == ("Kubernetes", "AWSQS::Kubernetes::Resource")
    assert (role.resource, role.remedy.split(":")[0]) == ("FlowRole", "set its PermissionsBoundary")
    _, policy = _other("events").unknown
    assert (policy.resource, policy.type) == (
        "HandlerRole",
        "arn:aws:iam::aws:policy/AmazonKinesisFullAccess",
    )


@pytest.mark.parametrize(
    "resources, remedy",
    [
        (
            {"Fn::ForEach::Topics": ["T", ["a"], {}]},
            "derive the permissions from the template that the macro",
        ),
        ({"It": {"Type": "AWS::CloudFormation::Stack"}}, "the nested template"),
        ({"It": {"Type": "AWS::IAM::Group"}}, "groups cannot have a boundary"),
        ({"It": {"Type": "AWS::IAM::User"}}, "set its PermissionsBoundary"),
        ({"It": {"Type": "AWS::EMR::WALWorkspace"}}, "in a separate policy"),
        ({"It": {"Type": "AWS::No::Such"}}, "in a separate policy"),
        ({"It": {"Type": "MongoDB::Atlas::Cluster"}}, "documentation of the third party"),
    ],
)
def test_remedies(resources: dict[str, object], remedy: str) -> None:
    found = derive([{"Resources": resources, "Parameters": None}], stacks=["x"], boundary=BOUNDARY)
    assert [remedy in unknown.remedy for unknown in found.unknown] == [True]


#: What would let whoever may do it become an administrator.
RISING = re.compile(
    r"iam:(?:Attach|Create|Put|Update)(?:User|Role|Group|AssumeRole|LoginProfile|AccessKey)\w*"
)


SERVICES = sorted({type_.split("::")[1] for type_ in catalogue.types()})


@pytest.mark.parametrize("service", SERVICES)
def test_every_type_is_made_or_named_and_none_lets_anyone_rise(service: str) -> None:
    for type_ in catalogue.types():
        if type_.split("::")[1] == service:
            _is_made_or_named(type_)


def _is_made_or_named(type_: str) -> None:
    template = {"Resources": {"It": {"Type": type_, "Properties": {}}}}
    found = derive([template], stacks=["orders-*"], boundary=BOUNDARY)
    made = [
        action for action in found.actions if action.startswith(f"{catalogue.own_service(type_)}:")
    ]
    assert made or found.unknown or not catalogue.handlers(type_)["create"], type_  # type: ignore[index]
    for entry in found.unbound:
        assert not catalogue.resources_of(entry.action), entry
    for statement in found.statements:
        rising = [a for a in statement["Action"] if RISING.fullmatch(a)]
        if statement["Effect"] == "Allow" and rising and "Role" in str(rising):
            assert "Condition" in statement or set(rising) <= {"iam:UpdateRoleDescription"}, type_


def test_whoever_makes_policies_attaches_them_to_nobody_else() -> None:
    policy = {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": {}}}
    found = derive([{"Resources": {"It": policy}}], stacks=["orders-*"], boundary=BOUNDARY)
    assert not [action for action in found.actions if action.startswith("iam:Attach")]


def test_keys_are_lent_to_services_only() -> None:
    [lending] = [s for s in _current().statements if "kms:CreateGrant" in s["Action"]]
    assert lending["Condition"] == {
        "Bool": {"kms:GrantIsForAWSResource": "true"},
        "StringEquals": {
            "kms:ViaService": {"Fn::Sub": "rds.${AWS::Region}.${AWS::URLSuffix}"},
        },
    }


def test_file_systems_of_other_stacks_are_not_deleted() -> None:
    made = {"Store": {"Type": "AWS::EFS::FileSystem", "Properties": {}}}
    for stacks, operator in [(["orders-dev"], "StringEquals"), (["orders-*"], "StringLike")]:
        found = derive([{"Resources": made}], stacks=stacks)
        [deletion] = [
            s for s in found.statements if "elasticfilesystem:DeleteFileSystem" in s["Action"]
        ]
        tag = "aws:ResourceTag/aws:cloudformation:stack-name"
        assert deletion["Condition"] == {operator: {tag: stacks}}
        assert deletion["Sid"] == "DeployFileSystemOfStack"


def test_a_mount_target_s_network_interface_is_made_changed_and_deleted() -> None:
    """AWS's schema of the type does not list what EFS asks of its caller in EC2."""
    properties = {"FileSystemId": "fs-0a1b2c3d", "SubnetId": "subnet-1", "SecurityGroups": ["sg-1"]}
    target = {"Type": "AWS::EFS::MountTarget", "Properties": properties}
    found = derive([{"Resources": {"Target": target}}], stacks=["orders-dev"]).actions
    assert found["ec2:DescribeSubnets"] == found["ec2:DescribeNetworkInterfaces"] == ["*"]
    for action in ("Create{}", "Delete{}", "Modify{}Attribute"):
        arns = found["ec2:" + action.format("NetworkInterface")]
        assert any(arn.endswith(":network-interface/*") for arn in arns)
        assert "*" not in arns


def test_the_ref_of_what_has_no_name_is_an_id_that_aws_makes() -> None:
    here = "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:security-group"
    statement = {
        "Effect": "Allow",
        "Action": "ec2:RunInstances",
        "Resource": {"Fn::Sub": f"{here}/${{Group}}"},
    }
    role = {
        "Policies": [{"PolicyName": "Start", "PolicyDocument": {"Statement": [statement]}}],
        "PermissionsBoundary": BOUNDARY,
    }
    template = {
        "Group": {"Type": "AWS::EC2::SecurityGroup", "Properties": {}},
        "Role": {"Type": "AWS::IAM::Role", "Properties": role},
    }
    found = derive([{"Resources": template}], stacks=["orders-dev"], boundary=BOUNDARY)
    assert found.boundary is not None
    [allowed] = found.boundary["Statement"]
    assert allowed["Resource"] == [{"Fn::Sub": f"{here}/*"}]


def test_a_condition_without_patterns_on_what_aws_makes_up_is_told() -> None:
    condition = {
        "StringEquals": {
            "elasticfilesystem:AccessPointArn": {"Fn::GetAtt": ["Point", "Arn"]},
        }
    }
    statement = {
        "Effect": "Allow",
        "Action": "elasticfilesystem:ClientMount",
        "Resource": "*",
        "Condition": condition,
    }
    role = {
        "Policies": [{"PolicyName": "Mount", "PolicyDocument": {"Statement": [statement]}}],
        "PermissionsBoundary": BOUNDARY,
    }
    template = {
        "Point": {"Type": "AWS::EFS::AccessPoint", "Properties": {"FileSystemId": "fs-0a1b2c3d"}},
        "Role": {"Type": "AWS::IAM::Role", "Properties": role},
    }
    found = derive([{"Resources": template}], stacks=["orders-dev"], boundary=BOUNDARY)
    assert found.boundary is not None
    assert "Condition" not in found.boundary["Statement"][0]
    assert any("a condition refers to what is not known" in u.remedy for u in found.unknown)


def test_a_key_is_used_through_the_service_that_needs_it() -> None:
    key = {"KmsKeyId": "arn:aws:kms:eu-west-1:1:key/k"}
    made = {"Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": key}}
    found = derive([{"Resources": made}], stacks=["orders"])
    [use] = [s for s in found.statements if "kms:Decrypt" in s["Action"]]
    through = {"Fn::Sub": "secretsmanager.${AWS::Region}.${AWS::URLSuffix}"}
    assert use["Condition"] == {"StringEquals": {"kms:ViaService": through}}
    # Where the service is not known, the key can be used directly, too.
    made["Store"] = {"Type": "AWS::Redshift::Cluster", "Properties": key}
    found = derive([{"Resources": made}], stacks=["orders"])
    uses = [s for s in found.statements if "kms:GenerateDataKey" in str(s["Action"])]
    assert [("Condition" in use) for use in uses] == [False, True]


@pytest.mark.parametrize(
    "type_, properties, action, arns",
    [
        ("AWS::IAM::Role", {"Path": "/app/"}, "iam:DeleteRole", ["iam::{a}:role/app/orders-*"]),
        (
            "AWS::SSM::Parameter",
            {"Name": "/x/y"},
            "ssm:PutParameter",
            ["ssm:{r}:{a}:parameter/x/y"],
        ),
        (
            "AWS::SSM::Parameter",
            {"Name": "/x/y"},
            "ssm:GetParameters",
            ["ssm:{r}:{a}:parameter/x/y"],
        ),
        ("AWS::KMS::Alias", {"AliasName": "alias/x"}, "kms:DeleteAlias", ["kms:{r}:{a}:alias/x"]),
        ("AWS::S3::Bucket", {}, "s3:DeleteBucket", ["s3:::orders-*"]),
        (
            "AWS::Lambda::Function",
            {"Code": {"S3Bucket": "code", "S3Key": "x.zip"}, "Role": "arn:aws:iam::1:role/r"},
            "s3:GetObject",
            ["s3:::code/*"],
        ),
        ("AWS::EC2::EIP", {}, "ec2:ReleaseAddress", ["ec2:{r}:{a}:elastic-ip/*"]),
        (
            "AWS::ElasticLoadBalancingV2::LoadBalancer",
            {"Name": "web"},
            "elasticloadbalancing:DeleteLoadBalancer",
            ["elasticloadbalancing:{r}:{a}:loadbalancer/app/web/*"],
        ),
        (
            "AWS::ElasticLoadBalancingV2::TargetGroup",
            {"Name": "web"},
            "elasticloadbalancing:DeleteTargetGroup",
            ["elasticloadbalancing:{r}:{a}:targetgroup/web/*"],
        ),
        (
            "AWS::CodePipeline::Pipeline",
            {"Name": "deliver"},
            "codepipeline:DeletePipeline",
            ["codepipeline:{r}:{a}:deliver"],
        ),
    ],
)
def test_names(type_: str, properties: Any, action: str, arns: list[str]) -> None:
    template = {"Resources": {"It": {"Type": type_, "Properties": properties}}}
    found = derive([template], stacks=["orders-*"], boundary=BOUNDARY).actions[action]
    wanted = [
        "arn:${AWS::Partition}:"
        + arn.replace("{r}", "${AWS::Region}").replace("{a}", "${AWS::AccountId}")
        for arn in arns
    ]
    assert set(wanted) <= set(found)
    assert "*" not in found


def test_roles_of_others_are_passed_where_they_are_named() -> None:
    arn = "arn:aws:iam::111122223333:role/functions"
    function = {"Type": "AWS::Lambda::Function", "Properties": {"Role": arn}}
    found = derive([{"Resources": {"It": function}}], stacks=["orders-*"])
    assert found.actions["iam:PassRole"] == [arn]


@pytest.mark.parametrize(
    "name, action, arns",
    [
        # The name that the template gives, in the stack's pattern.
        ("events", "sqs:CreateQueue", ["sqs:{r}:{a}:orders-*", "sqs:{r}:{a}:orders-*-failed"]),
        (
            "events",
            "events:PutRule",
            ["events:{r}:{a}:rule/orders-*-bus/orders-*", "events:{r}:{a}:rule/orders-*"],
        ),
        ("events", "kms:ScheduleKeyDeletion", ["kms:{r}:{a}:key/*"]),
        ("events", "dynamodb:CreateTable", ["dynamodb:{r}:{a}:table/orders-*"]),
        ("static-site", "s3:PutBucketPolicy", ["s3:::orders-*"]),
        ("static-site", "route53:ChangeResourceRecordSets", ["route53:::hostedzone/*"]),
        ("static-site", "acm:DeleteCertificate", ["acm:{r}:{a}:certificate/*"]),
        ("vpc", "ec2:DeleteVpc", ["ec2:{r}:{a}:vpc/*"]),
        (
            "vpc",
            "logs:CreateLogGroup",
            ["logs:{r}:{a}:log-group:orders-*", "logs:{r}:{a}:log-group:orders-*:*"],
        ),
        (
            "fargate",
            "logs:DeleteLogGroup",
            ["logs:{r}:{a}:log-group:/ecs/orders-*", "logs:{r}:{a}:log-group:/ecs/orders-*:*"],
        ),
        # The cluster is another stack's: nobody knows its name here.
        ("fargate", "ecs:CreateService", ["ecs:{r}:{a}:service/*/orders-*-web"]),
        ("fargate", "ecs:RegisterTaskDefinition", ["ecs:{r}:{a}:task-definition/orders-*:*"]),
        ("fargate", "ssm:GetParameters", ["ssm:{r}:{a}:parameter/orders/api-key"]),
        (
            "fargate",
            "secretsmanager:GetSecretValue",
            ["secretsmanager:{r}:{a}:secret:orders/db-??????"],
        ),
        ("serverless", "lambda:CreateFunction", ["lambda:{r}:{a}:function:orders-*"]),
        (
            "serverless",
            "cloudformation:CreateChangeSet",
            ["cloudformation:{r}:aws:transform/Serverless-2016-10-31"],
        ),
    ],
)
def test_bounds(name: str, action: str, arns: list[str]) -> None:
    wanted = [
        "arn:${AWS::Partition}:"
        + arn.replace("{r}", "${AWS::Region}").replace("{a}", "${AWS::AccountId}")
        for arn in arns
    ]
    found = _other(name).actions[action]
    # A statement also has the ARNs of the type's other actions, on which this one does nothing.
    for arn in wanted:
        assert [other for other in found if fnmatchcase(arn, other)], found
    assert "*" not in found


def test_a_custom_resource_s_function_is_called_wherever_it_is() -> None:
    function = "arn:aws:lambda:eu-west-1:111122223333:function:migrate"
    assert _other("fargate").actions["lambda:InvokeFunction"] == [function]
    [arn, _] = _current().actions["lambda:InvokeFunction"]
    assert arn.endswith(":function:todobackend-dev-ecsTasks")


def test_names_that_rds_and_s3_write_in_lower_case() -> None:
    found = derive([STACK], stacks=["Sandbox"], boundary=BOUNDARY).actions
    assert all(":db:sandbox-*" in arn for arn in found["rds:DeleteDBInstance"] if ":db:" in arn)
    assert all("function:Sandbox-" in arn for arn in found["lambda:CreateFunction"])


def test_without_a_boundary_roles_are_made_without_one() -> None:
    found = derive([STACK], stacks=STACKS)
    assert "iam:CreateRole" in found.actions
    assert not any("Condition" in s for s in found.statements if "iam:CreateRole" in s["Action"])
    assert not any(statement["Effect"] == "Deny" for statement in found.statements)


def test_a_template_without_roles_has_no_boundary() -> None:
    template = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    found = derive([template], stacks=["orders"], boundary=BOUNDARY)
    assert found.boundary is None
    assert "iam:CreateRole" not in found.actions


def test_a_role_without_permissions_is_bounded_to_none() -> None:
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}}}
    found = derive([{"Resources": {"Role": role}}], stacks=["orders"], boundary=BOUNDARY)
    assert found.boundary is not None
    [statement] = found.boundary["Statement"]
    assert statement["Effect"] == "Deny"


@pytest.mark.parametrize("stacks", [[], ["*"], ["-x"], ["?*"]])
def test_a_pattern_that_binds_nothing_is_refused(stacks: list[str]) -> None:
    with pytest.raises(TemplateError, match="stack"):
        derive([STACK], stacks=stacks)


def test_too_many_stacks_for_a_role() -> None:
    with pytest.raises(TemplateError, match=r"IAM allows at most"):
        derive([STACK], stacks=[f"todobackend-{number}" for number in range(40)])


def test_why_an_action_is_needed() -> None:
    found = explain([STACK], "RDS:createdbinstance")
    assert [(n.resource, n.operation, n.source) for n in found] == [
        ("ApplicationDatabase", "create", "the schema of AWS::RDS::DBInstance")
    ]
    linked = explain([STACK], "iam:CreateServiceLinkedRole")
    assert "AWS::RDS::DBInstance" in [need.type for need in linked]
    assert explain([STACK], "s3:DeleteBucket") == []


def test_what_a_change_adds_and_removes() -> None:
    changed = json.loads(json.dumps(STACK))
    changed["Resources"]["Queue"] = {"Type": "AWS::SQS::Queue", "Properties": {}}
    del changed["Resources"]["ApplicationSecret"]
    new = derive([changed], stacks=STACKS, boundary=BOUNDARY)
    changes = {change.action: change for change in compare(_current(), new)}
    assert len(changes["sqs:CreateQueue"].added) == 2
    assert changes["secretsmanager:CreateSecret"].added == []
    assert len(changes["secretsmanager:CreateSecret"].removed) == 2
    assert {action.split(":")[0] for action in changes} == {"sqs", "secretsmanager", "kms"}
    assert compare(_current(), _current()) == []
