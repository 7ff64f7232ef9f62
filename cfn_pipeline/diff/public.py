"""Properties that make a resource public, or take a protection from it."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from cfn_pipeline.aws.exposure import INTERNAL_SCHEME, PUBLIC_VALUES
from cfn_pipeline.diff.difference import Change
from cfn_pipeline.diff.matching import Pair, Side
from cfn_pipeline.diff.texts import Form, text
from cfn_pipeline.diff.trees import values_at


class _Exposure(NamedTuple):
    """A property that opens a resource.

    Args:
        path: the property.
        opens: whether a value, or none, opens the resource.
        opened: what the open resource does.
        closed: what the closed one does.
        alarm: whether a reader should look at it.

    """

    path: str
    opens: Callable[[Form | None], bool]
    opened: str
    closed: str
    alarm: bool = True


def _is(*values: str) -> Callable[[Form | None], bool]:
    return lambda value: value is not None and text(value) in values


def _is_not(*values: str) -> Callable[[Form | None], bool]:
    return lambda value: value is None or text(value) not in values


def _public(type_: str, opened: str, closed: str, *, alarm: bool = True) -> _Exposure:
    path, values = PUBLIC_VALUES[type_]
    return _Exposure(path, _is(*values), opened, closed, alarm)


_BLOCK = "PublicAccessBlockConfiguration"

_LOAD_BALANCER = _Exposure(
    "Scheme", _is_not(INTERNAL_SCHEME), "can be reached from the internet", "is internal"
)
_ADDRESS = ("has a public address", "has no public address")

_EXPOSURES: dict[str, tuple[_Exposure, ...]] = {
    "AWS::ElasticLoadBalancingV2::LoadBalancer": (_LOAD_BALANCER,),
    "AWS::ElasticLoadBalancing::LoadBalancer": (_LOAD_BALANCER,),
    "AWS::RDS::DBInstance": (
        _public("AWS::RDS::DBInstance", *_ADDRESS),
        _Exposure("StorageEncrypted", _is_not("true"), "is not encrypted", "is encrypted"),
    ),
    "AWS::Redshift::Cluster": (_public("AWS::Redshift::Cluster", *_ADDRESS),),
    "AWS::ECS::Service": (
        _public(
            "AWS::ECS::Service",
            "gives its tasks public addresses",
            "gives its tasks no public addresses",
            alarm=False,
        ),
        _Exposure(
            "EnableExecuteCommand",
            _is("true"),
            "lets people run commands in its containers",
            "does not let people run commands in its containers",
        ),
    ),
    "AWS::EC2::Subnet": (
        _public(
            "AWS::EC2::Subnet",
            "gives instances public addresses",
            "gives instances no public addresses",
            alarm=False,
        ),
    ),
    "AWS::Lambda::Url": (
        _public("AWS::Lambda::Url", "can be called by everyone", "is called with IAM only"),
    ),
    "AWS::S3::Bucket": (
        *(
            _Exposure(f"{_BLOCK}/{name}", _is_not("true"), f"is without {name}", f"has {name}")
            for name in (
                "BlockPublicAcls",
                "BlockPublicPolicy",
                "IgnorePublicAcls",
                "RestrictPublicBuckets",
            )
        ),
        _public("AWS::S3::Bucket", "can be read by everyone", "has no public access control list"),
    ),
    "AWS::CodeBuild::Project": (
        _Exposure(
            "Environment/PrivilegedMode",
            _is("true"),
            "builds with all rights on its machine",
            "builds without rights on its machine",
        ),
        _public("AWS::CodeBuild::Project", "shows its builds to everyone", "hides its builds"),
    ),
}

#: What is worth a line of a resource that is added, too. Others are judged by cfn-lint and
#: cfn-pipeline check.
_ALSO_OF_NEW = ("Scheme", "PubliclyAccessible", "AuthType", "AccessControl")


def public_changes(pair: Pair) -> Iterator[Change]:
    """Yield what makes a resource public, and what no longer does."""
    before, after = pair.before, pair.after
    for exposure in _EXPOSURES.get(pair.side.type, ()):
        was, is_ = _is_open(before, exposure), _is_open(after, exposure)
        if is_ and not was and (before is not None or exposure.path in _ALSO_OF_NEW):
            yield Change(
                sign="+",
                subject=pair.side.name,
                text=f"{exposure.opened} ({exposure.path.replace('/', '.')})",
                effect="broadening",
                alarm=exposure.opened if exposure.alarm else "",
            )
        elif was and not is_ and after is not None:
            yield Change(
                sign="-",
                subject=pair.side.name,
                text=f"{exposure.closed} ({exposure.path.replace('/', '.')})",
                effect="narrowing",
            )


def _is_open(side: Side | None, exposure: _Exposure) -> bool:
    if side is None:
        return False
    return exposure.opens(values_at(side.properties, exposure.path.split("/")))
