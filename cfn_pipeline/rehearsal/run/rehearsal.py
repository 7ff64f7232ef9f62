"""A rehearsal, from its plan to the status of its run."""

import contextlib
import shutil
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cfn_pipeline.analysis.partial_text import is_known
from cfn_pipeline.analysis.resolving import text_of
from cfn_pipeline.analysis.system import System
from cfn_pipeline.errors import RehearsalError
from cfn_pipeline.rehearsal.artifacts.sources import fetch
from cfn_pipeline.rehearsal.artifacts.store import Artifacts
from cfn_pipeline.rehearsal.artifacts.zips import unzip
from cfn_pipeline.rehearsal.cloudformation.stacks import Stacks
from cfn_pipeline.rehearsal.context import Approver, Context
from cfn_pipeline.rehearsal.folder import RunFolder
from cfn_pipeline.rehearsal.local_aws.account import Account, endpoint_account, live_account
from cfn_pipeline.rehearsal.local_aws.accounts import Accounts
from cfn_pipeline.rehearsal.local_aws.embedded import EmbeddedAws, embedded_aws, exclusive
from cfn_pipeline.rehearsal.outcome import ActionFailed, Status, Stopped
from cfn_pipeline.rehearsal.pipeline import Pipeline, parse_api_pipeline
from cfn_pipeline.rehearsal.preparation.dependencies import find_dependencies
from cfn_pipeline.rehearsal.preparation.preparation import Preparation
from cfn_pipeline.rehearsal.preparation.template import PipelineTemplate, read_pipeline
from cfn_pipeline.rehearsal.run.journal import Journal, now
from cfn_pipeline.rehearsal.run.plan import Plan, Settings
from cfn_pipeline.rehearsal.run.stages import Listener, Run
from cfn_pipeline.rehearsal.run.validation import validate_names, validate_pipeline, validate_skips


