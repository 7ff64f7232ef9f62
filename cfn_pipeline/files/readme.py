"""The README of a deployment folder: the steps for its application, in their order."""

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any

from cfn_pipeline.files.makefile import Place, Target
from cfn_pipeline.model.application import Application

_WIDTH = 100
_PROTECTION = "DeletionProtection"
_EMAIL = "NotificationEmail"
_TEXT = """\
# {folder}: how {name} is delivered

A push to `{source}` is tested and built by CodeBuild, and its image deployed to {environments}.
`cfn-pipeline.yml` describes it; everything else here is rendered from it:

    cfn-pipeline render --config cfn-pipeline.yml

| stack | template | what it is |
| --- | --- | --- |
{stacks}

Every template is plain CloudFormation. What `cfn-pipeline deploy` does below can be done
with the AWS CLI alone: `make help`.

## From nothing to the first deployment

You need credentials of the AWS account and Docker here; `pip install 'cfn-pipeline[deploy]'`.

**1. Once per account**, the role with which ECS works ("has been taken" means that it exists):

    aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com

**2. Two repositories**, on GitHub or what else `provider` names. `{source}` has the code. It needs

- `buildspec.yml`: the one in this folder;
- a `Makefile` with the targets that it calls: login, test, release, publish, version, clean and
  logout (`cfn-pipeline new {name} -o . --application ../{name}` writes both);
{image}

`{deployment}` is this folder. One repository is enough with `deployment_source` in
`cfn-pipeline.yml`: this is then a folder of it, and `rehearse` needs `--source MyApp=...` alone.

**3. A connection** to where the repositories are, made in the console (Developer Tools, Settings,
Connections), with its handshake finished there. Its status is then Available; note its ARN.

**4. The network** of each environment, in {configurations}: {missing}.
Or set vpc_id and subnets in `cfn-pipeline.yml` and render again. Then push both repositories.

**5. The image in which builds run**, which the pipeline needs from its first run on:

    cfn-pipeline deploy . kms ecr
    make build-image

**6. All stacks**, in this order:

    cfn-pipeline deploy .

It shows what each stack changes, asks, and shows the events until the stack is complete:

{steps}
{places}
It asks for {asked}; or add `-p Name=Value`. A stack keeps the values that it has.
{notifications}
**7. The first run** begins when the pipeline exists, and the next ones with each push to either
repository. Its page in the console shows what it does, and so does:

    aws codepipeline get-pipeline-state --name {name}
{approvals}{protection}
## Later

- A change: edit `cfn-pipeline.yml`, render, read `git diff`, then push. The pipeline deploys
  {environment_stacks}; what has changed in another template is deployed by `cfn-pipeline deploy .`
- Try the pipeline on this machine, without AWS (`pip install 'cfn-pipeline[rehearse]'`):

      cfn-pipeline rehearse pipeline.yml --source MyApp=../{name} --source DeploymentRepository=.

- Deploy an environment by hand: `cfn-pipeline deploy . {first} -p ApplicationImageTag=...`
- Take everything down: `cfn-pipeline deploy . --remove`. It says what stays.
"""


