"""An edition: a table from the types of aspects to builders, passes, and data."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from functools import partial
from typing import Any, TypeVar

from troposphere import Template

from cfn_pipeline.errors import EditionError
from cfn_pipeline.files.configuration import Configuration
from cfn_pipeline.files.makefile import Place, Target
from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.model.application import Application
from cfn_pipeline.model.composition import aspects
from cfn_pipeline.model.environment import Environment
from cfn_pipeline.model.fleet import Fleet
from cfn_pipeline.model.own_stack import OwnStack
from cfn_pipeline.model.pipeline import Pipeline
from cfn_pipeline.model.shared import Shared
from cfn_pipeline.model.validated import Validated
from cfn_pipeline.stacks.application.stack import ApplicationStack, Part, Pass
from cfn_pipeline.stacks.arns import ARNS, Arns
from cfn_pipeline.stacks.exemptions import Exemptions, exempt
from cfn_pipeline.stacks.fleet.shared import DELIVERY_FILE, shared_delivery_template
from cfn_pipeline.stacks.fleet.templates import fleet_templates
from cfn_pipeline.stacks.own import capabilities

T = TypeVar("T")

#: The template of the application itself, of which each environment has a stack; an own one may
#: have another name.
APPLICATION_STACK = "stack.yml"


@frozen
class StackFile(Frozen):
    """A template of an edition and the stack that is deployed from it.

    Args:
        file: the template's file name; with ``{environment}``, for the environment's: one for each
            environment; with ``{region}``: one for each region other than the pipeline's.
        stack: the stack's name, with ``{application}`` for the application's, ``{region}`` in one
            for each region and, in one for each environment, ``{stack}`` for that of the
            environment's stack; absent: each environment has a stack, with the name that the
            application gives it.
        build: makes the template from the application and the templates that ``deploys`` names;
            in one for each environment or region, a keyword of this name gives it.
        deploys: the files of the templates that ``build`` needs, in long form, or what returns
            them; in one for each environment, with ``{environment}``.
        when: whether an application has it; absent: each has.
        capabilities: what ``aws cloudformation deploy`` must acknowledge, or what returns it.
        environment: whose template it is; absent: of none, or of each.
        environments: the environments that have one; absent: each.
        region: the other region of which it is the template; absent: of none, or of each.
        outputs: returns the parameters that outputs of other templates give: ``make deploy/``'s
            word for the template, and the output, by parameter; absent: there are none.
        home_parameters: returns the parameters of an environment's that say where the pipeline is;
            absent: there are none.

    """

    file: str
    stack: str | None = None
    build: Callable[..., Template]
    deploys: Sequence[str] | Callable[[Application], Sequence[str]] = ()
    capabilities: Sequence[str] | Callable[[Application], Sequence[str]] = ()
    when: Callable[[Application], bool] | None = None
    environment: Environment | None = None
    environments: Callable[[Application], Sequence[Environment]] | None = None
    region: str | None = None
    outputs: Callable[[Application], Mapping[str, tuple[str, str]]] | None = None
    home_parameters: Callable[[Application, Environment], Mapping[str, str]] | None = None

    def of(self, application: Application) -> Iterator["StackFile"]:
        """Yield the template, or one for each environment or other region of an application."""
        if self.when is not None and not self.when(application):
            return
        if "{region}" in self.file:
            yield from map(self._in_region, application.places.regions)
        elif "{environment}" in self.file:
            environments = application.environments
            if self.environments is not None:
                environments = self.environments(application)
            for environment in environments:
                yield self._in_environment(environment, application.stack_name(environment))
        else:
            yield self

    def _in_region(self, region: str) -> "StackFile":
        return replace(
            self,
            file=self.file.format(region=region),
            stack=None if self.stack is None else self.stack.replace("{region}", region),
            build=partial(self.build, region=region),
            region=region,
        )

    def _in_environment(self, environment: Environment, stack: str) -> "StackFile":
        return replace(
            self,
            file=self.file.format(environment=environment.name),
            stack=None if self.stack is None else self.stack.format(stack=stack),
            build=partial(self.build, environment=environment),
            deploys=self.deploys
            if callable(self.deploys)
            else [file.format(environment=environment.name) for file in self.deploys],
            environment=environment,
        )

    def needed(self, application: Application) -> Sequence[str]:
        """Return the files of the templates that ``build`` needs for an application."""
        return self.deploys(application) if callable(self.deploys) else self.deploys

    @property
    def target(self) -> str:
        """What ``make deploy/`` calls it."""
        return self.file.removesuffix(".yml")

    def stack_name(self, application: Application, environment: Environment | None = None) -> str:
        """Return the stack's name.

        Raises:
            EditionError: each environment has a stack, and ``environment`` is absent.

        """
        if self.stack is not None:
            return self.stack.format(application=application.name)
        if environment is None:
            raise EditionError(f"{self.file} has a stack for each environment; use an environment")
        return application.stack_name(environment)


@frozen
class Edition(Frozen):
    """One way to build the same system.

    Args:
        name: the value of ``--edition``, and the name of the folder in templates/.
        summary: one line about it.
        application: the default of what is rendered.
        arns: the form of ARNs in the application's stack.
        parts: the builder of each aspect of an application, by the aspect's type, in the order in
            which the template is read.
        passes: what changes the application's template when it is complete.
        capabilities: what deploying the application's template must acknowledge.
        delivery: the templates that deliver it, in the order in which their stacks are deployed.
        files: the other files, by name; one that is None is left out.
        configuration: makes the content of an environment's configuration file, from the
            application, the environment and the parameters of the application's template.
        own_stack: reads a template of one's own; None: the edition serves none.
        exemptions: what security checkers are told to skip, by logical id, where the application
            asks for suppressions.
        delivered: changes each template that delivers an application with a fleet; None: the
            edition has no fleets.
        shared: makes the templates of what applications share, by file name, in the order in
            which their stacks are deployed; None: the edition has none.
        shared_files: the other files of what they share, by name; one that is None is left out.

    """

    name: str
    summary: str
    application: Application
    arns: Arns = ARNS
    parts: Mapping[type, Part]
    passes: Sequence[Pass] = ()
    capabilities: Sequence[str]
    delivery: Sequence[StackFile]
    files: Mapping[str, Callable[[Application], str | None]]
    configuration: Callable[[Application, Environment, Mapping[str, Any]], Configuration]
    own_stack: Callable[[OwnStack], dict[str, Any]] | None = None
    exemptions: Exemptions = field(default_factory=dict)
    shared: Callable[[Shared], Mapping[str, Template]] | None = None
    delivered: Callable[[Template, Application], None] | None = None
    shared_files: Mapping[str, Callable[[Shared], str | None]] = field(default_factory=dict)

    @property
    def stacks(self) -> tuple[StackFile, ...]:
        """The templates of the edition's example, in the order in which stacks are deployed."""
        return self.stacks_of(self.application)

    def stacks_of(self, application: Application) -> tuple[StackFile, ...]:
        """Return an application's templates in the order in which their stacks are deployed."""
        last = StackFile(
            file=application.stack_file,
            build=self.application_template,
            capabilities=self.capabilities
            if application.stack is None
            else capabilities(self._own(application.stack)),
        )
        return tuple(stack for entry in (*self.delivery, last) for stack in entry.of(application))

    def stack(self, target: str) -> StackFile:
        """Return the template that ``make deploy/`` calls ``target``.

        Raises:
            EditionError: the edition has no such template.

        """
        for stack in self.stacks:
            if stack.target == target:
                return stack
        existing = ", ".join(stack.target for stack in self.stacks)
        raise EditionError(
            f"the {self.name} edition has no template {target!r}; its templates are {existing}"
        )

    def targets(self, application: Application) -> tuple[Target, ...]:
        """Return what ``make deploy/`` deploys of an application, in this order."""
        return tuple(
            _target(application, stack, environment)
            for stack in self.stacks_of(application)
            for environment in ([None] if stack.stack else application.environments)
        )

    def part(self, aspect: object) -> Part:
        """Return the builder of an aspect of an application.

        Raises:
            EditionError: the edition has none, with those of the same kind that it has.

        """
        part = self.parts.get(type(aspect))
        if part is None:
            kinds = {*type(aspect).__mro__} - {type(aspect), *Validated.__mro__}
            similar = [kind.__name__ for kind in self.parts if kinds & {*kind.__mro__}]
            what = f"the {self.name} edition has no {type(aspect).__name__}"
            raise EditionError(f"{what}; it has {', '.join(similar)}" if similar else what)
        return part

    def application_template(self, application: Application) -> Template:
        """Build the application's stack, aspect by aspect, then run the passes over it.

        Raises:
            EditionError: the edition has no builder of an aspect, or the application has a template
                of its own.

        """
        if application.stack is not None:
            raise EditionError(f"{application.where} has a template of its own; use that one")
        stack = ApplicationStack(application, part=self.part, arns=self.arns)
        places = list(self.parts)
        for aspect in aspects(application):
            self.part(aspect)
            stack.build_at(places.index(type(aspect)), aspect)
        stack.arrange()
        for change in self.passes:
            change(stack)
        return stack.template

    def templates(self, application: Application) -> dict[str, dict[str, Any]]:
        """Build every template of an application once; in long form, by file name."""
        stacks = {stack.file: stack for stack in self.stacks_of(application)}
        built: dict[str, dict[str, Any]] = {}
        if application.stack is not None:
            built[application.stack_file] = self._own(application.stack)

        def build(file: str) -> dict[str, Any]:
            if file not in built:
                needed = [
                    build(application.stack_file if name == APPLICATION_STACK else name)
                    for name in stacks[file].needed(application)
                ]
                template = stacks[file].build(application, *needed)
                exempt(template, self.exemptions, application.suppressions)
                if application.fleet is not None and file != application.stack_file:
                    self._deliver(template, application)
                built[file] = template.to_dict()
            return built[file]

        return {file: build(file) for file in stacks}

    def shared_templates(self, shared: Shared, fleet: Fleet | None = None) -> dict[str, Template]:
        """Build the templates of what applications share, by file name.

        Args:
            shared: what they share.
            fleet: whose pipeline deploys them, with a role of their own; absent: people do.

        Raises:
            EditionError: the edition has none.

        """
        if self.shared is None:
            raise EditionError(f"the {self.name} edition has nothing that is shared; remove shared")
        templates = dict(self.shared(shared))
        if fleet is None:
            return templates
        return {DELIVERY_FILE: shared_delivery_template(shared, fleet, templates), **templates}

    def shared_targets(
        self, shared: Shared, fleet: Fleet | None = None, *, place: Place | None = None
    ) -> tuple[Target, ...]:
        """Return what ``make deploy/`` deploys of what applications share, in this order.

        Args:
            shared: what they share.
            fleet: whose pipeline deploys it; absent: people do.
            place: where; absent: where the credentials are.

        Raises:
            EditionError: the edition has nothing that is shared.

        """
        return tuple(
            Target(
                name=target,
                file=file,
                stack=f"{shared.name}-{target}",
                capabilities=["CAPABILITY_NAMED_IAM"] if file == DELIVERY_FILE else (),
                place=Place() if place is None else place,
            )
            for file in self.shared_templates(shared, fleet)
            for target in [file.removesuffix(".yml")]
        )

    def fleet_templates(self, fleet: Fleet, **options: Any) -> dict[str, dict[str, Any]]:
        """Build the templates of a fleet itself, as ``stacks.fleet.templates`` does.

        Raises:
            EditionError: the edition has no fleets.

        """
        if self.delivered is None:
            raise EditionError(f"the {self.name} edition has no fleets; remove fleet")
        return fleet_templates(fleet, **options)

    def _deliver(self, template: Template, application: Application) -> None:
        if self.delivered is None:
            raise EditionError(f"the {self.name} edition has no fleets; remove fleet")
        self.delivered(template, application)

    def _own(self, stack: OwnStack) -> dict[str, Any]:
        if self.own_stack is None:
            raise EditionError(f"the {self.name} edition has no OwnStack")
        return self.own_stack(stack)


def _target(application: Application, stack: StackFile, environment: Environment | None) -> Target:
    capabilities = stack.capabilities
    placed = stack.environment if environment is None else environment
    region = stack.region or (None if placed is None else placed.region)
    return Target(
        name=stack.target if environment is None else environment.name,
        file=stack.file,
        stack=stack.stack_name(application, environment),
        capabilities=capabilities(application) if callable(capabilities) else capabilities,
        environment=environment,
        place=Place(
            name=None if placed is None else placed.name,
            account=(None if placed is None else placed.account) or application.account,
            region=region or application.region,
            profile=None if placed is None else placed.profile,
            is_home=placed is None and stack.region is None,
        ),
        outputs={} if stack.outputs is None else stack.outputs(application),
        home_parameters={}
        if stack.environment is None or stack.home_parameters is None
        else stack.home_parameters(application, stack.environment),
    )


def from_pipeline(
    describe: Callable[[Application], Pipeline], build: Callable[[Pipeline], T]
) -> Callable[[Application], T]:
    """Build a template from the pipeline that delivers an application."""
    return lambda application: build(describe(application))
