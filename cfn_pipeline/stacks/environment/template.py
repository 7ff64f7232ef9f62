"""What an application's stack needs first: deployment role, boundary, key and log bucket."""

from collections.abc import Mapping, Sequence
from typing import Any

from troposphere import GetAtt, Ref, Sub, Template
from troposphere.s3 import BucketPolicy

from cfn_pipeline.aws import name_forms
from cfn_pipeline.errors import ModelError
from cfn_pipeline.permissions.imports import imports
from cfn_pipeline.permissions.protection import ROLE_PATH
from cfn_pipeline.policies import keys
from cfn_pipeline.policies.buckets import deny_insecure_transport, let_load_balancers_log
from cfn_pipeline.policies.documents import document
from cfn_pipeline.resources.s3 import private_bucket
from cfn_pipeline.stacks import exports
from cfn_pipeline.stacks.arns import ARNS, Arns
from cfn_pipeline.stacks.environment import deployment
from cfn_pipeline.stacks.environment.deployment import (
    add_deployment_role,
    add_permissions_boundary,
)
from cfn_pipeline.stacks.environment.home import Home, add_home
from cfn_pipeline.stacks.environment.names import DEPLOYMENT_ROLE, role_name
from cfn_pipeline.stacks.key import KEY, add_key
from cfn_pipeline.stacks.stack import RETAIN, Stack
from cfn_pipeline.stacks.templates import AnyTemplate, contents

LOG_BUCKET = "LogBucket"

_LOG_DAYS = 365


def environment_template(
    stack: str,
    *,
    deploys: AnyTemplate | Sequence[AnyTemplate],
    boundary: bool = True,
    permissions: Sequence[str] = (),
    parameters: Mapping[str, str] | None = None,
    home: Home | None = None,
    arns: Arns = ARNS,
) -> Template:
    """Make what a stack needs first, which only this stack can use.

    The deployment role can deploy the templates to this stack and nothing else. Roles in the
    templates have a permissions boundary: what the templates give them now is the most that they
    can ever do. The key encrypts the stack's logs, secrets and database; load balancers write
    their access logs to the bucket. Both are there if the templates import them: the exports are
    ``<stack>-key`` and ``<stack>-log-bucket``. ::

        template = environment_template("orders-dev", deploys=Path("stack.yml").read_text())

    Args:
        stack: the stack's name.
        deploys: the templates that are deployed to it: troposphere's, mappings in long form, or
            text.
        boundary: whether the templates' roles have the boundary; False: there is none, and roles
            may have any permission.
        permissions: actions that the deployment role is allowed besides those derived, on every
            resource, for types that are not known; empty: none.
        parameters: values of the templates' parameters by which permissions are derived; absent:
            their defaults.
        home: where the pipeline is; absent: in the same account and region.
        arns: the form of ARNs; absent: for whichever partition the stack is deployed in.

    Raises:
        ModelError: a name with which the stack's functions cannot begin.
        TemplateError: a template with a resource type whose permissions are not known.

    """
    ModelError.raise_for(name_forms.APPLICATION_STACK.problems(stack, "environment"))
    templates = contents(deploys)
    needed = deployment.permissions(
        templates,
        [stack],
        export=exports.boundary(stack),
        boundary=boundary,
        more=permissions,
        values=parameters,
    )
    own = {exports.key(stack): GetAtt(KEY, "Arn").to_dict()}
    if home is not None and home.images is not None:
        own[exports.image_repository(stack)] = home.image_repository.to_dict()
    parts = {
        "key": (exports.key(stack), _add_key),
        "log bucket": (exports.log_bucket(stack), _add_log_bucket),
    }
    used = [
        part
        for part, (export, _) in parts.items()
        if any(imports(each, export, stack=stack, values=parameters) for each in templates)
    ]
    words = ["role", *(["boundary"] if needed.boundary is not None else []), *used]
    built = Stack(f"{_listed(words).capitalize()} of the stack {stack}", name=stack, arns=arns)
    for part in used:
        _, add = parts[part]
        add(built)
    add_deployment_role(
        built,
        [_with_own(policy, own) for policy in needed.policies],
        deploys=f"the stack {stack}",
        name=role_name(stack),
        path=ROLE_PATH,
    )
    if home is not None:
        add_home(built, home)
    built.output("DeploymentRole", f"ARN of {DEPLOYMENT_ROLE}", GetAtt(DEPLOYMENT_ROLE, "Arn"))
    if needed.boundary is not None:
        limit = _with_own(needed.boundary, own)
        add_permissions_boundary(built, limit, deploys=f"the stack {stack}")
    return built.template


def _listed(words: Sequence[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def _add_key(stack: Stack) -> None:
    name, arns = stack.name, stack.arns
    policy = document(
        keys.administer_key(arns.root(), sid="EnableIamPolicies"),
        keys.grant_to_services_only(),
        keys.let_logs_encrypt(
            arns.service("logs"),
            [
                arns.regional("logs", f"log-group:/{name}/*"),
                arns.regional("logs", f"log-group:/aws/lambda/{name}-*"),
            ],
        ),
    )
    add_key(
        stack,
        policy,
        description=f"Logs, secrets and database of the stack {name}",
        alias=name,
        output="ARN of the key",
        export=exports.key(name),
    )


def _add_log_bucket(stack: Stack) -> None:
    """Add a bucket whose name CloudFormation makes, for a stack's name may be too long for one."""
    arns = stack.arns
    stack.add(
        private_bucket(LOG_BUCKET, expire_after_days=_LOG_DAYS, **RETAIN),
        BucketPolicy(
            f"{LOG_BUCKET}Policy",
            Bucket=Ref(LOG_BUCKET),
            PolicyDocument=document(
                let_load_balancers_log(
                    Sub(f"${{{LOG_BUCKET}.Arn}}/*/AWSLogs/${{AWS::AccountId}}/*"),
                    source=arns.regional("elasticloadbalancing", "loadbalancer/*"),
                ),
                deny_insecure_transport(GetAtt(LOG_BUCKET, "Arn"), Sub(f"${{{LOG_BUCKET}.Arn}}/*")),
            ),
        ),
    )
    stack.output(
        LOG_BUCKET,
        "Name of the bucket for access logs",
        Ref(LOG_BUCKET),
        export=exports.log_bucket(stack.name),
    )


def _with_own(policy: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return a policy that refers to what it would import from this stack itself."""

    def changed(value: Any) -> Any:
        match value:
            case {"Fn::ImportValue": str(name)} if name in own:
                return own[name]
            case dict():
                return {key: changed(inside) for key, inside in value.items()}
            case list():
                return [changed(inside) for inside in value]
            case _:
                return value

    result: dict[str, Any] = changed(dict(policy))
    return result
