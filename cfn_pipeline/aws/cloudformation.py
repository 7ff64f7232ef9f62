"""Facts of CloudFormation and of CodePipeline's actions for it: modes and capabilities.

https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CloudFormation.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/control-access-with-iam.html
"""

from collections.abc import Mapping
from typing import NamedTuple


class ActionMode(NamedTuple):
    """What an ActionMode needs and does.

    Args:
        settings: the settings that it needs besides StackName.
        calls: the calls of CloudFormation that the action's role makes, on the stack.
        expands_macros: whether the stack is made from the template at once, so that macros need
            the capability CAPABILITY_AUTO_EXPAND; a change set shows what they make of it.

    """

    settings: tuple[str, ...]
    calls: tuple[str, ...]
    expands_macros: bool = False

    @property
    def reads_template(self) -> bool:
        """Whether the action deploys a template, or makes a change set of it."""
        return "TemplatePath" in self.settings


#: What a template configuration file may have; each is an object.
#: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/continuous-delivery-codepipeline-cfn-artifacts.html
CONFIGURATION_SECTIONS = ("Parameters", "Tags", "StackPolicy")

#: Of the message with which a Hook answers; CloudFormation cuts longer ones.
#: https://docs.aws.amazon.com/cloudformation-cli/latest/hooks-userguide/lambda-hooks-create-lambda-function.html
LONGEST_HOOK_MESSAGE = 4096

ACTION_MODES: Mapping[str, ActionMode] = {
    "CREATE_UPDATE": ActionMode(
        settings=("TemplatePath", "RoleArn"),
        calls=("DescribeStacks", "CreateStack", "UpdateStack"),
        expands_macros=True,
    ),
    "REPLACE_ON_FAILURE": ActionMode(
        settings=("TemplatePath", "RoleArn"),
        calls=("DescribeStacks", "CreateStack", "UpdateStack", "DeleteStack"),
        expands_macros=True,
    ),
    "DELETE_ONLY": ActionMode(settings=("RoleArn",), calls=("DescribeStacks", "DeleteStack")),
    "CHANGE_SET_REPLACE": ActionMode(
        settings=("TemplatePath", "ChangeSetName", "RoleArn"),
        calls=("DescribeStacks", "DescribeChangeSet", "CreateChangeSet", "DeleteChangeSet"),
    ),
    "CHANGE_SET_EXECUTE": ActionMode(
        settings=("ChangeSetName",),
        calls=("DescribeStacks", "DescribeChangeSet", "ExecuteChangeSet"),
    ),
}

#: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
CAPABILITIES = ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND")

#: The pseudo parameters that are the same for every stack of an account and region.
#: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html
PLACE_PARAMETERS = ("AWS::AccountId", "AWS::Partition", "AWS::Region", "AWS::URLSuffix")

#: The pseudo parameter that is the stack's name.
STACK_NAME = "AWS::StackName"

#: The types that need CAPABILITY_IAM, or CAPABILITY_NAMED_IAM where the template names them.
IAM_TYPES = frozenset(
    {
        "AWS::IAM::AccessKey",
        "AWS::IAM::Group",
        "AWS::IAM::InstanceProfile",
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::Policy",
        "AWS::IAM::Role",
        "AWS::IAM::User",
        "AWS::IAM::UserToGroupAddition",
    }
)

#: Bytes of a template that is sent itself, and of one that is read from a bucket.
#: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
TEMPLATE_BODY = 51_200
TEMPLATE_IN_S3 = 1_048_576

#: The most entries of a section, and the rule of cfn-lint that counts them, too; None: none does.
SECTION_LIMITS: tuple[tuple[str, int, str | None], ...] = (
    ("Outputs", 200, "E6010"),
    ("Parameters", 200, None),
    ("Resources", 500, "E3010"),
)

#: The minutes for which CloudFormation waits for a service of ECS.
#: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecs-service.html
SERVICE_WAIT = 2_160

#: The states from which a stack cannot be updated.
#: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
FAILED_STATES = (
    "CREATE_FAILED",
    "DELETE_FAILED",
    "ROLLBACK_COMPLETE",
    "ROLLBACK_FAILED",
    "UPDATE_ROLLBACK_FAILED",
)

#: The states of a stack whose last change succeeded.
GOOD_STATES = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE")

#: Parts of CloudFormation's messages when a change set, or an update, has no changes.
NO_CHANGES = ("No updates are to be performed", "didn't contain changes")
