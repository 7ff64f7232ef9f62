"""Editions are tables: from the types of aspects to builders; and passes over the template."""

import ast
import re
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from cfn_pipeline import (
    BOOK,
    CURRENT,
    Edition,
    EditionError,
    application_template,
    render,
    todobackend,
    todobackend_of_the_book,
)
from cfn_pipeline.model.aspects import Network
from cfn_pipeline.model.compute import Compute
from cfn_pipeline.stacks.application.stack import ApplicationStack

PACKAGE = Path(__file__).parents[2] / "cfn_pipeline"
BUILDERS = [
    path
    for room in ("model", "policies", "resources", "stacks", "files")
    for path in PACKAGE.glob(f"{room}/**/*.py")
]
EDITIONS = pytest.mark.parametrize("edition", [BOOK, CURRENT], ids=lambda edition: edition.name)


@dataclass(frozen=True, kw_only=True)
class Moon(Compute):
    """What no edition can run containers on."""


@EDITIONS
def test_an_aspect_without_a_builder_is_one_sentence(edition: Edition) -> None:
    with pytest.raises(EditionError) as caught:
        render(replace(todobackend, compute=Moon()), edition=edition)
    kinds = [kind.__name__ for kind in edition.parts if issubclass(kind, Compute)]
    assert "Ec2" in kinds
    assert str(caught.value) == f"the {edition.name} edition has no Moon; it has {', '.join(kinds)}"


def test_containers_of_2018_are_the_book_s() -> None:
    with pytest.raises(EditionError, match="current edition has no ContainerOf2018; it has Cont"):
        render(todobackend_of_the_book, edition=CURRENT)


@EDITIONS
def test_an_aspect_of_no_known_kind(edition: Edition) -> None:
    with pytest.raises(EditionError) as caught:
        edition.part(object())
    assert str(caught.value) == f"the {edition.name} edition has no object"


def test_the_application_s_template_can_be_made_by_itself() -> None:
    template = application_template(todobackend)
    assert template.to_dict() == CURRENT.application_template(todobackend).to_dict()
    assert "LifecycleHook" not in template.resources
    assert "LifecycleHook" in application_template(todobackend, edition=BOOK).resources


def test_a_builder_can_be_replaced() -> None:
    """One row of the table: the network of one's own, without changing anything else."""

    def no_network(stack: ApplicationStack, network: Network) -> None:
        """Add nothing: the network is in another stack."""

    edition = replace(CURRENT, parts={**CURRENT.parts, Network: no_network})
    template = application_template(todobackend, edition=edition)
    assert "VpcId" not in template.parameters
    assert "ApplicationService" in template.resources


def test_passes_reach_every_resource_of_their_type() -> None:
    resources = application_template(todobackend).to_dict()["Resources"].values()
    roles = [r["Properties"] for r in resources if r["Type"] == "AWS::IAM::Role"]
    groups = [r for r in resources if r["Type"] == "AWS::Logs::LogGroup"]
    assert len(roles) > 3
    assert len(groups) > 1
    assert all("PermissionsBoundary" in role for role in roles)
    assert all("KmsKeyId" in group["Properties"] for group in groups)
    assert {group["DeletionPolicy"] for group in groups} == {"Delete"}


@EDITIONS
def test_ec2_accepts_the_descriptions_of_security_groups(edition: Edition) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html."""
    resources = edition.application_template(edition.application).to_dict()["Resources"].values()
    properties = [r["Properties"] for r in resources if "::SecurityGroup" in r["Type"]]
    inline = [
        rule
        for group in properties
        for key in ("SecurityGroupIngress", "SecurityGroupEgress")
        for rule in group.get(key, [])
    ]
    descriptions = [d["Description"] for d in (*properties, *inline) if "Description" in d]
    assert [
        d for d in descriptions if not re.fullmatch(r"[\w .:/()#,@\[\]+=&;{}!$*-]{1,255}", d)
    ] == []
    assert descriptions or edition is BOOK


@pytest.mark.parametrize("path", BUILDERS, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_neither_model_nor_builders_know_of_editions(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        named = (
            getattr(node, "id", None) or getattr(node, "arg", None) or getattr(node, "attr", None)
        )
        assert "edition" not in str(named).lower(), ast.unparse(node)