@dataclass(frozen=True, kw_only=True)
class Rehearsal:
    """A rehearsal.

    Args:
        plan: what is rehearsed.
        settings: how it is carried out.
        approve: answers manual approvals.
        listener: follows the run.
        stop: set when the run is to stop.
        template: the pipeline's template; None: it is read when it is needed.

    """

    plan: Plan
    settings: Settings
    approve: Approver
    listener: Listener
    stop: threading.Event
    template: PipelineTemplate | None = None

    def run(self, journal: Journal) -> Status:
        """Run a pipeline, or resume its run, and return the status of the run.

        Args:
            journal: of the run, locked by this process.

        Raises:
            RehearsalError: the run cannot begin or cannot be resumed.
            CfnPipelineError: a file of the plan cannot be read.

        """
        from botocore.exceptions import BotoCoreError, ClientError

        began = time.monotonic()
        earlier = float(journal.data.get("seconds", 0.0))
        journal.record(status=Status.IN_PROGRESS)
        status, message = Status.FAILED, ""
        try:
            with self._account(journal.folder) as (account, local):
                status = self._run(journal, account, local)
                if local is not None:
                    journal.record(stand_ins=local.stand_in_types())
        except Stopped:
            status = Status.STOPPED
        except RehearsalError as error:
            message = str(error)
            raise
        except (BotoCoreError, ClientError) as error:
            message = str(error)
            raise RehearsalError(message) from error
        finally:
            journal.record(
                status=status,
                ended=now(),
                seconds=round(earlier + time.monotonic() - began, 2),
                error=message,
            )
        return status

    def _run(self, journal: Journal, account: Account, local: EmbeddedAws | None) -> Status:
        def notify(text: str) -> None:
            if journal.notice(text):
                self.listener.on_notice(text)

        accounts = Accounts(account, None if local is None else local.key_of)
        if local is not None:
            local.set_task_exit_code(self.settings.task_exit_code)
        if account.endpoint is not None:
            self._create_secrets(account)
            self._delete_stacks(account)
        if "definition" in journal.data:
            pipeline = Pipeline.from_dict(journal.data["definition"])
            validate_names(pipeline.names)
        else:
            pipeline = self._pipeline(accounts, notify)
            validate_pipeline(pipeline, self.plan, self.settings)
            if local is not None:
                local.save()
            journal.record(
                pipeline=pipeline.name,
                execution_id=str(uuid.uuid4()),
                account=account.number,
                definition=pipeline.to_dict(),
                artifacts={},
            )
        validate_skips(pipeline, self.settings)
        folder = RunFolder(journal.folder.path.resolve())
        artifacts = Artifacts(account, pipeline.name, pipeline.bucket, folder)
        artifacts.restore(journal.data["artifacts"])
        context = Context(
            account=account,
            accounts=accounts,
            local=local,
            pipeline=pipeline,
            folder=folder,
            artifacts=artifacts,
            sources=self.plan.sources,
            builds=self.settings.builds,
            approve=self.approve,
            parameters=self.plan.parameters,
            variables={
                "codepipeline": {"PipelineExecutionId": str(journal.data["execution_id"])},
                "variables": {
                    name: self.plan.variables.get(name, default or "")
                    for name, default in pipeline.variables.items()
                },
            },
            notify=notify,
            stop=self.stop,
        )
        self.listener.on_start(pipeline, journal)
        run = Run(context=context, journal=journal, listener=self.listener, skip=self.settings.skip)
        return run.run()

    @contextlib.contextmanager
    def _account(self, folder: RunFolder) -> Iterator[tuple[Account, EmbeddedAws | None]]:
        plan = self.plan
        if plan.live is not None:
            yield live_account(plan.live, plan.region), None
        elif plan.endpoint is not None:
            yield endpoint_account(plan.endpoint, plan.region), None
        else:
            self.listener.on_prepare("a local AWS")
            if plan.after is not None and not folder.account.exists():
                _copy_account(folder.sibling(plan.after), folder)
            with embedded_aws(
                folder.account, region=plan.region, port=self.settings.port, number=plan.account
            ) as server:
                yield server.account, server

    def _create_secrets(self, account: Account) -> None:
        """Create the secrets that ``--secret`` names."""
        secrets = account.client("secretsmanager")
        for name, text in self.settings.secrets.items():
            self.listener.on_prepare(f"secret {name}")
            try:
                secrets.create_secret(Name=name, SecretString=text)
            except secrets.exceptions.ResourceExistsException:
                secrets.put_secret_value(SecretId=name, SecretString=text)

    def _delete_stacks(self, account: Account) -> None:
        """Delete the stacks that ``--delete-stack`` names."""
        stacks = Stacks(account, "", self.stop)
        for stack in self.settings.delete:
            if stacks.find(stack) is None:
                raise RehearsalError(f"--delete-stack {stack}: the stack does not exist")
            self.listener.on_prepare(f"deletion of stack {stack}")
            try:
                stacks.delete(stack)
            except ActionFailed as error:
                raise RehearsalError(f"--delete-stack {stack}: {error}") from error

    def _pipeline(self, accounts: Accounts, notify: Callable[[str], None]) -> Pipeline:
        """Prepare the accounts, and return the pipeline."""
        template = self.template or read_pipeline(self.plan.template, self.plan.pipeline)
        if self.plan.live is not None:
            return _live_pipeline(accounts.home, template)
        with tempfile.TemporaryDirectory() as folder:
            sources = self._fetch_sources(Path(folder))
            dependencies = find_dependencies(template, self.plan.others, sources)
        undeclared = sorted(set(self.plan.parameters) - dependencies.declared)
        if undeclared:
            raise RehearsalError(
                f"--parameter {undeclared[0]}: no template has such a parameter; they have "
                f"{', '.join(sorted(dependencies.declared)) or 'none'}"
            )
        return Preparation(
            accounts=accounts,
            dependencies=dependencies,
            parameters=self.plan.parameters,
            exports=self.plan.exports,
            on_prepare=self.listener.on_prepare,
            notify=notify,
            stop=self.stop,
        ).run()

    def _fetch_sources(self, folder: Path) -> Mapping[str, Path]:
        """Return folders with the files of the sources, by artifact or action."""
        folders = {}
        for number, (name, source) in enumerate(self.plan.sources.items()):
            if Path(source).is_dir():
                folders[name] = Path(source)
                continue
            archive, target = folder / f"{number}.zip", folder / str(number)
            fetch(source, archive, stop=self.stop)
            unzip(archive, target, self.stop)
            folders[name] = target
        return folders


def _copy_account(earlier: RunFolder, folder: RunFolder) -> None:
    """Copy the account of an earlier run; after an interruption nothing is left of it.

    Raises:
        RehearsalError: the earlier run has no account, or is still running.

    """
    name, partial = earlier.path.name, folder.partial_account
    if not earlier.account.is_dir():
        raise RehearsalError(f"--after {name}: that run did not use a local AWS")
    shutil.rmtree(partial, ignore_errors=True)
    with Journal(earlier.path, {}).lock(), exclusive(earlier.account):
        shutil.copytree(earlier.account, partial, ignore=shutil.ignore_patterns("*.log", ".lock"))
    partial.rename(folder.account)


def _live_pipeline(account: Account, template: PipelineTemplate) -> Pipeline:
    """Return the pipeline that is deployed in an account of AWS."""
    from botocore.exceptions import BotoCoreError, ClientError

    resource = template.resource
    system = System(templates=[resource.template])
    name = text_of(resource.properties.get("Name"), resource.template, system)
    if name is None or not is_known(name):
        raise RehearsalError(
            f"{template.file}: the pipeline's name is not known before it is deployed; --live "
            "needs a Name without functions"
        )
    try:
        response: Mapping[str, Any] = account.client("codepipeline").get_pipeline(name=name)
    except (ClientError, BotoCoreError) as error:
        raise RehearsalError(f"--live {account.number}: pipeline {name}: {error}") from error
    return parse_api_pipeline(response, account.region)
