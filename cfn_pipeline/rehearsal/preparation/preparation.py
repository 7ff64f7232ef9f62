"""What is done before a pipeline runs: its account gets what the stacks need."""

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
from cfn_pipeline.rehearsal.local_aws.placeholders import invented, invented_export
from cfn_pipeline.rehearsal.outcome import ActionFailed
from cfn_pipeline.rehearsal.pipeline import Pipeline, pipeline_of
from cfn_pipeline.rehearsal.preparation.evaluation import question
from cfn_pipeline.rehearsal.preparation.surroundings import Surroundings

__all__ = ["Preparation"]

_BUCKET = "rehearsal-templates"
_EXPORTS = "rehearsal-exports"
_MADE_UP = "rehearsal"


@dataclass(frozen=True, kw_only=True)
class Preparation:
    """The account of a rehearsal, made ready.

    Args:
        account: a local one.
        surroundings: what is deployed.
        parameters: values of parameters, by name, whichever template has them.
        exports: values of exports that none of the templates has.
        prepares: told what is done.
        notice: takes what is to be said loudly.
        stop: set when the run is to stop.

    """

    account: Account
    surroundings: Surroundings
    parameters: Mapping[str, str]
    exports: Mapping[str, str]
    prepares: Callable[[str], None]
    notice: Callable[[str], None]
    stop: threading.Event

    def pipeline(self) -> Pipeline:
        """Deploy what the pipeline needs, and return the pipeline.

        Raises:
            RehearsalError: something cannot be deployed.
            Stopped: the run is to stop.

        """
        self._make_bucket(_BUCKET)
        self._seed_secrets()
        self._seed_parameters()
        self._export()
        for template in self.surroundings.before:
            self._deploy(template, Path(template.file).read_text(encoding="utf-8"))
        resource = self.surroundings.pipeline
        asked = question(resource.template.content, resource.logical_id)
        outputs = self._deploy(resource.template, json.dumps(asked.template, default=str))
        for template in self.surroundings.after:
            self._deploy(template, Path(template.file).read_text(encoding="utf-8"))
        properties = asked.answer(outputs)
        pipeline = pipeline_of(properties, resource.logical_id, self.account.region)
        if self._make_bucket(pipeline.bucket):
            self.notice(f"there was no bucket {pipeline.bucket} for artifacts; it was made")
        return pipeline

    @property
    def _stacks(self) -> Stacks:
        return Stacks(self.account, _BUCKET, self.stop)

    def _make_bucket(self, name: str) -> bool:
        from botocore.exceptions import ClientError

        s3 = self.account.client("s3")
        try:
            s3.head_bucket(Bucket=name)
        except ClientError:
            where = {"LocationConstraint": self.account.region}
            other = self.account.region != "us-east-1"
            s3.create_bucket(Bucket=name, **({"CreateBucketConfiguration": where} if other else {}))
            return True
        return False

    def _seed_secrets(self) -> None:
        from botocore.exceptions import ClientError

        for name, keys in self.surroundings.secrets.items():
            secrets = self.account.client("secretsmanager")
            text = json.dumps(dict.fromkeys(keys, _MADE_UP)) if keys else _MADE_UP
            try:
                secrets.describe_secret(SecretId=name)
            except ClientError:
                secrets.create_secret(Name=name.split(":")[-1], SecretString=text)
                self.notice(f"the secret {name} is made up")

    def _seed_parameters(self) -> None:
        for name in self.surroundings.parameters:
            self._seed_parameter(name)

    def _seed_parameter(self, name: str) -> None:
        from botocore.exceptions import ClientError

        ssm = self.account.client("ssm")
        try:
            ssm.get_parameter(Name=name)
        except ClientError:
            ssm.put_parameter(Name=name, Value=_MADE_UP, Type="String")
            self.notice(f"the parameter {name} of SSM's store is made up")

    def _export(self) -> None:
        """Deploy a stack with the exports that no template has."""
        values = dict(self.exports)
        for name in self.surroundings.exports:
            if name not in values:
                values[name] = invented_export(name, self.account)
                self.notice(
                    f"no template has the export {name}; it is made up as {values[name]} "
                    "(--export NAME=VALUE or --with TEMPLATE say otherwise)"
                )
        if not values:
            return
        outputs = {
            f"Export{number}": {"Value": value, "Export": {"Name": name}}
            for number, (name, value) in enumerate(sorted(values.items()), 1)
        }
        resources = {"Nothing": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}
        text = json.dumps({"Resources": resources, "Outputs": outputs})
        self._stack(Request(stack=_EXPORTS, template=text), "the exports")

    def _deploy(self, template: Template, text: str) -> dict[str, str]:
        """Deploy a template's stack, and return its outputs."""
        stack = self._stack_name(template)
        values = self._values(template)
        self._stack(
            Request(stack=stack, template=text, parameters=values, capabilities=CAPABILITIES),
            template.file,
        )
        return self._stacks.outputs(stack)

    def _stack(self, request: Request, shown: str) -> None:
        self.prepares(f"stack {request.stack} ({shown})")
        try:
            self._stacks.deploy(request)
        except ActionFailed as error:
            raise RehearsalError(f"{shown} cannot be deployed here: {error}") from error

    def _stack_name(self, template: Template) -> str:
        pipeline = self.surroundings.pipeline
        name = pipeline.properties.get("Name")
        if template is pipeline.template and isinstance(name, str):
            # The same whatever the template is called, so that another can take its place.
            return f"{_plain(name)}-pipeline"
        path = Path(template.file)
        others = [*self.surroundings.before, *self.surroundings.after, pipeline.template]
        same = [t for t in others if t is not template and Path(t.file).stem == path.stem]
        stack = _plain(f"{path.absolute().parent.name}-{path.stem}" if same else path.stem)
        return f"{stack}-template" if stack in self.surroundings.stacks else stack

    def _values(self, template: Template) -> dict[str, str]:
        values: dict[str, str] = {}
        for name, declared in template.section("Parameters").items():
            if name in self.parameters:
                values[name] = self.parameters[name]
            elif "Default" not in declared:
                value = invented(declared, self.account)
                if value is None:
                    raise RehearsalError(_lacking(template, name, declared))
                values[name] = value
                self.notice(f"{template.file}: the parameter {name} is made up: {value}")
            if name in values and str(declared.get("Type")).startswith("AWS::SSM::Parameter::V"):
                self._seed_parameter(values[name])
        return values


def _plain(text: str) -> str:
    """Return a name that a stack may have."""
    name = "".join(c if c.isascii() and c.isalnum() else "-" for c in text).strip("-")
    return name if name[:1].isalpha() else f"stack-{name}"


def _lacking(template: Template, name: str, declared: Mapping[str, Any]) -> str:
    pattern = declared.get("AllowedPattern")
    form = f" that matches {pattern}" if pattern else ""
    return (
        f"{template.file}: nothing sets the parameter {name}; give a value{form} with "
        f"--parameter {name}=VALUE"
    )
