"""What an application's tasks reach outside of its own stack."""

import ipaddress
from collections.abc import Iterator
from dataclasses import KW_ONLY

from cfn_pipeline.aws import name_forms
from cfn_pipeline.aws.exposure import EVERYWHERE_IPV4
from cfn_pipeline.frozen import frozen
from cfn_pipeline.model.validated import Validated

_PROTOCOLS = ("tcp", "udp")
_GROUP = "sg-"


@frozen(kw_only=False)
class Egress(Validated):
    """A port that tasks may reach: ``Egress(587)``, ``Egress(6379, to="sg-0a1b2c3d")``.

    https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html

    Args:
        port: 1 to 65535.
        to: addresses, such as ``10.0.0.0/8``, or the id of a security group, whose own rules must
            let tasks in; absent: every address.
        protocol: tcp or udp.

    """

    port: int
    _: KW_ONLY
    to: str = EVERYWHERE_IPV4
    protocol: str = "tcp"

    @property
    def where(self) -> str:
        """How messages call it."""
        return f"Egress({self.port})"

    @property
    def is_to_group(self) -> bool:
        """Whether it is to the members of a security group."""
        return self.to.startswith(_GROUP)

    def problems(self) -> Iterator[str]:
        """Yield a port, an address or a protocol that EC2 refuses."""
        if not 1 <= self.port <= 65535:
            yield f"{self.where}: port must be 1 to 65535 (got {self.port})"
        if self.protocol not in _PROTOCOLS:
            yield f"{self.where}: protocol must be tcp or udp (got {self.protocol!r})"
        if self.is_to_group:
            yield from name_forms.SECURITY_GROUP.problems(self.to, self.where)
            return
        try:
            ipaddress.IPv4Network(self.to)
        except ValueError as error:
            yield (
                f"{self.where}: invalid addresses {self.to!r} in to ({error}); use a range such as "
                "'10.0.0.0/8', or the id of a security group"
            )
