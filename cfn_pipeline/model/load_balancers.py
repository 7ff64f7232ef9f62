"""What leads requests to an application."""

from collections.abc import Iterator, Sequence

from cfn_pipeline.aws import name_forms
from cfn_pipeline.frozen import frozen
from cfn_pipeline.model.environments import Places
from cfn_pipeline.model.validated import Validated

#: Paths and hosts of one rule.
_MOST_VALUES = 5


@frozen
class ListenerRule(Validated):
    """A rule of a listener that exists, which several applications share.

    ``ListenerRule(priority=10, paths=["/orders", "/orders/*"])``

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html

    Args:
        priority: the place among the listener's rules, 1 to 50000; each rule has another one.
        paths: patterns of paths that lead to the application; empty: every path.
        hosts: patterns of host names that lead to it; empty: every host.
        listener_export: the name of the export that is the listener's ARN, for one environment in
            an account and region; absent: it is the parameter ListenerArn of each environment.
        security_group_export: the name of the export that is the id of the load balancer's security
            group; absent: it is the parameter LoadBalancerSecurityGroup.

    """

    priority: int
    paths: Sequence[str] = ()
    hosts: Sequence[str] = ()
    listener_export: str | None = None
    security_group_export: str | None = None

    def problems(self) -> Iterator[str]:
        """Yield rules that no request, or every request, would match."""
        if not 1 <= self.priority <= 50000:
            yield f"{self.where}: priority must be 1 to 50000 (got {self.priority})"
        count = len(self.paths) + len(self.hosts)
        if count == 0:
            yield f"{self.where}: paths and hosts are empty; use one, such as paths=['/orders/*']"
        if count > _MOST_VALUES:
            yield (
                f"{self.where}: has {count} paths and hosts; a rule can have {_MOST_VALUES}; use "
                "patterns with *"
            )
        for path in self.paths:
            yield from name_forms.PATH_PATTERN.problems(path, self.where)
        for host in self.hosts:
            yield from name_forms.HOST_PATTERN.problems(host, self.where)
        yield from name_forms.EXPORT.problems(self.listener_export, self.where)
        yield from name_forms.EXPORT.problems(self.security_group_export, self.where)


@frozen
class LoadBalancer(Validated):
    """An Application Load Balancer: ``LoadBalancer(health_check_path="/health")``.

    Args:
        health_check_path: the path that answers 200 while the application is healthy; absent:
            ``/``.
        health_check_codes: the statuses of a healthy application, such as ``200-299`` or
            ``200,302``; absent: 200.
        health_check_interval: seconds from one check to the next, 5 to 300; absent: 30.
        health_check_timeout: seconds after which a check has failed, 2 to 120, fewer than the
            interval; absent: 5.
        healthy_threshold: checks in a row after which a task is healthy, 2 to 10; absent: 5.
        unhealthy_threshold: failed checks in a row after which a task is replaced, 2 to 10; absent:
            2.
        grace_period: seconds after the start of a task in which failed checks do not count.
        internal: whether it has private addresses, in the private subnets; otherwise it is reached
            from the internet.
        certificate: the ARN of a certificate in ACM for HTTPS, the default of the parameter
            CertificateArn; absent: HTTP only, until the parameter has a value.
        listener_rule: a rule of a listener that exists, instead of a load balancer of its own;
            absent: the application has its own.

    """

    health_check_path: str | None = None
    health_check_codes: str | None = None
    health_check_interval: int | None = None
    health_check_timeout: int | None = None
    healthy_threshold: int | None = None
    unhealthy_threshold: int | None = None
    grace_period: int = 60
    internal: bool = False
    certificate: str | None = None
    listener_rule: ListenerRule | None = None

    def problems(self) -> Iterator[str]:
        """Yield numbers out of range, and options of a load balancer that another stack has."""
        where = self.where
        for name, least, most in (
            ("health_check_interval", 5, 300),
            ("health_check_timeout", 2, 120),
            ("healthy_threshold", 2, 10),
            ("unhealthy_threshold", 2, 10),
            ("grace_period", 0, 2147483647),
        ):
            value = getattr(self, name)
            if value is not None and not least <= value <= most:
                yield f"{where}: {name} must be {least} to {most} (got {value})"
        interval, timeout = self.health_check_interval or 30, self.health_check_timeout or 5
        if timeout >= interval:
            yield (
                f"{where}: health_check_timeout ({timeout}) must be less than "
                f"health_check_interval ({interval})"
            )
        yield from name_forms.HEALTH_CHECK_PATH.problems(self.health_check_path, where)
        yield from name_forms.STATUS_CODES.problems(self.health_check_codes, where)
        yield from name_forms.CERTIFICATE.problems(self.certificate, where)
        if self.listener_rule is not None:
            for name in ("internal", "certificate"):
                if getattr(self, name):
                    yield (
                        f"{where}: {name} is for a load balancer of its own, and listener_rule "
                        f"is of one that exists; remove {name} or listener_rule"
                    )


@frozen
class SharedLoadBalancer(Validated):
    """A load balancer that exists, of which a listener gets a rule."""

    load_balancer: LoadBalancer
    rule: ListenerRule


def listener_problems(
    where: str,
    load_balancer: LoadBalancer | None,
    places: Places,
    *,
    is_shared: bool,
    has_fleet: bool = False,
) -> Iterator[str]:
    """Yield environments that would add rules of one priority to one listener, or find none.

    Args:
        where: how messages call the application.
        load_balancer: of the application.
        places: of its environments.
        is_shared: whether the listener is that of the configuration file's ``shared``.
        has_fleet: whether a fleet's pipeline deploys that listener, beside itself.

    """
    rule = None if load_balancer is None else load_balancer.listener_rule
    if rule is None or not (rule.listener_export or is_shared):
        return
    if has_fleet and is_shared and rule.listener_export is None:
        for environment in places.environments:
            if (places.account(environment), places.region(environment)) != (None, None):
                yield (
                    f"{where}, {environment.where}: the listener in shared is deployed in the "
                    "account and region of the fleet, and exports are for one account and region; "
                    "deploy shared/listener.yml in the environment's, too, and name its exports in "
                    "listener_rule, with listener_export and security_group_export"
                )
    in_places: dict[tuple[str | None, str | None], list[str]] = {}
    for environment in places.environments:
        place = (places.account(environment), places.region(environment))
        in_places.setdefault(place, []).append(repr(environment.name))
    for names in in_places.values():
        if len(names) > 1:
            yield (
                f"{where}: environments {', '.join(names)} are in one account and region, and "
                f"would each add a rule with priority {rule.priority} to the same listener, which "
                "AWS refuses; use another account or region for each, or the parameters "
                "ListenerArn and LoadBalancerSecurityGroup of each instead of listener_export, "
                "security_group_export and a shared listener"
            )