def readme(
    application: Application,
    *,
    folder: str,
    targets: Sequence[Target],
    templates: Mapping[str, Mapping[str, Any]],
    missing: Mapping[str, Sequence[str]],
) -> str:
    """Return the README.md.

    Args:
        application: what is deployed.
        folder: the name of the folder.
        targets: its stacks, in the order in which they are deployed.
        templates: in long form, by file name.
        missing: the parameters to fill in, by environment.

    """
    environments = application.environments
    by_hand = [target for target in targets if target.environment is None]
    network = dict.fromkeys(name for names in missing.values() for name in names)
    declared = {name for template in templates.values() for name in template.get("Parameters", {})}
    asked = {
        name
        for t in by_hand
        for name in _required(templates[t.file])
        if name not in t.home_parameters and name not in t.outputs
    }
    return _TEXT.format(
        folder=folder,
        name=application.name,
        source=application.source.title,
        deployment=application.deployment_repository.title,
        environments=_listed(
            [f"{e.name}{' (after an approval)' if e.approval else ''}" for e in environments]
        ),
        stacks="\n".join(
            f"| `{t.stack}` | `{t.file}` | {templates[t.file].get('Description', '')} |"
            for t in targets
        ),
        image=_image(application),
        configurations=_listed([f"`{e.name}.json`" for e in environments]),
        missing=_listed([f"`{name}`" for name in network]) or "nothing is missing",
        steps="\n".join(
            f"{number}. `{t.stack}`{_where(t.place)}: {_resources(templates[t.file])}"
            for number, t in enumerate(by_hand, 1)
        ),
        places=_places(application),
        asked=_listed([f"`{name}`" for name in sorted(asked)]) or "no parameters",
        approvals="".join(
            f"\nBefore {e.name}, it waits for your approval of the changes, at most seven days.\n"
            for e in environments
            if e.approval
        ),
        notifications=(
            f"With `-p {_EMAIL}=you@example.com`, mails tell of approvals and failures.\n"
            if _EMAIL in declared
            else ""
        ),
        protection="".join(
            f'\nAfter the first success, protect {e.name}: `"{_PROTECTION}": "true"` in '
            f"`{e.name}.json`, then push.\n"
            for e in environments
            if e.approval
            and any(_PROTECTION in t.get("Parameters", {}) for t in templates.values())
        ),
        environment_stacks=_listed([f"`{application.stack_name(e)}`" for e in environments]),
        first=environments[0].name,
    )


def _where(place: Place) -> str:
    """Return account and region of a stack, as far as they are not those of the pipeline."""
    if place.is_home:
        return ""
    named = [f"account {place.account}" if place.account else "", place.region or ""]
    return "".join(f", {part}" for part in named if part)


def _places(application: Application) -> str:
    """Return what other accounts need; nothing where there are none."""
    places = application.places
    others = [e for e in application.environments if places.account(e)]
    if not others:
        return ""
    names = _listed([f"{e.name} (account {e.account})" for e in others])
    option = " ".join(f"--profile {e.name}=NAME" for e in others)
    text = (
        f"For {names}, say with which profile of the AWS CLI the account is reached: `profile:` of "
        f"the environment in `cfn-pipeline.yml`, or `{option}`. No stack needs one of another "
        "account, so theirs can also be deployed by the people who have it. The role of step 1 is "
        "needed in each account."
    )
    return f"\n{fill(text, width=_WIDTH, break_on_hyphens=False)}\n"


def _image(application: Application) -> str:
    """Return what the application's Dockerfile must have, and its image do."""
    container, *_ = application.all_containers
    words = [] if container.user is None else [f"runs as user `{container.user}`"]
    if container.port is not None:
        words.append(f"listens on port {container.port}")
    if application.load_balancer is not None:
        words.append(f"answers `{application.load_balancer.health_check_path or '/'}` with 200")
    if container.read_only:
        words.append("writes to `/tmp` only")
    text = (
        "- a `Dockerfile` with the stages `test`, whose command runs the tests, and `release`, "
        f"which {_listed(words)}."
    )
    if application.database is not None and container.uses_database:
        variables = application.database.variable_names
        text += f" It finds its database by {_listed([f'`{name}`' for name in variables])}."
    return fill(text, width=_WIDTH, subsequent_indent="  ", break_on_hyphens=False)


def _resources(template: Mapping[str, Any]) -> str:
    """Return the types of a template's resources in a few words."""
    kinds: dict[str, int] = {}
    for resource in template["Resources"].values():
        kind = str(resource["Type"]).split("::", 1)[1].replace("::", " ")
        kinds[kind] = kinds.get(kind, 0) + 1
    return ", ".join(f"{count} {kind}" for kind, count in kinds.items())


def _required(template: Mapping[str, Any]) -> list[str]:
    return [name for name, p in template.get("Parameters", {}).items() if "Default" not in p]


def _listed(names: Sequence[str]) -> str:
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)
