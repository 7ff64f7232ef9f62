"""An environment's configuration file, which CodePipeline and ``make deploy/`` read.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/continuous-delivery-codepipeline-cfn-artifacts.html
"""

import json
from collections.abc import Mapping
from typing import Any

from cfn_pipeline.model.application import Application
from cfn_pipeline.model.environment import Environment

#: Parameters with the value true in an environment that is protected.
_PROTECTION = ("DatabaseMultiAZ", "DeletionProtection")


def configuration(
    application: Application,
    environment: Environment,
    parameters: Mapping[str, Any],  # noqa: ARG001
) -> str:
    """Return the values of the stack's parameters in an environment, sorted by name."""
    return _text(_values(application, environment))


def protected_configuration(
    application: Application, environment: Environment, parameters: Mapping[str, Any]
) -> str:
    """Return also the protection of those of database and load balancer that the template has."""
    protected = "true" if environment.is_protected else "false"
    protection = {name: protected for name in _PROTECTION if name in parameters}
    return _text(protection | _values(application, environment))


def _values(application: Application, environment: Environment) -> dict[str, str]:
    count = environment.desired_count
    count = application.minimum_tasks if count is None else count
    parameters = {"ApplicationDesiredCount": str(count)}
    if environment.vpc_id is not None:
        parameters["VpcId"] = environment.vpc_id
    if environment.subnets:
        parameters["ApplicationSubnets"] = ",".join(environment.subnets)
    return parameters | dict(environment.parameters)


def _text(parameters: Mapping[str, str]) -> str:
    return json.dumps({"Parameters": parameters}, indent=2, sort_keys=True) + "\n"
