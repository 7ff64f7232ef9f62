"""The build context of the application's stack."""

from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

from troposphere import AWSObject, ImportValue, Parameter, Ref, Sub

from cfn_pipeline.model.application import Application
from cfn_pipeline.model.values import Value
from cfn_pipeline.stacks import exports
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.application.interfaces import Capacity
from cfn_pipeline.stacks.arns import ARNS, Arns
from cfn_pipeline.stacks.stack import Stack

T = TypeVar("T")


class ApplicationStack(Stack):
    """The stack of an application, built aspect by aspect.

    Aspects are built in the order in which they depend on each other. The template is read in
    the order of the ``places`` of their types.

    Args:
        application: what is deployed.
        part: returns the builder of an aspect.
        arns: the form of ARNs.

    """

    def __init__(
        self, application: Application, *, part: Callable[[Any], "Part"], arns: Arns = ARNS
    ) -> None:
        super().__init__(
            f"{application.display_name} Application", name=application.name, arns=arns
        )
        self.application = application
        self._part = part
        self._results: list[Any] = []
        self._places: dict[str, int] = {}
        self._place = 0

    @property
    def key(self) -> Value:
        """The ARN of the key that encrypts the stack's data, from the environment's stack."""
        return _from_environment(exports.key)

    @property
    def boundary(self) -> Value:
        """The ARN of the permissions boundary of the stack's roles, from the same."""
        return _from_environment(exports.boundary)

    @property
    def log_bucket(self) -> Value:
        """The name of the bucket for access logs, from the same."""
        return _from_environment(exports.log_bucket)

    @property
    def image(self) -> Value:
        """The application's image, of the version that the stack's parameter has."""
        by_digest = self.application.deploys_digests
        version = f"@${{{ids.IMAGE_DIGEST}}}" if by_digest else f":${{{ids.IMAGE_TAG}}}"
        if self.application.places.is_home_only:
            repository = self.application.image_repository_name
            return Sub(f"{self.arns.image_repository(repository)}{version}")
        return Sub(f"${{Images}}{version}", Images=_from_environment(exports.images))

    @property
    def image_repository(self) -> Value:
        """The ARN of the repository of the application's images."""
        if self.application.places.is_home_only:
            return self.arns.regional("ecr", f"repository/{self.application.image_repository_name}")
        return _from_environment(exports.image_repository)

    def build(self, aspect: Any) -> Any:
        """Build an aspect, or what one consists of, such as a container; return the result."""
        return self._part(aspect)(self, aspect)

    def build_at(self, place: int, aspect: Any) -> None:
        """Build an aspect at its place in the template, and keep what others must know of it."""
        self._place = place
        self._results.append(self.build(aspect))

    def all(self, kind: type[T]) -> list[T]:
        """Return what the aspects built so far have returned of a kind, such as Backend."""
        return [result for result in self._results if isinstance(result, kind)]

    @property
    def capacity(self) -> Capacity:
        """What compute has returned.

        Raises:
            LookupError: compute has not been built.

        """
        for capacity in self.all(Capacity):
            return capacity
        raise LookupError("a Capacity is needed; build compute first")

    def add(self, *resources: AWSObject) -> None:
        """Add resources at the place of the aspect that is being built."""
        super().add(*resources)
        self._places |= {str(resource.title): self._place for resource in resources}

    def parameter(self, parameter: Parameter) -> Ref:
        """Add a parameter at that place, unless the template has it; return a reference to it."""
        self._places.setdefault(str(parameter.title), self._place)
        return super().parameter(parameter)

    def arrange(self) -> None:
        """Put parameters and resources into the order in which they are read."""
        sections: tuple[dict[str, Any], ...] = (self.template.parameters, self.template.resources)
        for section in sections:
            arranged = sorted(section.items(), key=lambda entry: self._places[entry[0]])
            section.clear()
            section.update(arranged)


def _from_environment(export: Callable[[str], str]) -> Value:
    """Return what the environment's stack exports by the name of this one."""
    return ImportValue(Sub(export("${AWS::StackName}")))


#: Builds one aspect of an application into its stack; returns what others must know of it.
Part: TypeAlias = Callable[[ApplicationStack, Any], Any]

#: Changes a stack whose template is complete.
Pass: TypeAlias = Callable[[ApplicationStack], None]
