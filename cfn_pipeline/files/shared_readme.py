"""The README of what applications share: how its stacks are deployed, changed and removed."""

from collections.abc import Mapping, Sequence
from typing import Any

from cfn_pipeline.files.makefile import Target
from cfn_pipeline.model.shared import SHARED, Shared

_TEXT = """\
# {name}: what the applications share

| stack | template | what it is |
| --- | --- | --- |
{stacks}

Applications import from these stacks, so they are deployed before the applications, and removed
after them.

## The first deployment

You need credentials of the AWS account that may deploy them, `pip install 'cfn-pipeline[deploy]'`,
and in the folder of the configuration file

    cfn-pipeline deploy . --application {folder}{given}

The same with the AWS CLI alone: `make help`.
{connection}{build_image}
Then deploy the applications.

## Later

- **A change**: edit the configuration file, `cfn-pipeline render`, read `git diff`, and deploy as
  above: before the applications, if they import something new.
- **A value that applications import** cannot be changed: CloudFormation refuses the update as long
  as it is in use. Give `shared` another name: its stacks are then deployed beside these, the
  applications after them, and these are removed last.
- **To remove them**, when no application is left that imports from them: add `--remove`, while
  `shared` is still in the configuration file.
"""
_CONNECTION = """
**The connection** is PENDING at first: finish its handshake in the console (Developer Tools,
Settings, Connections). Until then, no pipeline can read its repository.
"""
_BUILD_IMAGE = """
**The image in which applications are built**, before their first builds:

    make build-image
"""


def shared_readme(
    shared: Shared, targets: Sequence[Target], templates: Mapping[str, Mapping[str, Any]]
) -> str:
    """Return the README.md.

    Args:
        shared: what applications share.
        targets: its stacks, in the order in which they are deployed.
        templates: in long form, by file name.

    """
    required = {
        name: None
        for target in targets
        for name, parameter in templates[target.file].get("Parameters", {}).items()
        if "Default" not in parameter
    }
    return _TEXT.format(
        name=shared.name,
        folder=SHARED,
        stacks="\n".join(
            f"| `{t.stack}` | `{t.file}` | {templates[t.file]['Description']} |" for t in targets
        ),
        given="".join(f" -p {name}=..." for name in required),
        connection=_CONNECTION if shared.connection is not None else "",
        build_image=_BUILD_IMAGE if shared.build_image is not None else "",
    )
