"""The README of a fleet's folder: the order of its first deployment."""

from collections.abc import Sequence

from cfn_pipeline.files.makefile import Target
from cfn_pipeline.model.fleet import Fleet

_TEXT = """\
# {name}: the pipeline that delivers the pipelines

A push to `{source}` renders all applications of the configuration file, checks
them, and updates the stacks that deliver them. The applications' own stacks are those of their
own pipelines.

## The first deployment

You need credentials of the AWS account that may make roles, and

    pip install 'cfn-pipeline[deploy]'

**1. Once per account**, the role with which ECS works ("has been taken" means that it exists):

    aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com

**2. The boundary**, which a person deploys now and after changes: no role of the fleet may change
it.

    make deploy/boundary

**3. The pipeline**, in this order:

{steps}

It begins its first run, which makes a role for each application and then its stacks, in waves.
From then on it updates itself, as its last step.
{large}
**4. The images in which applications are built**, of those with a `Dockerfile.codebuild`: when the
first run has made the repository, `make build-image` in the application's folder. Then start the
application's own pipeline.
{elsewhere}
## Later

- **A change**: edit the configuration file, `cfn-pipeline render`, read `git diff`, push.
  `cfn-pipeline fleet` shows what differs from what is deployed.
- **A new application**: the same. The first run changes this pipeline alone, which then starts
  again.
- **An application that goes**: take it out of the configuration file, keep its folder, and push.
  The pipeline asks a person, and then deletes its stacks. When they are gone:
  `cfn-pipeline render --prune`, and push.
- **Several runs** wait for each other.
"""


def fleet_readme(
    fleet: Fleet,
    targets: Sequence[Target],
    *,
    is_large: bool,
    elsewhere: Sequence[tuple[str, str]],
) -> str:
    """Return the README.md.

    Args:
        fleet: the fleet.
        targets: its stacks, in the order in which they are deployed; the first is the boundary.
        is_large: whether a template is too large to be deployed without a bucket.
        elsewhere: stacks in other accounts: account and name.

    """
    large = (
        "Its template is larger than 51,200 bytes: add `S3_BUCKET=name`, a bucket for templates.\n"
        if is_large
        else ""
    )
    listed = "\n".join(f"- `{stack}` in account {account}" for account, stack in elsewhere)
    others = (
        f"\n**5. Stacks in other accounts**, which people deploy:\n\n{listed}\n"
        if elsewhere
        else ""
    )
    return _TEXT.format(
        name=fleet.name,
        source=fleet.source.title,
        steps="\n".join(f"    make deploy/{target.name}" for target in targets[1:]),
        large=large,
        elsewhere=others,
    )
