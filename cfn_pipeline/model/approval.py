"""How a person approves the deployments of an environment."""

from collections.abc import Iterator

from cfn_pipeline.frozen import frozen
from cfn_pipeline.model.validated import Validated


@frozen
class Approval(Validated):
    """What is told to the person who approves a deployment: ``Approval(approve_empty=True)``.

    A function of the pipeline's stack reads the change set when the approval begins, and publishes
    what will change to the pipeline's topic, in place of the message that the approval waits.

    Args:
        describe_changes: whether the message says what will change: each resource with its action,
            whether it is replaced, and why; each parameter, such as the image's tag, before and
            after; and where the console shows the change set. False: it says that the approval
            waits.
        approve_empty: whether the function approves where the change set is empty, and each preview
            is. What follows the approval runs then, too. It approves nothing when it cannot read a
            change set, or CloudFormation does not say that it has no changes.
        preview: whether change sets of later environments with an approval are created before this
            approval begins, so that the message says what will change there, too. They are never
            executed: each environment creates its own when its turn comes, and where its stack or
            its files have changed meanwhile, that one differs from the preview. A preview that
            cannot be created stops the pipeline here.

    """

    describe_changes: bool = True
    approve_empty: bool = False
    preview: bool = False

    def problems(self) -> Iterator[str]:
        """Yield options that need ``describe_changes``."""
        if not self.describe_changes:
            for name in ("approve_empty", "preview"):
                if getattr(self, name):
                    yield f"approval: {name} needs describe_changes; remove describe_changes=False"
