"""What is opened or closed: security group rules, listeners, and what makes resources public."""

import ipaddress
from collections.abc import Container, Iterator, Sequence
from typing import NamedTuple

from cfn_pipeline.aws.exposure import EVERYWHERE, EVERYWHERE_IPV4
from cfn_pipeline.diff.difference import Change
from cfn_pipeline.diff.matching import Pair, Side
from cfn_pipeline.diff.public import public_changes
from cfn_pipeline.diff.texts import Form, replaced, text

_GROUP = "AWS::EC2::SecurityGroup"
_RULES = {
    "AWS::EC2::SecurityGroupIngress": "ingress",
    "AWS::EC2::SecurityGroupEgress": "egress",
}
_LISTENER = "AWS::ElasticLoadBalancingV2::Listener"

#: The keys of a rule's other side, each with the words for it.
_PEERS = {
    "CidrIp": "{}",
    "CidrIpv6": "{}",
    "SourceSecurityGroupId": "security group {}",
    "SourceSecurityGroupName": "security group {}",
    "DestinationSecurityGroupId": "security group {}",
    "SourcePrefixListId": "prefix list {}",
    "DestinationPrefixListId": "prefix list {}",
}
_ALL = "-1"


class Rule(NamedTuple):
    """A rule of a security group.

    Args:
        group: the security group, as text.
        direction: ingress or egress.
        protocol: such as ``tcp``; ``-1``: all.
        ports: the first and the last; None: all, or not known.
        peer: a CIDR, or a group in words.
        guard: the condition under which it is there; empty: always.

    """

    group: str
    direction: str
    protocol: str
    ports: tuple[str, str] | None
    peer: str
    guard: str = ""

    @property
    def is_public(self) -> bool:
        """Whether it lets in the whole internet."""
        return self.direction == "ingress" and self.peer in EVERYWHERE

    def covers(self, other: "Rule") -> bool:
        """Whether it allows all that another rule does."""
        return (
            (self.group, self.direction) == (other.group, other.direction)
            and self.guard in ("", other.guard)
            and self.protocol in (_ALL, other.protocol)
            and _within(other.ports, self.ports)
            and _is_part(other.peer, self.peer)
        )

    @property
    def words(self) -> str:
        """The rule in words."""
        ports = ""
        if self.ports is not None:
            first, last = self.ports
            ports = f" {first}" if first == last else f" {first} to {last}"
        protocol = "everything" if self.protocol == _ALL else f"{self.protocol}{ports}"
        peer = f"{self.peer} (everywhere)" if self.peer in EVERYWHERE else self.peer
        when = f", if {self.guard}" if self.guard else ""
        way = "from" if self.direction == "ingress" else "to"
        return f"{self.direction} of {protocol} {way} {peer}{when}"


def network_changes(pairs: Sequence[Pair]) -> list[Change]:
    """Return what is opened or closed."""
    names = {p.before.name: p.after.name for p in pairs if p.before and p.after}
    stays = {p.after.name for p in pairs if p.before and p.after}
    old = [rule for p in pairs if p.before for rule in _rules(p.before, names, stays)]
    new = [rule for p in pairs if p.after for rule in _rules(p.after, {}, stays)]
    return [
        *_rule_changes(old, new),
        *(change for pair in pairs for change in _listener_changes(pair)),
        *(change for pair in pairs for change in public_changes(pair)),
    ]


def _rule_changes(old: Sequence[Rule], new: Sequence[Rule]) -> Iterator[Change]:
    for rule in dict.fromkeys(new):
        if not any(other.covers(rule) for other in old):
            alarm = "open to the internet" if rule.is_public else ""
            yield Change(
                sign="+",
                subject=rule.group,
                text=f"opens {rule.words}",
                effect="broadening",
                alarm=f"{alarm}: {rule.words}" if alarm else "",
            )
    for rule in dict.fromkeys(old):
        if not any(other.covers(rule) for other in new):
            yield Change(
                sign="-", subject=rule.group, text=f"closes {rule.words}", effect="narrowing"
            )


