"""What a rehearsal cannot prove."""

__all__ = ["LIMITS"]

#: In a sentence or two, by what they are about; for the report and the documentation.
LIMITS = {
    "Permissions": (
        "Nobody's role is enforced here, so that a role may lack what the run took. "
        "cfn-pipeline permissions tells what roles need."
    ),
    "Resources": (
        "The local AWS keeps records of them. No instance, container or database runs, and no "
        "health check waits for one; what takes minutes on AWS takes none here."
    ),
    "Properties": (
        "Values that AWS would refuse may pass, and so may references to nothing, names that are "
        "taken and changes that a stack policy denies. cfn-lint and cfn-pipeline check find many."
    ),
    "Images": "Nothing is pulled from a registry for a stack, or pushed to one.",
    "The account": "Its quotas, names that are taken, policies of buckets and keys.",
    "Triggers and notifications": "Nobody starts the pipeline but you, and nobody is told.",
    "Regions and accounts": (
        "Whatever a pipeline does in other accounts, it does in the one account here."
    ),
    "Change sets": (
        "They name what changes and why. Whether a resource is replaced is often told as "
        "Conditional where AWS knows better."
    ),
    "Empty change sets": (
        "Here one is approved and executed as if there were nothing to do. What CodePipeline does "
        "with it is not documented."
    ),
    "on-failure CONTINUE": (
        "Here the build goes on, and fails in the end. What CodeBuild makes of it is not "
        "documented."
    ),
}
