"""The README of a fleet's folder: the order of its first deployment."""

from collections.abc import Sequence

from cfn_pipeline.files.makefile import Target
from cfn_pipeline.model.fleet import Fleet
from cfn_pipeline.model.shared import SHARED

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

{accounts}**{pipeline}. The pipeline**, in this order:

{steps}

It begins its first run, which makes a role for each application and then its stacks, in waves.
From then on it updates itself, as its last step.
{large}{shared}
{images}
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
#: Where applications share stacks.
_SHARED = """
Before the waves, it deploys what the applications share; `{folder}/README.md` says what is then
done by hand. Until then, the first runs of applications may fail: start them again.
"""
_IMAGES = """\
**{number}. The images in which applications are built**, of those with a `Dockerfile.codebuild`: when the
first run has made the repository, `make build-image` in the application's folder. Then start the
application's own pipeline.
"""  # noqa: E501 - the number is shorter

#: Where applications have environments in other accounts.
_ACCOUNTS = """\
**3. The other accounts**: step 1 in each of them, and then what the pipeline needs there, a
boundary and three roles. Use credentials of that account, such as with `AWS_PROFILE=name`. A person
deploys this, too, now and after changes: a run stops before it deploys anything where it is not as
it is rendered.

{steps}

"""


def fleet_readme(
    fleet: Fleet,
    targets: Sequence[Target],
    *,
    large: Sequence[str],
    has_shared: bool,
) -> str:
    """Return the README.md.

    Args:
        fleet: the fleet.
        targets: its stacks, in the order in which they are deployed; the first is the boundary,
            and those of other accounts follow.
        large: the files of templates that are too large to be deployed without a bucket.
        has_shared: whether it deploys what applications share.

    """
    bucket = "larger than 51,200 bytes: add `S3_BUCKET=name`, a bucket for templates"
    is_large = f"{' and '.join(large)} {'are' if len(large) > 1 else 'is'} {bucket}.\n"
    places = {target.name: target.place for target in targets}
    others = [name for name, place in places.items() if place.account != fleet.account]
    accounts = _ACCOUNTS.format(steps="\n".join(f"    make deploy/{name}" for name in others))
    first = 4 if others else 3
    return _TEXT.format(
        name=fleet.name,
        source=fleet.source.title,
        steps="\n".join(f"    make deploy/{name}" for name in [*places][1 + len(others) :]),
        large=is_large if large else "",
        shared=_SHARED.format(folder=SHARED) if has_shared else "",
        accounts=accounts if others else "",
        pipeline=first,
        images=_IMAGES.format(number=first + 1),
    )
