"""Prepare the accounts of a pipeline: deploy and create what it needs."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cfn_pipeline.analysis.system import Template
from cfn_pipeline.aws.cloudformation import CAPABILITIES
from cfn_pipeline.errors import RehearsalError
from cfn_pipeline.rehearsal.cloudformation.stacks import Request, Stacks, templates_bucket
from cfn_pipeline.rehearsal.local_aws.account import Account
from cfn_pipeline.rehearsal.local_aws.accounts import Accounts
from cfn_pipeline.rehearsal.local_aws.placeholders import (
    depends_on_account,
    placeholder,
    placeholder_export,
)
from cfn_pipeline.rehearsal.outcome import ActionFailed
from cfn_pipeline.rehearsal.pipeline import Pipeline, parse_pipeline
from cfn_pipeline.rehearsal.preparation.dependencies import Dependencies
from cfn_pipeline.rehearsal.preparation.evaluation import evaluation_of

_EXPORTS = "rehearsal-exports"
_PLACEHOLDER = "rehearsal"


@dataclass(frozen=True, kw_only=True)
class Preparation:
    """The preparation of the accounts of a pipeline.

    Args:
        accounts: of an emulator.
        dependencies: what is deployed.
        parameters: values of parameters of any template, by name.
        exports: values of exports that no template has.
        on_prepare: called with each step.
        notify: called with each notice.
        stop: set when the run is to stop.

    """

    accounts: Accounts
    dependencies: Dependencies
    parameters: Mapping[str, str]
    exports: Mapping[str, str]
    on_prepare: Callable[[str], None]
    notify: Callable[[str], None]
    stop: threading.Event

    def run(self) -> Pipeline:
        """Prepare the accounts, and return the pipeline.

        Raises:
            RehearsalError: a stack cannot be deployed.
            Stopped: the run is to stop.

        """
        home = self.accounts.home
        for place in self.dependencies.locations.all:
            account = self.accounts.at(*place)
            self._ensure_bucket(templates_bucket(account), account)
            self._create_secrets(account)
            for name in self.dependencies.parameters:
                self._ensure_parameter(name, account)
            self._deploy_exports(account)
        for template in self.dependencies.before:
            self._deploy(template)
        resource = self.dependencies.pipeline
        evaluation = evaluation_of(resource.template.content, resource.logical_id)
        text = json.dumps(evaluation.template, default=str)
        outputs = self._deploy_in(home, resource.template, text)
        for template in self.dependencies.after:
            self._deploy(template)
        properties = evaluation.properties(outputs)
        pipeline = parse_pipeline(properties, resource.logical_id, home.region)
        for region, store in pipeline.stores.items():
            if self._ensure_bucket(store["bucket"], self.accounts.at(region=region)):
                self.notify(
                    f"the bucket {store['bucket']} did not exist; it is created for artifacts"
                )
        return replace(pipeline, accounts=self.dependencies.locations.accounts)

    def _stacks(self, account: Account) -> Stacks:
        return Stacks(account, templates_bucket(account), self.stop)

    def _ensure_bucket(self, name: str, account: Account) -> bool:
        """Create a bucket if it does not exist; return whether it was created."""
        from botocore.exceptions import ClientError

        s3 = account.client("s3")
        try:
            s3.head_bucket(Bucket=name)
        except ClientError:
            location = {"LocationConstraint": account.region}
            is_default = account.region == "us-east-1"
            settings = {} if is_default else {"CreateBucketConfiguration": location}
            s3.create_bucket(Bucket=name, **settings)
            return True
        return False

    def _create_secrets(self, account: Account) -> None:
        from botocore.exceptions import ClientError

        for name, keys in self.dependencies.secrets.items():
            secrets = account.client("secretsmanager")
            text = json.dumps(dict.fromkeys(keys, _PLACEHOLDER)) if keys else _PLACEHOLDER
            try:
                secrets.describe_secret(SecretId=name)
            except ClientError:
                secrets.create_secret(Name=name.split(":")[-1], SecretString=text)
                self.notify(
                    f"secret {name}: a placeholder is used; set it with --secret {name}=TEXT"
                )

    def _ensure_parameter(self, name: str, account: Account) -> None:
        from botocore.exceptions import ClientError

        ssm = account.client("ssm")
        try:
            ssm.get_parameter(Name=name)
        except ClientError:
            ssm.put_parameter(Name=name, Value=_PLACEHOLDER, Type="String")
            self.notify(f"SSM parameter {name}: a placeholder is used")

    def _deploy_exports(self, account: Account) -> None:
        """Deploy a stack with the missing exports."""
        values = dict(self.exports)
        for name in self.dependencies.exports:
            if name not in values:
                values[name] = placeholder_export(name, account)
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
        self._deploy_stack(account, Request(stack=_EXPORTS, template=text), "the exports")

    def _deploy(self, template: Template) -> None:
        """Deploy a template's stack in each of its accounts and regions."""
        text = Path(template.file).read_text(encoding="utf-8")
        for place in self.dependencies.locations.of(template):
            self._deploy_in(self.accounts.at(*place), template, text)

    def _deploy_in(self, account: Account, template: Template, text: str) -> dict[str, str]:
        """Deploy a template's stack, and return its outputs."""
        stack = self._stack_name(template)
        values = self._values(template, account)
        request = Request(stack=stack, template=text, parameters=values, capabilities=CAPABILITIES)
        self._deploy_stack(account, request, template.file)
        return self._stacks(account).outputs(stack)

    def _deploy_stack(self, account: Account, request: Request, shown: str) -> None:
        home, where = self.accounts.home, ""
        if account.number != home.number:
            where += f", account {account.number}"
        if account.region != home.region:
            where += f", {account.region}"
        self.on_prepare(f"stack {request.stack} ({shown}{where})")
        try:
            self._stacks(account).deploy(request)
        except ActionFailed as error:
            raise RehearsalError(f"{shown} cannot be deployed: {error}") from error

    def _stack_name(self, template: Template) -> str:
        pipeline = self.dependencies.pipeline
        name = pipeline.properties.get("Name")
        if template is pipeline.template and isinstance(name, str):
            # Independent of the template's file name, so that another template can replace it.
            return f"{_stack_name(name)}-pipeline"
        path = Path(template.file)
        own = f"{name}-{path.stem}"
        # A pipeline that updates itself has all stacks of its folder called like those.
        is_updated = f"{name}-pipeline" in self.dependencies.stacks
        if own in self.dependencies.stacks or (is_updated and path.parent == self._folder):
            return own
        others = [*self.dependencies.before, *self.dependencies.after, pipeline.template]
        same = [t for t in others if t is not template and Path(t.file).stem == path.stem]
        stack = _stack_name(f"{path.absolute().parent.name}-{path.stem}" if same else path.stem)
        return f"{stack}-template" if stack in self.dependencies.stacks else stack

    @property
    def _folder(self) -> Path:
        return Path(self.dependencies.pipeline.template.file).parent

    def _values(self, template: Template, account: Account) -> dict[str, str]:
        values: dict[str, str] = {}
        keys = self.dependencies.locations.keys
        for name, declaration in template.section("Parameters").items():
            if name in self.parameters:
                values[name] = self.parameters[name]
            elif name in keys:
                values[name] = self._key(*keys[name])
            elif "Default" not in declaration:
                # Numbers and ARNs in another account are those of the pipeline.
                own = depends_on_account(declaration)
                value = placeholder(declaration, account if own else self.accounts.home)
                if value is None:
                    raise RehearsalError(_missing(template, name, declaration))
                values[name] = value
                self.notify(
                    f"{template.file}: parameter {name}: placeholder {value} is used; set it with "
                    f"--parameter {name}=VALUE"
                )
            if name in values and str(declaration.get("Type")).startswith("AWS::SSM::Parameter::V"):
                self._ensure_parameter(values[name], account)
        return values

    def _key(self, file: str, resource: str) -> str:
        """Return the ARN of a key that a template has made in another region."""
        [template] = [t for t in self.dependencies.before if t.file == file]
        [place, *_] = self.dependencies.locations.of(template)
        account = self.accounts.at(*place)
        key = self._stacks(account).physical_id(self._stack_name(template), resource)
        return f"arn:aws:kms:{account.region}:{account.number}:key/{key}"


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
