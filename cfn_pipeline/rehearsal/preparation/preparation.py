"""Prepare the account of a pipeline: deploy and create what it needs."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cfn_pipeline.analysis.system import Template
from cfn_pipeline.aws.cloudformation import CAPABILITIES
from cfn_pipeline.errors import RehearsalError
from cfn_pipeline.rehearsal.cloudformation.stacks import Request, Stacks
from cfn_pipeline.rehearsal.local_aws.account import Account
from cfn_pipeline.rehearsal.local_aws.placeholders import placeholder, placeholder_export
from cfn_pipeline.rehearsal.outcome import ActionFailed
from cfn_pipeline.rehearsal.pipeline import Pipeline, parse_pipeline
from cfn_pipeline.rehearsal.preparation.dependencies import Dependencies
from cfn_pipeline.rehearsal.preparation.evaluation import evaluation_of

_BUCKET = "rehearsal-templates"
_EXPORTS = "rehearsal-exports"
_PLACEHOLDER = "rehearsal"


@dataclass(frozen=True, kw_only=True)
class Preparation:
    """The preparation of an account.

    Args:
        account: of an emulator.
        dependencies: what is deployed.
        parameters: values of parameters of any template, by name.
        exports: values of exports that no template has.
        on_prepare: called with each step.
        notify: called with each notice.
        stop: set when the run is to stop.

    """

    account: Account
    dependencies: Dependencies
    parameters: Mapping[str, str]
    exports: Mapping[str, str]
    on_prepare: Callable[[str], None]
    notify: Callable[[str], None]
    stop: threading.Event

    def run(self) -> Pipeline:
        """Prepare the account, and return the pipeline.

        Raises:
            RehearsalError: a stack cannot be deployed.
            Stopped: the run is to stop.

        """
        self._ensure_bucket(_BUCKET)
        self._create_secrets()
        for name in self.dependencies.parameters:
            self._ensure_parameter(name)
        self._deploy_exports()
        for template in self.dependencies.before:
            self._deploy(template, Path(template.file).read_text(encoding="utf-8"))
        resource = self.dependencies.pipeline
        evaluation = evaluation_of(resource.template.content, resource.logical_id)
        outputs = self._deploy(resource.template, json.dumps(evaluation.template, default=str))
        for template in self.dependencies.after:
            self._deploy(template, Path(template.file).read_text(encoding="utf-8"))
        properties = evaluation.properties(outputs)
        pipeline = parse_pipeline(properties, resource.logical_id, self.account.region)
        if self._ensure_bucket(pipeline.bucket):
            self.notify(f"the bucket {pipeline.bucket} did not exist; it is created for artifacts")
        return pipeline

    @property
    def _stacks(self) -> Stacks:
        return Stacks(self.account, _BUCKET, self.stop)

    def _ensure_bucket(self, name: str) -> bool:
        """Create a bucket if it does not exist; return whether it was created."""
        from botocore.exceptions import ClientError

        s3 = self.account.client("s3")
        try:
            s3.head_bucket(Bucket=name)
        except ClientError:
            location = {"LocationConstraint": self.account.region}
            is_default = self.account.region == "us-east-1"
            settings = {} if is_default else {"CreateBucketConfiguration": location}
            s3.create_bucket(Bucket=name, **settings)
            return True
        return False

    def _create_secrets(self) -> None:
        from botocore.exceptions import ClientError

        for name, keys in self.dependencies.secrets.items():
            secrets = self.account.client("secretsmanager")
            text = json.dumps(dict.fromkeys(keys, _PLACEHOLDER)) if keys else _PLACEHOLDER
            try:
                secrets.describe_secret(SecretId=name)
            except ClientError:
                secrets.create_secret(Name=name.split(":")[-1], SecretString=text)
                self.notify(
                    f"secret {name}: a placeholder is used; set it with --secret {name}=TEXT"
                )

    def _ensure_parameter(self, name: str) -> None:
        from botocore.exceptions import ClientError

        ssm = self.account.client("ssm")
        try:
            ssm.get_parameter(Name=name)
        except ClientError:
            ssm.put_parameter(Name=name, Value=_PLACEHOLDER, Type="String")
            self.notify(f"SSM parameter {name}: a placeholder is used")

    def _deploy_exports(self) -> None:
        """Deploy a stack with the missing exports."""
        values = dict(self.exports)
        for name in self.dependencies.exports:
            if name not in values:
                values[name] = placeholder_export(name, self.account)
                self.notify(
                    f"export {name}: no template has it; placeholder {values[name]} is used; set "
                    "it with --export NAME=VALUE or --with TEMPLATE"
                )
        if not values:
            return
        outputs = {
            f"Export{number}": {"Value": value, "Export": {"Name": name}}
            for number, (name, value) in enumerate(sorted(values.items()), 1)
        }
        resources = {"Nothing": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}
        text = json.dumps({"Resources": resources, "Outputs": outputs})
        self._deploy_stack(Request(stack=_EXPORTS, template=text), "the exports")

    def _deploy(self, template: Template, text: str) -> dict[str, str]:
        """Deploy a template's stack, and return its outputs."""
        stack = self._stack_name(template)
        values = self._values(template)
        self._deploy_stack(
            Request(stack=stack, template=text, parameters=values, capabilities=CAPABILITIES),
            template.file,
        )
        return self._stacks.outputs(stack)

    def _deploy_stack(self, request: Request, shown: str) -> None:
        self.on_prepare(f"stack {request.stack} ({shown})")
        try:
            self._stacks.deploy(request)
        except ActionFailed as error:
            raise RehearsalError(f"{shown} cannot be deployed: {error}") from error

    def _stack_name(self, template: Template) -> str:
        pipeline = self.dependencies.pipeline
        name = pipeline.properties.get("Name")
        if template is pipeline.template and isinstance(name, str):
            # Independent of the template's file name, so that another template can replace it.
            return f"{_stack_name(name)}-pipeline"
        path = Path(template.file)
        others = [*self.dependencies.before, *self.dependencies.after, pipeline.template]
        same = [t for t in others if t is not template and Path(t.file).stem == path.stem]
        stack = _stack_name(f"{path.absolute().parent.name}-{path.stem}" if same else path.stem)
        return f"{stack}-template" if stack in self.dependencies.stacks else stack

    def _values(self, template: Template) -> dict[str, str]:
        values: dict[str, str] = {}
        for name, declaration in template.section("Parameters").items():
            if name in self.parameters:
                values[name] = self.parameters[name]
            elif "Default" not in declaration:
                value = placeholder(declaration, self.account)
                if value is None:
                    raise RehearsalError(_missing(template, name, declaration))
                values[name] = value
                self.notify(
                    f"{template.file}: parameter {name}: placeholder {value} is used; set it with "
                    f"--parameter {name}=VALUE"
                )
            if name in values and str(declaration.get("Type")).startswith("AWS::SSM::Parameter::V"):
                self._ensure_parameter(values[name])
        return values


def _stack_name(text: str) -> str:
    """Return a valid stack name."""
    name = "".join(c if c.isascii() and c.isalnum() else "-" for c in text).strip("-")
    return name if name[:1].isalpha() else f"stack-{name}"


def _missing(template: Template, name: str, declaration: Mapping[str, Any]) -> str:
    pattern = declaration.get("AllowedPattern")
    form = f" that matches {pattern}" if pattern else ""
    return (
        f"{template.file}: parameter {name} needs a value{form}; set it with "
        f"--parameter {name}=VALUE"
    )
