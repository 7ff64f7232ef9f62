"""The build context: a template that is being built, and what builders need to know for it."""

from typing import Any

from troposphere import AWSObject, Export, ImportValue, Output, Parameter, Ref, Template

from cfn_pipeline.model.shared import Shared
from cfn_pipeline.model.values import Value
from cfn_pipeline.stacks import exports
from cfn_pipeline.stacks.arns import ARNS, Arns

FORMAT_VERSION = "2010-09-09"

#: What becomes of a resource that is removed or replaced. What is retained is deleted all the
#: same when the deployment that created it fails, so that the next one can create it again.
RETAIN: dict[str, Any] = {
    "DeletionPolicy": "RetainExceptOnCreate",
    "UpdateReplacePolicy": "Retain",
}
SNAPSHOT: dict[str, Any] = {"DeletionPolicy": "Snapshot", "UpdateReplacePolicy": "Snapshot"}
DELETE: dict[str, Any] = {"DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete"}


class Stack:
    """A template, the name that its exports begin with, and the form of ARNs.

    ::

        stack = Stack("Key of orders", name="orders")
        stack.add(kms.Key("KmsKey", KeyPolicy=policy))
        stack.output("KmsKey", "ARN of the key", GetAtt("KmsKey", "Arn"), export="orders-key")
        stack.template.to_yaml()

    Args:
        description: the template's.
        name: of the application or pipeline.
        arns: the form of ARNs; absent: for whichever partition the stack is deployed in.
        shared: what it shares with others; absent: nothing.

    """

    def __init__(
        self, description: str, *, name: str, arns: Arns = ARNS, shared: Shared | None = None
    ) -> None:
        self.name = name
        self.arns = arns
        self.shared = shared
        self.template = Template(Description=description)
        self.template.set_version(FORMAT_VERSION)

    @property
    def key(self) -> Value:
        """The ARN of the key that encrypts the pipeline's data, from another stack."""
        shared = self.shared
        return ImportValue(exports.key(shared.name if shared and shared.key else self.name))

    def add(self, *resources: AWSObject) -> None:
        """Add resources, in the order in which they are read."""
        for resource in resources:
            self.template.add_resource(resource)

    def parameter(self, parameter: Parameter) -> Ref:
        """Add a parameter, unless the template has it; return a reference to it."""
        if parameter.title not in self.template.parameters:
            self.template.add_parameter(parameter)
        return Ref(parameter.title)

    def output(
        self, title: str, description: str, value: Value, *, export: str | None = None
    ) -> None:
        """Add an output, which other stacks can import where it has the name of an ``export``."""
        more = {} if export is None else {"Export": Export(export)}
        self.template.add_output(Output(title, Description=description, Value=value, **more))
