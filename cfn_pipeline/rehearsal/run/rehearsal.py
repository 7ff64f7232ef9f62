"""A rehearsal from its beginning to its end."""

import contextlib
import shutil
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
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
from cfn_pipeline.rehearsal.local_aws.account import Account, at_endpoint, live
from cfn_pipeline.rehearsal.local_aws.embedded import (
    EmbeddedAws,
    alone,
    embedded_aws,
)
from cfn_pipeline.rehearsal.outcome import ActionFailed, Status, Stopped
from cfn_pipeline.rehearsal.pipeline import (
    Pipeline,
    pipeline_of_api,
    pipeline_of_record,
)
from cfn_pipeline.rehearsal.preparation.preparation import Preparation
from cfn_pipeline.rehearsal.preparation.surroundings import pipeline_in, surroundings_of
from cfn_pipeline.rehearsal.run.journal import Journal, now
from cfn_pipeline.rehearsal.run.plan import Plan, Settings
from cfn_pipeline.rehearsal.run.stages import Listener, Run
from cfn_pipeline.rehearsal.run.validation import refuse_pipeline, refuse_skips

__all__ = ["Rehearsal"]


@dataclass(frozen=True, kw_only=True)
class Rehearsal:
    """A rehearsal.

    Args:
        plan: what it is about.
        settings: how it is carried out.
        approve: whoever is asked by manual approvals.
        listener: who follows it.
        stop: set when it is to stop.

    """

    plan: Plan
    settings: Settings
    approve: Approver
    listener: Listener
    stop: threading.Event

    def run(self, journal: Journal) -> Status:
        """Run a pipeline, or go on with it, and return how that ended.

        Args:
            journal: of the run, whose folder nobody else works with.

        Raises:
            RehearsalError: the run cannot begin, or cannot go on.
            CfnPipelineError: what was given cannot be read.

        """
        from botocore.exceptions import BotoCoreError, ClientError

        began = time.monotonic()
        before = float(journal.said.get("seconds", 0.0))
        journal.record(status=Status.IN_PROGRESS)
        status, error = Status.FAILED, ""
        try:
            with self._account(journal) as (account, embedded):
                status = self._run(journal, account, embedded)
                if embedded is not None:
                    journal.record(stand_ins=embedded.stand_ins())
        except Stopped:
            status = Status.STOPPED
        except RehearsalError as failure:
            error = str(failure)
            raise
        except (BotoCoreError, ClientError) as failure:
            error = str(failure)
            raise RehearsalError(error) from failure
        finally:
            journal.record(
                status=status,
                ended=now(),
                seconds=round(before + time.monotonic() - began, 2),
                error=error,
            )
        return status

    def _run(self, journal: Journal, account: Account, embedded: EmbeddedAws | None) -> Status:
        def notice(text: str) -> None:
            if journal.notice(text):
                self.listener.notices(text)

        save: Callable[[], None] = _nothing
        have: Callable[[Sequence[str], Sequence[str]], Sequence[str]] = _nothing_of_two
        if embedded is not None:
            embedded.end_tasks_with(self.settings.task_exit_code)
            save, have = embedded.save, embedded.have
        if account.endpoint is not None:
            self._by_hand(account)
        if "definition" in journal.said:
            pipeline = pipeline_of_record(journal.said["definition"])
        else:
            pipeline = self._pipeline(account, notice)
            refuse_pipeline(pipeline, self.plan, self.settings)
            save()
            journal.record(
                pipeline=pipeline.name,
                execution_id=str(uuid.uuid4()),
                account=account.number,
                definition=asdict(pipeline),
                artifacts={},
            )
        refuse_skips(pipeline, self.settings)
        artifacts = Artifacts(account, pipeline.name, pipeline.bucket, journal.folder / "artifacts")
        artifacts.remember(journal.said["artifacts"])
        execution_id = str(journal.said["execution_id"])
        context = Context(
            account=account,
            pipeline=pipeline,
            folder=journal.folder.resolve(),
            artifacts=artifacts,
            sources=self.plan.sources,
            builds=self.settings.builds,
            approve=self.approve,
            parameters=self.plan.parameters,
            variables={
                "codepipeline": {"PipelineExecutionId": execution_id},
                "variables": {
                    name: self.plan.variables.get(name, default or "")
                    for name, default in pipeline.variables.items()
                },
            },
            notice=notice,
            have=have,
            intend=_nothing_of,
            stop=self.stop,
        )
        self.listener.begins(pipeline, journal)
        run = Run(
            context=context,
            journal=journal,
            listener=self.listener,
            skip=self.settings.skip,
            save=save,
        )
        return run.run()

    @contextlib.contextmanager
    def _account(self, journal: Journal) -> Iterator[tuple[Account, EmbeddedAws | None]]:
        plan = self.plan
        if plan.live is not None:
            yield live(plan.live, plan.region), None
        elif plan.endpoint is not None:
            yield at_endpoint(plan.endpoint, plan.region), None
        else:
            self.listener.prepares("a local AWS")
            folder = journal.folder / "account"
            if plan.after is not None and not folder.exists():
                _copy_account(journal.folder.parent / plan.after, folder)
            with embedded_aws(folder, region=plan.region, port=self.settings.port) as server:
                yield server.account, server

    def _by_hand(self, account: Account) -> None:
        """Do what a person does by hand before a pipeline runs."""
        for name, text in self.settings.secrets.items():
            self.listener.prepares(f"secret {name}")
            secrets = account.client("secretsmanager")
            with contextlib.suppress(secrets.exceptions.ResourceExistsException):
                secrets.create_secret(Name=name, SecretString=text)
                continue
            secrets.put_secret_value(SecretId=name, SecretString=text)
        stacks = Stacks(account, "", self.stop)
        for stack in self.settings.delete:
            if stacks.find(stack) is None:
                raise RehearsalError(f"--delete-stack {stack}: there is no such stack")
            self.listener.prepares(f"deletion of the stack {stack}")
            try:
                stacks.delete(stack)
            except ActionFailed as error:
                raise RehearsalError(f"--delete-stack {stack}: {error}") from error

    def _pipeline(self, account: Account, notice: Callable[[str], None]) -> Pipeline:
        """Return the pipeline, in an account that is ready for it."""
        resource = pipeline_in(self.plan.template, self.plan.pipeline)
        if self.plan.live is not None:
            system = System(templates=[resource.template])
            name = text_of(resource.properties.get("Name"), resource.template, system)
            if name is None or not is_known(name):
                raise RehearsalError(
                    f"{self.plan.template}: the pipeline's name is not known before it is "
                    "deployed; give a template whose pipeline has a Name without functions"
                )
            return _deployed_pipeline(account, name)
        with tempfile.TemporaryDirectory() as folder:
            found = surroundings_of(
                resource, self.plan.template, self.plan.others, self._fetched(Path(folder))
            )
        unknown = sorted(set(self.plan.parameters) - found.declared)
        if unknown:
            raise RehearsalError(
                f"--parameter {unknown[0]}: no template has such a parameter; there is "
                f"{', '.join(sorted(found.declared)) or 'none'}"
            )
        return Preparation(
            account=account,
            surroundings=found,
            parameters=self.plan.parameters,
            exports=self.plan.exports,
            prepares=self.listener.prepares,
            notice=notice,
            stop=self.stop,
        ).pipeline()

    def _fetched(self, folder: Path) -> Mapping[str, Path]:
        """Return folders with what the sources hold, by artifact or action."""
        found = {}
        for number, (name, source) in enumerate(self.plan.sources.items()):
            if Path(source).is_dir():
                found[name] = Path(source)
                continue
            archive, target = folder / f"{number}.zip", folder / str(number)
            fetch(source, archive)
            unzip(archive, target)
            found[name] = target
        return found


