"""The README of what applications share: how its stacks are deployed, changed and removed."""

from collections.abc import Mapping, Sequence
from typing import Any

from cfn_pipeline.files.makefile import Target
from cfn_pipeline.model.fleet import Fleet
from cfn_pipeline.model.shared import SHARED, Shared

_TEXT = """\
# {name}: what the applications share

| stack | template | what it is |
| --- | --- | --- |
{stacks}

Applications import from these stacks, so they are deployed before the applications, and removed
after them.

## The first deployment

{first}
{connection}{build_image}
{then}

## Later

{later}
"""
_BY_HAND = """\
You need credentials of the AWS account that may deploy them, `pip install 'cfn-pipeline[deploy]'`,
and in the folder of the configuration file

    cfn-pipeline deploy . --application {folder}{given}

The same with the AWS CLI alone: `make help`."""
_LATER_BY_HAND = """\
- **A change**: edit the configuration file, `cfn-pipeline render`, read `git diff`, and deploy as
  above: before the applications, if they import something new.
- **A value that applications import** cannot be changed: CloudFormation refuses the update as long
  as it is in use. Give `shared` another name: its stacks are then deployed beside these, the
  applications after them, and these are removed last.
- **To remove them**, when no application is left that imports from them: add `--remove`, while
  `shared` is still in the configuration file."""
_BY_FLEET = """\
The pipeline {fleet} deploys them, in its stage Shared, before the applications."""
_LATER_BY_FLEET = """\
- **A change**: edit the configuration file, `cfn-pipeline render`, read `git diff`, and push.
- **A value that applications import** cannot be changed: CloudFormation refuses the update as long
  as it is in use, and the run ends before any application. Give `shared` another name: its stacks
  are then deployed beside these, and the applications after them. These are left alone; delete them
  last.
- **To remove them**: take `shared` out of the configuration file, keep this folder, and push. When
  the applications no longer import from them, the pipeline asks a person, and deletes them."""
_CONNECTION = """
**The connection** is PENDING at first: finish its handshake in the console (Developer Tools,
Settings, Connections). Until then, no pipeline can read its repository.
"""
_BUILD_IMAGE = """
**The image in which applications are built**, before their first builds:

    make build-image
"""


def shared_readme(
    shared: Shared,
    fleet: Fleet | None,
    targets: Sequence[Target],
    templates: Mapping[str, Mapping[str, Any]],
) -> str:
    """Return the README.md.

    Args:
        shared: what applications share.
        fleet: whose pipeline deploys its stacks; None: people do.
        targets: its stacks, in the order in which they are deployed.
        templates: in long form, by file name.

    """
    if fleet is None:
        first = _BY_HAND.format(folder=SHARED, given=_given(targets, templates))
        then, later = "Then deploy the applications.", _LATER_BY_HAND
    else:
        first, later = _BY_FLEET.format(fleet=fleet.name), _LATER_BY_FLEET
        then = "Then start the pipelines of the applications."
    return _TEXT.format(
        name=shared.name,
        stacks="\n".join(
            f"| `{t.stack}` | `{t.file}` | {templates[t.file]['Description']} |" for t in targets
        ),
        first=first,
        connection=_CONNECTION if shared.connection is not None else "",
        build_image=_BUILD_IMAGE if shared.build_image is not None else "",
        then=then,
        later=later,
    )


def _given(targets: Sequence[Target], templates: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the options for parameters that must be given."""
    required = {
        name: None
        for target in targets
        for name, parameter in templates[target.file].get("Parameters", {}).items()
        if "Default" not in parameter
    }
    return "".join(f" -p {name}=..." for name in required)
