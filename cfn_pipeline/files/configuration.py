"""An environment's configuration file, which CodePipeline and ``make deploy/`` read.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/continuous-delivery-codepipeline-cfn-artifacts.html
"""

import json
from collections.abc import Mapping

from cfn_pipeline.model.application import Application
from cfn_pipeline.model.environment import Environment

__all__ = ["configuration", "protected_configuration"]


def configuration(application: Application, environment: Environment) -> str:
    """Write the parameters of the application's stack in an environment, sorted by name."""
    return _written(_parameters(application, environment))


def protected_configuration(application: Application, environment: Environment) -> str:
    """Write also whether the environment's data is protected."""
    protected = "true" if environment.is_protected else "false"
    parameters = {"DeletionProtection": protected}
    if application.database is not None:
        parameters["DatabaseMultiAZ"] = protected
    return _written(parameters | _parameters(application, environment))


def _parameters(application: Application, environment: Environment) -> dict[str, str]:
    count = environment.desired_count
    count = application.minimum_tasks if count is None else count
    parameters = {"ApplicationDesiredCount": str(count)}
    if environment.vpc_id is not None:
        parameters["VpcId"] = environment.vpc_id
    if environment.subnets:
        parameters["ApplicationSubnets"] = ",".join(environment.subnets)
    return parameters | dict(environment.parameters)


def _written(parameters: Mapping[str, str]) -> str:
    return json.dumps({"Parameters": parameters}, indent=2, sort_keys=True) + "\n"
