"""A deployment at the terminal: what is shown and asked while stacks are deployed or removed."""

import contextlib
import shlex
from collections.abc import Iterator, Mapping, Sequence

from cfn_pipeline.cli import printing
from cfn_pipeline.cli.answers import answer, confirm
from cfn_pipeline.cli.configuration_file import CONFIG
from cfn_pipeline.cli.deployment_folder import DeploymentFolder
from cfn_pipeline.cli.phases import phase
from cfn_pipeline.cli.stack_changes import (
    event_lines,
    show_account,
    show_changes,
    show_next,
    show_removal,
    show_template,
)
from cfn_pipeline.deployment.accounts import Accounts, region_problems
from cfn_pipeline.deployment.change_sets import ChangeSets
from cfn_pipeline.deployment.exports import import_problems, use_problems
from cfn_pipeline.deployment.failures import StackError
from cfn_pipeline.deployment.planning import (
    Step,
    choose,
    last_of_stacks,
    require_possible,
    steps,
    value_problem,
)
from cfn_pipeline.deployment.removing import protection_problems, removals
from cfn_pipeline.deployment.stacks import is_new, kept_parameters
from cfn_pipeline.errors import DeploymentError
from cfn_pipeline.files.makefile import Target
from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.model.shared import SHARED


@frozen
class Deployment(Frozen):
    """What is deployed or removed, and how.

    Args:
        folder: with the templates.
        names: the targets; empty: the default ones.
        command: repeats the deployment, without its targets.
        region: None: that of the AWS CLI.
        profile: None: the default one.
        profiles: by the name of an environment, in place of its own.
        asks: whether each change is asked for.
        changes_nothing: whether changes are only shown.

    """

    folder: DeploymentFolder
    names: Sequence[str]
    command: str
    region: str | None
    profile: str | None
    profiles: Mapping[str, str]
    asks: bool
    changes_nothing: bool

    def require_targets(self) -> None:
        """Raise DeploymentError for a name that is not a target's."""
        choose(self.folder.targets(), self.names)

    def deploy(self, given: Mapping[str, str], *, bucket: str | None) -> None:
        """Deploy the targets, or show their changes."""
        targets = self.folder.targets()
        chosen = choose(targets, self.names)
        with phase("rendering"):
            rendered = self.folder.rendering(chosen)
        planned = steps(chosen, rendered.files, rendered.templates, given)
        accounts = self._accounts(targets, chosen)
        planned = [accounts.with_home(step) for step in planned]
        require_possible(planned, region=accounts.home.region, bucket=bucket)
        if not self.changes_nothing:
            self._require_shared(planned, accounts)
        for step in self._complete(planned, accounts):
            with self._failing(step.target):
                self._deploy(step, targets, accounts, bucket)
        if not self.names and not self.changes_nothing:
            show_next(self.command, targets)

    def remove(self) -> None:
        """Remove the targets, or show what would be removed."""
        targets = self.folder.targets()
        chosen = choose(targets, self.names) if self.names else last_of_stacks(targets)
        accounts = self._accounts(targets, chosen)
        if problems := [
            *protection_problems(accounts.stacks, chosen, self.command),
            *use_problems(accounts.stacks, chosen),
        ]:
            raise DeploymentError(*problems)
        existing = removals(accounts.stacks, chosen)
        for target in reversed(chosen):
            if not any(removal.target is target for removal in existing):
                printing.line(f"{target.stack}: does not exist")
        for removal in existing:
            show_removal(removal)
        if not existing or self.changes_nothing:
            return
        count = "1 stack" if len(existing) == 1 else f"{len(existing)} stacks"
        if self.asks and not confirm(f"Remove {count}?"):
            printing.message("nothing was removed")
            raise SystemExit(1)
        for removal in existing:
            with self._failing(removal.target):
                show = event_lines(removal.target.stack)
                stacks = accounts.stacks(removal.target)
                with phase(removal.target.stack):
                    status = stacks.delete(removal.target.stack, removal.stack_id, show)
                printing.line(f"{removal.target.stack}: {status}")
        if any(removal.staying for removal in existing):
            printing.message(
                "What stays must be deleted or imported before a new deployment can create it "
                "under the same name"
            )

    def _accounts(self, targets: Sequence[Target], chosen: Sequence[Target]) -> Accounts:
        """Return the accounts of all targets; show those of the chosen ones.

        Raises:
            DeploymentError: credentials are of another account, or a region is a wrong one.

        """
        accounts = Accounts(
            targets, region=self.region, profile=self.profile, profiles=self.profiles
        )
        if problems := [*region_problems(chosen, accounts.home.region)]:
            raise DeploymentError(*problems)
        with phase("credentials", hidden=True):
            for account in dict.fromkeys(accounts.of(target.place) for target in chosen):
                show_account(account)
        return accounts

    def _require_shared(self, planned: Sequence[Step], accounts: Accounts) -> None:
        """Refuse stacks that import what applications share before it is deployed.

        Raises:
            DeploymentError: with the command that deploys it.

        """
        root, config = self.folder.shared_path.parent, self.folder.config
        options = {
            "--config": None if config == root / CONFIG else config,
            "--application": SHARED,
            "--region": self.region,
            "--profile": self.profile,
        }
        words = [word for name, value in options.items() if value for word in (name, str(value))]
        command = shlex.join(["cfn-pipeline", "deploy", str(root), *words])
        exports = self.folder.shared_exports()
        if problems := [*import_problems(accounts.stacks, planned, exports, command)]:
            raise DeploymentError(*problems)

    def _complete(self, planned: Sequence[Step], accounts: Accounts) -> list[Step]:
        """Return the steps with values for all parameters, which are asked for.

        Raises:
            DeploymentError: a value is missing and cannot be asked for.

        """
        answers: dict[str, str] = {}
        problems = []
        for step in planned:
            existing = accounts.stacks(step.target).find(step.stack)
            if is_new(existing) and self.changes_nothing:
                continue
            given = {*kept_parameters(existing), *step.target.outputs}
            for name in step.with_values(answers).missing(given):
                value = _ask(step, name)
                if value is None:
                    problems.append(f"{step.target.file} needs {name}; add -p {name}=...")
                else:
                    answers[name] = value
        if problems:
            raise DeploymentError(*dict.fromkeys(problems))
        return [step.with_values(answers) for step in planned]

    def _deploy(
        self, step: Step, targets: Sequence[Target], accounts: Accounts, bucket: str | None
    ) -> None:
        stacks = accounts.stacks(step.target)
        change_sets = ChangeSets(accounts.of(step.target.place), stacks, bucket=bucket)
        existing = stacks.find(step.stack)
        if is_new(existing) and self.changes_nothing:
            show_template(step)
            return
        step = accounts.with_outputs(step, targets)
        with phase(f"change set of {step.stack}"):
            change_set = change_sets.propose(step, existing)
        if change_set is None:
            printing.line(f"{step.stack}: no changes")
            return
        show_changes(change_set)
        is_wanted = False
        try:
            is_wanted = not self.changes_nothing and (
                not self.asks or confirm(f"Deploy {step.stack}?")
            )
        finally:
            if not is_wanted:
                change_sets.discard(change_set)
        if is_wanted:
            with phase(step.stack):
                status = change_sets.execute(change_set, event_lines(step.stack))
                change_sets.set_policy(step)
            printing.line(f"{step.stack}: {status}")
        elif not self.changes_nothing:
            printing.message(f"{step.stack}: not deployed")
            raise SystemExit(1)

    @contextlib.contextmanager
    def _failing(self, target: Target) -> Iterator[None]:
        """Show why a stack failed, and how to go on; exit with 1."""
        try:
            yield
        except StackError as error:
            first, *others = error.problems
            way_out = error.way_out(f"run {self.command} {target.name} --remove")
            status = f" is {error.status}" if way_out else ""
            printing.message(f"Error: stack {target.stack}{status}: {first}")
            for line in [*others, *([f"stack {target.stack}: {way_out}"] if way_out else [])]:
                printing.message(line)
            raise SystemExit(1) from error
        except KeyboardInterrupt:
            printing.message()  # Ctrl-C stands on the line of a question
            printing.message(f"what AWS has begun with stack {target.stack} goes on there")
            raise


def _ask(step: Step, name: str) -> str | None:
    """Ask for the value of a parameter; None: it cannot be asked for."""
    parameter = step.declared[name]
    description = parameter.get("Description")
    about = f" ({description})" if description else ""
    secret = str(parameter.get("NoEcho", "")).lower() == "true"
    while True:
        value = answer(f"{step.stack}: {name}{about}: ", hidden=secret)
        if value is None:
            return None
        problem = value_problem(name, parameter, value) if value else f"{name} must have a value"
        if problem is None:
            return value
        printing.message(problem)