def _rules(side: Side, names: dict[str, str], stays: Container[str]) -> Iterator[Rule]:
    properties = replaced(side.properties, lambda name: names.get(name, name))
    guard = side.attributes.get("Condition", "")
    guard = guard if isinstance(guard, str) else ""
    if side.type == _GROUP:
        group = names.get(side.name, side.name)
        for direction in ("ingress", "egress"):
            listed = properties.get(f"SecurityGroup{direction.capitalize()}")
            for entry, condition in _entries(listed, guard):
                yield from _rule(entry, group, direction, condition)
        if "SecurityGroupEgress" not in properties and group in stays:
            # EC2 adds it to a group without rules for egress; of a new group, it says nothing.
            yield Rule(group, "egress", _ALL, None, EVERYWHERE_IPV4, guard)
    elif side.type in _RULES:
        group = text(properties.get("GroupId", properties.get("GroupName", "")))
        own = group.removeprefix("${").removesuffix("}").removesuffix(".GroupId")
        yield from _rule(properties, own, _RULES[side.type], guard)


def _entries(value: Form, guard: str) -> Iterator[tuple[Form, str]]:
    """Yield the items of a list, with the condition under which each is there."""
    match value:
        case {"Fn::If": [str(name), yes, no]}:
            for branch, words in ((yes, name), (no, f"not {name}")):
                yield from _entries(branch, f"{guard} and {words}" if guard else words)
        case list():
            for item in value:
                yield from _entries(item, guard)
        case dict():
            yield value, guard


def _rule(entry: Form, group: str, direction: str, guard: str) -> Iterator[Rule]:
    protocol = text(entry.get("IpProtocol", _ALL))
    first, last = entry.get("FromPort"), entry.get("ToPort")
    ports = None if first is None or last is None else (text(first), text(last))
    if protocol == _ALL or ports == ("-1", "-1"):
        ports = None
    for key, words in _PEERS.items():
        if key in entry:
            peer = text(entry[key])
            yield Rule(group, direction, protocol, ports, words.format(_name(peer)), guard)


def _name(peer: str) -> str:
    """Return a security group of the template by its logical id."""
    return peer.removesuffix(".GroupId}") + "}" if peer.endswith(".GroupId}") else peer


def _within(inner: tuple[str, str] | None, outer: tuple[str, str] | None) -> bool:
    if outer is None or inner == outer:
        return True
    if inner is None or not all(port.isdecimal() for port in (*inner, *outer)):
        return False
    return int(outer[0]) <= int(inner[0]) and int(inner[1]) <= int(outer[1])


def _is_part(inner: str, outer: str) -> bool:
    if inner == outer:
        return True
    try:
        one, other = ipaddress.ip_network(inner), ipaddress.ip_network(outer)
    except ValueError:
        return False
    if isinstance(one, ipaddress.IPv4Network) and isinstance(other, ipaddress.IPv4Network):
        return one.subnet_of(other)
    if isinstance(one, ipaddress.IPv6Network) and isinstance(other, ipaddress.IPv6Network):
        return one.subnet_of(other)
    return False


def _listener_changes(pair: Pair) -> Iterator[Change]:
    """Yield the listeners of load balancers that begin or cease to take requests."""
    if pair.side.type != _LISTENER:
        return
    before, after = (None if s is None else _listens(s) for s in (pair.before, pair.after))
    if before is not None and after is not None and before != after:
        is_plain = after.startswith("HTTP ")
        yield Change(
            sign="~",
            subject=pair.side.name,
            text=f"listens on {after} instead of {before}",
            effect="broadening" if is_plain and not before.startswith("HTTP ") else "neutral",
            alarm="requests are no longer encrypted" if is_plain and "HTTPS" in before else "",
        )
    elif before is None and after is not None:
        yield Change(
            sign="+", subject=pair.side.name, text=f"listens on {after}", effect="broadening"
        )
    elif before is not None and after is None:
        yield Change(
            sign="-",
            subject=pair.side.name,
            text=f"no longer listens on {before}",
            effect="narrowing",
        )


def _listens(side: Side) -> str:
    protocol = text(side.properties.get("Protocol", "HTTP"))
    return f"{protocol} {text(side.properties.get('Port', ''))}"
