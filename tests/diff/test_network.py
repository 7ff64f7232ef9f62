"""What is opened or closed."""

import pytest

from tests.diff.small import difference, words

GROUP = """\
Group:
  Type: AWS::EC2::SecurityGroup
  Properties:
    GroupDescription: It
    SecurityGroupEgress: []
    SecurityGroupIngress: [%s]
"""


def _network(old: str, new: str) -> list[str]:
    found = difference(old, new)
    return words([change for part in found.templates for change in part.network])


def _rule(cidr: str, first: int = 443, last: int = 443, protocol: str = "tcp") -> str:
    return f"{{IpProtocol: {protocol}, FromPort: {first}, ToPort: {last}, CidrIp: {cidr}}}"


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("", _rule("10.0.0.0/8"), ["+ Group: opens ingress of tcp 443 from 10.0.0.0/8"]),
        (_rule("10.0.0.0/8"), "", ["- Group: closes ingress of tcp 443 from 10.0.0.0/8"]),
        (_rule("10.0.0.0/8"), _rule("10.0.0.0/8, Description: It"), []),
        (
            _rule("10.0.0.0/8"),
            _rule("10.1.0.0/16"),
            ["- Group: closes ingress of tcp 443 from 10.0.0.0/8"],
        ),
        (
            _rule("10.1.0.0/16", 80, 80),
            _rule("10.0.0.0/8", 1, 90),
            ["+ Group: opens ingress of tcp 1 to 90 from 10.0.0.0/8"],
        ),
        (
            _rule("10.0.0.0/8", -1, -1, "'-1'"),
            _rule("10.0.0.0/8"),
            ["- Group: closes ingress of everything from 10.0.0.0/8"],
        ),
    ],
)
def test_rules_are_compared_by_what_they_let_through(old: str, new: str, lines: list[str]) -> None:
    assert _network(GROUP % old, GROUP % new) == lines


def test_a_rule_for_the_internet_is_an_alarm() -> None:
    found = difference(GROUP % "", GROUP % _rule("0.0.0.0/0", 22, 22))
    words = "open to the internet: ingress of tcp 22 from 0.0.0.0/0 (everywhere)"
    assert found.alarms == [f"stack.yml: Group: {words}"]
    assert found.consequences == {"broadening"}


def test_a_rule_that_moves_into_its_group_is_the_same() -> None:
    apart = """
Rule:
  Type: AWS::EC2::SecurityGroupIngress
  Properties: {GroupId: !GetAtt Group.GroupId, IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/8}
"""  # noqa: E501
    assert _network(GROUP % "" + apart, GROUP % _rule("10.0.0.0/8")) == []


def test_a_rule_under_a_condition() -> None:
    rule = f"!If [IsProd, {_rule('10.0.0.0/8')}, !Ref AWS::NoValue]"
    assert _network(GROUP % "", GROUP % rule) == [
        "+ Group: opens ingress of tcp 443 from 10.0.0.0/8, if IsProd"
    ]
    assert _network(GROUP % _rule("10.0.0.0/8"), GROUP % rule) == [
        "- Group: closes ingress of tcp 443 from 10.0.0.0/8"
    ]


def test_a_group_without_rules_for_egress_lets_everything_out() -> None:
    closed = GROUP % ""
    opened = closed.replace("    SecurityGroupEgress: []\n", "")
    assert _network(closed, opened) == [
        "+ Group: opens egress of everything to 0.0.0.0/0 (everywhere)"
    ]


def test_rules_from_other_groups() -> None:
    rule = (
        "{IpProtocol: tcp, FromPort: 5432, ToPort: 5432, SourceSecurityGroupId: !GetAtt A.GroupId}"
    )
    assert _network(GROUP % "", GROUP % rule) == [
        "+ Group: opens ingress of tcp 5432 from security group ${A}"
    ]


@pytest.mark.parametrize(
    ("type_", "closed", "opened", "words", "alarm"),
    [
        (
            "AWS::ElasticLoadBalancingV2::LoadBalancer",
            "Scheme: internal",
            "Scheme: internet-facing",
            "can be reached from the internet (Scheme)",
            True,
        ),
        (
            "AWS::RDS::DBInstance",
            "PubliclyAccessible: false",
            "PubliclyAccessible: true",
            "has a public address (PubliclyAccessible)",
            True,
        ),
        (
            "AWS::S3::Bucket",
            "PublicAccessBlockConfiguration: {BlockPublicAcls: true}",
            "PublicAccessBlockConfiguration: {BlockPublicAcls: false}",
            "is without BlockPublicAcls (PublicAccessBlockConfiguration.BlockPublicAcls)",
            True,
        ),
        (
            "AWS::Lambda::Url",
            "AuthType: AWS_IAM",
            "AuthType: NONE",
            "can be called by everyone (AuthType)",
            True,
        ),
        (
            "AWS::EC2::Subnet",
            "MapPublicIpOnLaunch: false",
            "MapPublicIpOnLaunch: true",
            "gives instances public addresses (MapPublicIpOnLaunch)",
            False,
        ),
    ],
)
def test_what_makes_a_resource_public(
    type_: str, closed: str, opened: str, words: str, alarm: bool
) -> None:
    old, new = (f"It: {{Type: {type_}, Properties: {{{p}}}}}" for p in (closed, opened))
    found = difference(old, new)
    assert [change.text for change in found.changes] == [words]
    assert (bool(found.alarms), found.consequences) == (
        alarm or any(c.is_destructive for c in found.resources),
        found.consequences | {"broadening"},
    )
    [change] = difference(new, old).changes
    assert change.effect == "narrowing"


def test_a_listener_that_is_no_longer_encrypted() -> None:
    type_ = "AWS::ElasticLoadBalancingV2::Listener"
    old = f"It: {{Type: {type_}, Properties: {{Port: 443, Protocol: HTTPS}}}}"
    found = difference(old, old.replace("443", "80").replace("HTTPS", "HTTP"))
    [change] = found.changes
    assert change.text == "listens on HTTP 80 instead of HTTPS 443"
    assert change.alarm == "requests are no longer encrypted"
    [added] = difference("", old).changes
    assert (added.text, added.effect) == ("listens on HTTPS 443", "broadening")