def _copy_account(earlier: Path, target: Path) -> None:
    """Let a run begin with the account of an earlier one; the copy is whole or not there.

    Raises:
        RehearsalError: the earlier run has none, or is still running.

    """
    account, part = earlier / "account", target.with_name("account.part")
    if not account.is_dir():
        raise RehearsalError(f"--after {earlier.name}: that run had no local AWS of its own")
    shutil.rmtree(part, ignore_errors=True)
    with Journal(earlier, {}).held(), alone(account):
        shutil.copytree(account, part, ignore=shutil.ignore_patterns("*.log", ".lock"))
    part.rename(target)


def _deployed_pipeline(account: Account, name: str) -> Pipeline:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        answer: Mapping[str, Any] = account.client("codepipeline").get_pipeline(name=name)
    except (ClientError, BotoCoreError) as error:
        raise RehearsalError(f"--live {account.number}: the pipeline {name}: {error}") from error
    return pipeline_of_api(answer, account.region)


def _nothing() -> None:
    """Do nothing: what is not local outlasts the rehearsal anyway."""


def _nothing_of(intended: Mapping[str, Any]) -> None:
    del intended


def _nothing_of_two(vpcs: Sequence[str], subnets: Sequence[str]) -> Sequence[str]:
    del vpcs, subnets
    return ()
