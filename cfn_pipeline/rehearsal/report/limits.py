"""The limits of a rehearsal."""

__all__ = ["LIMITS"]

#: Sentences by topic, for the report and the documentation.
LIMITS = {
    "Permissions": (
        "Within an account, roles are not enforced: a role may lack permissions that the run "
        "needed. cfn-pipeline permissions derives what roles need."
    ),
    "Resources": (
        "The local AWS keeps records of resources. No instance, container or database runs, and "
        "no health check is made; what takes minutes on AWS takes none here."
    ),
    "Properties": (
        "Values that AWS would refuse may pass, and so may references to missing resources, names "
        "that are taken and changes that a stack policy denies. cfn-lint and cfn-pipeline check "
        "find many of them."
    ),
    "Images": (
        "Stacks pull no images, and builds push none. ECRBuildAndPublish looks for the Dockerfile; "
        "the digest is a placeholder."
    ),
    "The account": (
        "Quotas and taken names are not checked, nor policies of buckets and keys within an "
        "account."
    ),
    "Triggers and notifications": (
        "Triggers do not start it. Notifications are not sent, but functions that rules run when "
        "an approval begins are run."
    ),
    "Regions and accounts": (
        "The policies of both sides decide what CodePipeline may do in another account, and which "
        "images tasks there may pull: not what else its stacks do there, and not by policies of "
        "the organization. A stack whose tasks may not pull stays, where AWS would roll it back."
    ),
    "Change sets": (
        "They show what changes and why. Replacement is often Conditional where AWS would say True "
        "or False."
    ),
    "Empty change sets": (
        "An empty change set is approved and executed without an effect. What CodePipeline does is "
        "not documented."
    ),
    "on-failure CONTINUE": (
        "The build continues, and fails at its end. What CodeBuild does is not documented."
    ),
}
