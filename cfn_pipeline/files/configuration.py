"""An environment's configuration file, which CodePipeline and ``make deploy/`` read.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/continuous-delivery-codepipeline-cfn-artifacts.html
"""

import json

from cfn_pipeline.model.application import Application
from cfn_pipeline.model.environment import Environment

__all__ = ["configuration"]


def configuration(application: Application, environment: Environment) -> str:  # noqa: ARG001
    """Write the parameters of the application's stack in an environment, sorted by name."""
    parameters = {"ApplicationDesiredCount": str(environment.desired_count)}
    if environment.vpc_id is not None:
        parameters["VpcId"] = environment.vpc_id
    if environment.subnets:
        parameters["ApplicationSubnets"] = ",".join(environment.subnets)
    parameters |= environment.parameters
    return json.dumps({"Parameters": parameters}, indent=2, sort_keys=True) + "\n"
