"""What makes a resource public: it can be reached from the internet, or everyone may use it."""

from collections.abc import Callable, Mapping

from cfn_pipeline.analysis.nodes import Node, properties_of
from cfn_pipeline.analysis.system import Resource, System
from cfn_pipeline.aws.exposure import EVERYWHERE, PUBLIC_VALUES


def _has(path: str, values: tuple[str, ...]) -> Callable[[Node], bool]:
    known = {value.lower() for value in values}

    def is_public(properties: Node) -> bool:
        node = properties
        for key in path.split("/"):
            node = node.at(key)
        return (node.text or "").lower() in known

    return is_public


def _is_load_balancer_open(properties: Node) -> bool:
    scheme = properties.at("Scheme")
    return (not scheme.is_there and not properties.hides_keys) or scheme.text == "internet-facing"


def _is_rule_open(rule: Node) -> bool:
    return any(rule.at(key).text in EVERYWHERE for key in ("CidrIp", "CidrIpv6"))


def _is_group_open(properties: Node) -> bool:
    return any(map(_is_rule_open, properties.at("SecurityGroupIngress").items()))


def _allows_everyone(properties: Node) -> bool:
    """Whether a policy allows everyone, without a condition."""
    return any(
        statement.at("Effect").text == "Allow"
        and not statement.at("Condition").is_there
        and _is_everyone(statement.at("Principal"))
        for statement in properties.at("PolicyDocument").at("Statement").items()
    )


def _is_everyone(principal: Node) -> bool:
    items = [*principal.items(), *principal.at("AWS").items()]
    return any(item.text == "*" for item in items)


def _is_api_open(properties: Node) -> bool:
    types = properties.at("EndpointConfiguration").at("Types").items()
    return not any(item.text == "PRIVATE" for item in types)


def _always(properties: Node) -> bool:
    del properties
    return True


_PUBLIC: Mapping[str, Callable[[Node], bool]] = {
    **{type_: _has(path, values) for type_, (path, values) in PUBLIC_VALUES.items()},
    "AWS::ApiGateway::RestApi": _is_api_open,
    "AWS::ApiGatewayV2::Api": _always,
    "AWS::CloudFront::Distribution": _always,
    "AWS::EC2::SecurityGroup": _is_group_open,
    "AWS::EC2::SecurityGroupIngress": _is_rule_open,
    "AWS::ECR::PublicRepository": _always,
    "AWS::ElasticLoadBalancing::LoadBalancer": _is_load_balancer_open,
    "AWS::ElasticLoadBalancingV2::LoadBalancer": _is_load_balancer_open,
    "AWS::S3::BucketPolicy": _allows_everyone,
    "AWS::SNS::TopicPolicy": _allows_everyone,
    "AWS::SQS::QueuePolicy": _allows_everyone,
}


def is_public(resource: Resource, system: System) -> bool:
    """Return whether a resource is public, as far as its template says.

    A rule or statement that depends on a condition counts; another value that does is not known.
    """
    judge = _PUBLIC.get(resource.type)
    return judge is not None and judge(properties_of(resource, system))
