"""What makes resources public: addresses of everywhere, and values of properties."""

from collections.abc import Mapping

#: All addresses of IPv4 and of IPv6, in rules of security groups.
EVERYWHERE_IPV4 = "0.0.0.0/0"
EVERYWHERE = (EVERYWHERE_IPV4, "::/0")

#: The scheme of load balancers that the internet does not reach; without one, it does.
INTERNAL_SCHEME = "internal"

#: The property that makes a resource of the type public, as a path, and the values that do.
PUBLIC_VALUES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "AWS::CodeBuild::Project": ("Visibility", ("PUBLIC_READ",)),
    "AWS::EC2::Subnet": ("MapPublicIpOnLaunch", ("true",)),
    "AWS::ECS::Service": (
        "NetworkConfiguration/AwsvpcConfiguration/AssignPublicIp",
        ("ENABLED",),
    ),
    "AWS::Lambda::Url": ("AuthType", ("NONE",)),
    "AWS::RDS::DBCluster": ("PubliclyAccessible", ("true",)),
    "AWS::RDS::DBInstance": ("PubliclyAccessible", ("true",)),
    "AWS::Redshift::Cluster": ("PubliclyAccessible", ("true",)),
    "AWS::S3::Bucket": ("AccessControl", ("PublicRead", "PublicReadWrite", "AuthenticatedRead")),
}
