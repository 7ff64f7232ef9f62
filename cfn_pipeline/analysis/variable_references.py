"""Where actions use variables: ``#{namespace.name}``."""

from collections.abc import Iterator
from typing import NamedTuple

from cfn_pipeline.analysis.nodes import Node
from cfn_pipeline.analysis.partial_text import readable
from cfn_pipeline.analysis.pipelines import Action, Pipeline
from cfn_pipeline.aws.pipelines import VARIABLE


class VariableReference(NamedTuple):
    """A reference to a variable."""

    action: Action
    node: Node
    namespace: str
    name: str

    @property
    def shown(self) -> str:
        """The reference, as messages show it."""
        return f"#{{{readable(self.namespace)}.{readable(self.name)}}}"


def variable_references(pipeline: Pipeline) -> Iterator[VariableReference]:
    """Yield the references in settings, environment variables and commands."""
    for action in pipeline.actions:
        places = list(action.configuration.fields().values())
        for entry in action.node.at("EnvironmentVariables").items():
            places.append(entry.at("Value"))
        places += action.node.at("Commands").items()
        for node in places:
            for match in VARIABLE.finditer(node.text or ""):
                yield VariableReference(action=action, node=node, namespace=match[1], name=match[2])
