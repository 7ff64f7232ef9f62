"""In which accounts and regions the templates around a pipeline are deployed."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from cfn_pipeline.analysis.deployments import deployments
from cfn_pipeline.analysis.nodes import properties_of
from cfn_pipeline.analysis.partial_text import is_known
from cfn_pipeline.analysis.pipelines import Pipeline, pipelines
from cfn_pipeline.analysis.reading import read_files, template_files
from cfn_pipeline.analysis.resolving import exporters, resource_behind
from cfn_pipeline.analysis.scenarios import Scenario
from cfn_pipeline.analysis.system import Place, Resource, System, Template
from cfn_pipeline.errors import TemplateError
from cfn_pipeline.evaluation.acting import deployment_role, role_of
from cfn_pipeline.evaluation.places import account_in, place_of
from cfn_pipeline.evaluation.policies import policy_of
from cfn_pipeline.evaluation.stores import Store, stores
from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.rehearsal.preparation.lookups import nodes

#: What bounds a role.
_POLICY = "AWS::IAM::ManagedPolicy"


class Location(NamedTuple):
    """An account and a region; None: those of the pipeline."""

    number: str | None = None
    region: str | None = None


@frozen
class Locations(Frozen):
    """Where templates are deployed.

    Args:
        of_file: the locations of each template that is also, or only, deployed elsewhere.
        of_actions: those in which actions work.
        keys: parameters of the pipeline's template that are keys of other regions: the template
            and the logical id of the key.

    """

    of_file: Mapping[str, Sequence[Location]]
    of_actions: Sequence[Location]
    keys: Mapping[str, tuple[str, str]]

    def of(self, template: Template) -> Sequence[Location]:
        """Return where a template is deployed."""
        return self.of_file.get(template.file, [Location()])

    @property
    def accounts(self) -> list[str]:
        """The numbers of the other accounts in which templates are deployed."""
        every = [place for places in self.of_file.values() for place in places]
        return sorted({place.number for place in every if place.number is not None})

    @property
    def all(self) -> list[Location]:
        """All of them; the first is that of the pipeline."""
        every = [place for places in self.of_file.values() for place in places]
        return list(dict.fromkeys([Location(), *self.of_actions, *every]))


def locations_of(system: System, pipeline: Resource) -> Locations:
    """Return where the templates around a pipeline are deployed.

    Roles are where the pipeline names them, with what bounds them, buckets in the regions of its
    stores, and exports where an action deploys what imports them.
    """
    of_file: dict[str, dict[Location, None]] = {}
    of_actions: dict[Location, None] = {}
    keys: dict[str, tuple[str, str]] = {}
    for each in pipelines(system):
        if each.resource is not pipeline:
            continue
        for resource in _named(each):
            if resource.template.place is not None:
                place = _location(resource.template.place)
                of_file.setdefault(resource.template.file, {})[place] = None
        for policy in _bounding(each):
            there = policy.template.place
            place = Location() if there is None else _location(there)
            of_file.setdefault(policy.template.file, {})[place] = None
        of_actions |= dict.fromkeys(_of_actions(each))
        keys |= dict(_keys(each))
        for file, place in _exporting(each):
            of_file.setdefault(file, {})[place] = None
    return Locations(
        of_file={file: list(places) for file, places in of_file.items()},
        of_actions=list(of_actions),
        keys=keys,
    )


def _location(place: Place) -> Location:
    return Location(
        place.account if place.account.isdecimal() else None,
        place.region if is_known(place.region) else None,
    )


def _of_actions(pipeline: Pipeline) -> Iterator[Location]:
    for action in pipeline.actions:
        place = place_of(action, pipeline)
        if place is not None:
            yield _location(place)


def _named(pipeline: Pipeline) -> Iterator[Resource]:
    for action in pipeline.actions:
        for role in (role_of(action, pipeline), deployment_role(action, pipeline)):
            if role is not None:
                yield role
    for store in stores(pipeline):
        if store.bucket is not None:
            yield store.bucket


def _bounding(pipeline: Pipeline) -> Iterator[Resource]:
    """Yield the policies that bound the roles which a pipeline names."""
    system = pipeline.system
    for role in _named(pipeline):
        bound = properties_of(role, system).at("PermissionsBoundary")
        policy = resource_behind(bound.value, bound.template, system, _POLICY)
        if policy is not None:
            yield policy


def _keys(pipeline: Pipeline) -> Iterator[tuple[str, tuple[str, str]]]:
    for store in stores(pipeline):
        key, name = store.key, _parameter(store)
        if key is not None and name is not None:
            yield name, (key.template.file, key.logical_id)


def _parameter(store: Store) -> str | None:
    """Return the name of the parameter that is the key of a store."""
    node = store.node.at("EncryptionKey").at("Id")
    match node.value:
        case {"Ref": str(name)} if name in node.template.section("Parameters"):
            return name
        case _:
            return None


def _exporting(pipeline: Pipeline) -> Iterator[tuple[str, Location]]:
    """Yield the templates whose exports are imported where an action deploys, with the place."""
    system = pipeline.system
    for deployment in deployments(pipeline):
        place, template = place_of(deployment.action, pipeline), deployment.template
        stack = deployment.action.setting("StackName").text
        if place is None or template is None:
            continue
        there = [t for t in system.templates_at(place) if t.content == template.content]
        scenario = Scenario({}, {"AWS::StackName": stack if is_known(stack) else None})
        waiting = [(each, scenario) for each in there]
        seen: set[str] = set()
        while waiting:
            importing, known = waiting.pop()
            for value in nodes(importing.content):
                if not isinstance(value, dict) or "Fn::ImportValue" not in value:
                    continue
                exported = exporters(value["Fn::ImportValue"], importing, system, known)
                if len(exported) == 1 and exported[0][0].file not in seen:
                    [(exporter, _)] = exported
                    seen.add(exporter.file)
                    yield exporter.file, _location(place)
                    waiting.append((exporter, Scenario({})))


def home_account(template: Resource, others: Sequence[Path]) -> str | None:
    """Return the account that the roles of other accounts trust; None: it is not known.

    Args:
        template: the pipeline, whose actions name the roles. Templates in its folder count.
        others: the files of further templates.

    """
    alone = pipelines(System(templates=[template.template]))
    if not any(action.node.at("RoleArn").is_there for each in alone for action in each.actions):
        return None
    beside = [
        path
        for path in template_files(Path(template.template.file).parent)
        if path.resolve() != Path(template.template.file).resolve()
    ]
    templates = [t for path in (*others, *beside) for t in _read(path)]
    system = System(templates=[template.template, *templates])
    found: set[str] = set()
    for pipeline in pipelines(system):
        for action in pipeline.actions if pipeline.resource is template else ():
            role = role_of(action, pipeline)
            if role is None or role.template.place is None:
                continue
            trust = policy_of(properties_of(role, system).at("AssumeRolePolicyDocument"))
            for statement in trust.statements:
                names = (statement.principals and statement.principals.of_type) or {}
                for text in names.get("AWS") or ():
                    account = text if text.isdecimal() else account_in(text) or ""
                    if account.isdecimal() and account != role.template.place.account:
                        found.add(account)
    return found.pop() if len(found) == 1 else None


def _read(path: Path) -> Sequence[Template]:
    try:
        return read_files([path], {}).templates
    except TemplateError:
        return []  # not a template; it was not asked for
