"""What an environment's stack has where the pipeline is in another account or region.

https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create-cross-account.html
"""

from collections.abc import Sequence

from awacs import cloudformation, sts
from troposphere import Parameter, Sub

from cfn_pipeline.aws import name_forms
from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.model.actions import Action
from cfn_pipeline.model.application import Application
from cfn_pipeline.model.deployments import CreateChangeSet
from cfn_pipeline.model.environment import Environment
from cfn_pipeline.model.values import Intrinsic, present
from cfn_pipeline.permissions.protection import ROLE_PATH
from cfn_pipeline.policies.delivery import run_actions
from cfn_pipeline.policies.documents import Roles, allow, document
from cfn_pipeline.policies.keys import encrypt_artifacts
from cfn_pipeline.resources.iam import role
from cfn_pipeline.stacks import exports
from cfn_pipeline.stacks.arns import Arns
from cfn_pipeline.stacks.delivery.roles import resources
from cfn_pipeline.stacks.environment.names import (
    ACTION_ROLE,
    READER_ROLE,
    action_role_name,
    approval_role_name,
    arn_of_role,
    pipeline_role_name,
    reader_role_name,
)
from cfn_pipeline.stacks.stack import Stack

#: The logical ids of the parameters.
ACCOUNT = "PipelineAccount"
REGION = "PipelineRegion"


@frozen
class Home(Frozen):
    """Where the pipeline of an environment is, and what the environment's stack shares with it.

    ``Home(pipeline="orders", actions=delivery.actions[-3:], is_account_other=True)``

    Args:
        pipeline: its name.
        actions: those that deploy the environment; they have an action role where the account is
            another one, and a reader role where an approval describes their change sets.
        images: the ECR repository of the application's images; absent: it has none.
        is_account_other: whether the pipeline is in another account than the environment.
        is_region_other: whether it is in another region.
        account: the number of that account; absent: the parameter has no default.
        region: the name of that region, likewise.
        parameters: the names in Systems Manager for which parameters of templates stand.

    """

    pipeline: str
    actions: Sequence[Action] = ()
    images: str | None = None
    is_account_other: bool = False
    is_region_other: bool = False
    account: str | None = None
    region: str | None = None
    parameters: Sequence[str] = ()

    @property
    def store(self) -> Arns:
        """The account of the artifacts, which are in the region of the environment."""
        return Arns().at(account=f"${{{ACCOUNT}}}" if self.is_account_other else None)

    @property
    def arns(self) -> Arns:
        """Account and region of the pipeline."""
        return self.store.at(region=f"${{{REGION}}}" if self.is_region_other else None)

    @property
    def image_repository(self) -> Intrinsic:
        """The ARN of the repository of images."""
        return self.arns.regional("ecr", f"repository/{self.images}")


def images_of(application: Application) -> str | None:
    """Return the repository from which environments pull images; None: there are none."""
    has_images = application.has_images or application.runs_build
    return application.image_repository_name if has_images else None


def home_parameters(application: Application, environment: Environment) -> dict[str, str]:
    """Return the parameters of an environment's template that say where the pipeline is.

    By parameter, which of ``account`` and ``region`` of the pipeline it is.
    """
    places = application.places
    named = {}
    if places.account(environment) is not None:
        named[ACCOUNT] = "account"
    if places.region(environment) is not None and images_of(application) is not None:
        named[REGION] = "region"
    return named


def add_home(stack: Stack, home: Home) -> None:
    """Add what the stack of an environment needs because of its pipeline.

    Args:
        stack: the stack; its name begins the exports'.
        home: where the pipeline is.

    """
    if home.is_account_other:
        stack.parameter(
            Parameter(
                ACCOUNT,
                Type="String",
                Description="Account of the pipeline, 12 digits",
                AllowedPattern=name_forms.ACCOUNT.pattern,
                ConstraintDescription="the number of an AWS account, 12 digits",
                **present(Default=home.account),
            )
        )
        _add_action_role(stack, home)
        if any(isinstance(a, CreateChangeSet) and a.reader_role for a in home.actions):
            _add_reader_role(stack, home)
    if home.images is None:
        return
    if home.is_region_other:
        stack.parameter(
            Parameter(
                REGION,
                Type="String",
                Description="Region of the pipeline",
                AllowedPattern=name_forms.REGION.pattern,
                ConstraintDescription="the name of a region, such as eu-central-1",
                **present(Default=home.region),
            )
        )
    stack.output(
        "Images",
        "Address of the repository of images",
        Sub(home.arns.image_repository(home.images)),
        export=exports.images(stack.name),
    )
    stack.output(
        "ImageRepository",
        "ARN of the repository of images",
        home.image_repository,
        export=exports.image_repository(stack.name),
    )


def _add_action_role(stack: Stack, home: Home) -> None:
    """Add the role that the pipeline assumes for its actions on the stack.

    It changes this stack alone, with the stack's deployment role, and uses the pipeline's
    artifacts. Which of the account's keys it can use, the key's own policy says.
    """
    store = home.store
    used = resources(home.pipeline, stack.arns, parameters=home.parameters, store=store)
    pipeline_role = arn_of_role(pipeline_role_name(home.pipeline), store)
    trusted = Roles([store.root()], [pipeline_role])
    stack.add(
        role(
            ACTION_ROLE,
            name=action_role_name(stack.name),
            path=ROLE_PATH,
            description=f"The pipeline {home.pipeline}, deploying the stack {stack.name}",
            trust=document(trusted.allow(sts.AssumeRole, on=None, sid="TrustPipeline")),
            policies={
                "ActionPermissions": document(
                    *run_actions(home.actions, used),
                    *encrypt_artifacts(
                        store.regional("kms", "key/*"), through=stack.arns.service("s3")
                    ),
                )
            },
        )
    )


def _add_reader_role(stack: Stack, home: Home) -> None:
    """Add the role with which the pipeline's function for approvals reads change sets."""
    store = home.store
    function_role = arn_of_role(approval_role_name(home.pipeline), store)
    trusted = Roles([store.root()], [function_role])
    stack.add(
        role(
            READER_ROLE,
            name=reader_role_name(stack.name),
            path=ROLE_PATH,
            description=f"Approvals of {home.pipeline}, reading change sets of {stack.name}",
            trust=document(trusted.allow(sts.AssumeRole, on=None, sid="TrustApprovalFunction")),
            policies={
                "ReadChangeSets": document(
                    allow(
                        cloudformation.DescribeChangeSet,
                        cloudformation.DescribeStacks,
                        on=stack.arns.regional("cloudformation", f"stack/{stack.name}/*"),
                        sid="DescribeChangeSets",
                    )
                )
            },
        )
    )
