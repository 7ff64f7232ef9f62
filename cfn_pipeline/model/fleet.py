"""The pipeline of pipelines: it keeps the delivery stacks of a configuration file up to date."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field

from cfn_pipeline.aws import name_forms
from cfn_pipeline.frozen import frozen
from cfn_pipeline.model.repositories import FileSource
from cfn_pipeline.model.sources import ConnectedSource
from cfn_pipeline.model.validated import Validated

_VERSION = re.compile(r"[0-9]+(\.[0-9]+)*((a|b|rc|\.post|\.dev)[0-9]+)*")
_PACKAGE = re.compile(r"[^-'\s\x00-\x1f][^'\x00-\x1f]*")
_SERVICE = re.compile("[a-z0-9-]+")

#: Services in which IAM itself is changed: the boundary allows of these what it names.
_IDENTITY = ("iam", "sts", "organizations", "account", "sso", "sso-directory", "identitystore")


@frozen
class Fleet(Validated):
    """One more pipeline, which delivers the pipelines of all applications of a file.

    At each push it renders the file in a build, checks it, shows what changes, and updates the
    stacks that deliver each application. It is rendered into a folder with its name. ::

        Fleet(name="platform", source=Repository("acme/platform"), connection=arn)

    Args:
        name: of the pipeline; begins the names of its stacks.
        source: where the configuration file and the rendered folders are.
        connection: the ARN of the connection for this source and those of the applications, unless
            ``parameters`` says otherwise; absent: the source needs none.
        approval: whether a person approves what changes before it is deployed; the pipeline does
            not ask where nothing changes.
        version: the release of cfn-pipeline with which it renders; absent: the one that renders the
            pipeline.
        package: what pip installs in place of a release of the package index, with the extra
            ``deploy``: a wheel in the repository, ``./cfn_pipeline-1.2-py3-none-any.whl[deploy]``,
            or an address with one commit. Absent: that release.
        parameters: values of the delivery stacks' parameters by name, such as
            ``NotificationEmail``; ``orders/NotificationEmail`` is for one application. Empty: their
            defaults.
        services: services, by IAM's names, of which roles of applications may use anything,
            besides those that cfn-pipeline itself knows; empty: none.
        account: the AWS account of the pipeline, and of all pipelines that it delivers; absent:
            that in which its stacks are deployed.
        region: its region, likewise.

    """

    name: str
    source: FileSource
    connection: str | None = None
    approval: bool = False
    version: str | None = None
    package: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    services: Sequence[str] = ()
    account: str | None = None
    region: str | None = None

    @property
    def where(self) -> str:
        """How messages call it."""
        return f"fleet {self.name!r}"

    @property
    def boundary_name(self) -> str:
        """The name of the policy that bounds all of its roles, and all that these make."""
        return f"{self.name}-boundary"

    @property
    def deployment_role_name(self) -> str:
        """The name of the role that deploys its own stacks, and the roles of applications."""
        return f"{self.name}-deployment"

    @property
    def action_role_name(self) -> str:
        """The name of the role that it assumes in another account to change stacks there."""
        return f"{self.name}-action"

    @property
    def reading_role_name(self) -> str:
        """The name of the role that its build assumes there to read deployed templates."""
        return f"{self.name}-build-action"

    @property
    def is_connected(self) -> bool:
        """Whether a connection reaches its source."""
        source = self.source.action(name="Source", output="Configuration")
        return isinstance(source, ConnectedSource)

    def value(self, application: str, parameter: str) -> str | None:
        """Return the value of a parameter of an application's stacks; None: none is given."""
        values = self.parameters
        found = values.get(f"{application}/{parameter}", values.get(parameter))
        return self.connection if found is None and parameter == "ConnectionArn" else found

    def problems(self) -> Iterator[str]:
        """Yield names that AWS refuses, and a version that is not one."""
        yield from name_forms.APPLICATION.problems(self.name, self.where)
        yield from name_forms.arn_problems(self.connection, "connection", self.where)
        yield from name_forms.ACCOUNT.problems(self.account, self.where)
        yield from name_forms.REGION.problems(self.region, self.where)
        if self.version is not None and not _VERSION.fullmatch(self.version):
            yield (
                f"{self.where}: invalid version {self.version!r}: use one release, such as '1.2.0'"
            )
        if self.package is not None and not _PACKAGE.fullmatch(self.package):
            yield (
                f"{self.where}: invalid package {self.package!r}: use what pip installs, without "
                "quotes and line breaks"
            )
        if self.package is not None and self.version is not None:
            yield f"{self.where}: version and package are both set; remove one"
        if self.is_connected and self.connection is None:
            yield (
                f"{self.where}: connection is required with the source {self.source.title!r}; use "
                "the ARN of a connection"
            )
        for name in self.parameters:
            yield from name_forms.PARAMETER.problems(name.rpartition("/")[2], self.where)
        for service in self.services:
            if not _SERVICE.fullmatch(service) or service in _IDENTITY:
                yield (
                    f"{self.where}: invalid service {service!r}: use the prefix of its actions, "
                    "such as 'dynamodb', but none that changes identities"
                )


def fleet_problems(
    where: str,
    fleet: Fleet,
    *,
    name: str,
    account: str | None,
    region: str | None,
    accounts: Sequence[str],
    stacks: Sequence[str],
    is_unbounded: bool,
) -> Iterator[str]:
    """Yield why a fleet's pipeline cannot deliver an application.

    Args:
        where: how messages call the application.
        fleet: the fleet.
        name: the application's.
        account: of its pipeline.
        region: of its pipeline.
        accounts: others, in which it has environments.
        stacks: the names of its environments' stacks.
        is_unbounded: whether roles of its own template have no boundary.

    """
    if is_unbounded:
        yield (
            f"{where}: roles of its template have no boundary, and {fleet.where} makes no role "
            "without one; remove boundary from stack"
        )
    if name == fleet.name:
        yield f"{where}: its name is also the name of {fleet.where}; use another name"
    roles = (fleet.action_role_name, fleet.reading_role_name, fleet.deployment_role_name)
    for stack in stacks:
        for role in roles:
            if role in (f"{stack}-action", f"{stack}-deployment"):
                yield (
                    f"{where}: the stack name {stack!r} gives a role the name {role!r}, which is "
                    f"that of a role of {fleet.where}; use another stack="
                )
    if accounts and None in (fleet.account, fleet.region):
        yield (
            f"{where}: environments are in other accounts ({', '.join(accounts)}), whose roles "
            f"name the account and region of {fleet.where}; add account and region to both"
        )
    for what, own, other in (
        ("account", account, fleet.account),
        ("region", region, fleet.region),
    ):
        if own != other:
            yield (
                f"{where}: {what} is {own or 'absent'}, and {fleet.where} has {other or 'none'}; "
                f"use the same {what}, or a configuration file with a fleet of its own"
            )
