"""The local AWS that a rehearsal brings along: started on a free port, stopped with it."""

import contextlib
import fcntl
import importlib.util
import json
import os
import select
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from cfn_pipeline.errors import RehearsalError
from cfn_pipeline.rehearsal.local_aws.account import LOCAL_NUMBER, Account

__all__ = ["EmbeddedAws", "alone", "embedded_aws", "refuse_lacking", "refuse_used"]

_HOST = "127.0.0.1"
_START = 30.0
_STOP = 90.0


class EmbeddedAws:
    """A local AWS that runs, and its account.

    Args:
        folder: where the account is kept: what was in it is there again.
        region: the account's region.
        port: where it answers; None: a free one.

    Raises:
        RehearsalError: the extra is not installed, the port is in use, or it does not start.

    """

    def __init__(self, folder: Path, *, region: str, port: int | None = None) -> None:
        refuse_lacking(embedded=True)
        self._folder = folder.resolve()
        self._lock = threading.Lock()
        self._folder.mkdir(parents=True, exist_ok=True)
        chosen = refuse_used(port)
        self.account = Account(
            number=LOCAL_NUMBER, region=region, endpoint=f"http://{_HOST}:{chosen}"
        )
        self._process = self._start(chosen)
        try:
            self._wait(chosen)
        except BaseException:
            self.stop()
            raise

    def save(self) -> None:
        """Save the account, so that whatever happens from now on leaves this state.

        Raises:
            RehearsalError: it cannot be saved.

        """
        if failures := self._order({"order": "save"}):
            raise RehearsalError(
                f"the account cannot be saved in {self._folder}: {'; '.join(failures)}"
            )

    def end_tasks_with(self, exit_code: int) -> None:
        """Let the ECS tasks that somebody runs end with an exit code."""
        self._order({"order": "end tasks with", "exit_code": exit_code})

    def have(self, vpcs: Sequence[str], subnets: Sequence[str]) -> list[str]:
        """Let the account have VPCs and subnets; return the ids of those that it had not."""
        order = {"order": "have", "vpcs": list(vpcs), "subnets": list(subnets)}
        return list(self._order(order))

    def stand_ins(self) -> list[str]:
        """Return the types of which stand-ins were made, of which nothing is real but the name."""
        return list(self._order({"order": "stand-ins"}))

    def stop(self) -> None:
        """Stop it once its stacks have come to rest, the account saved."""
        with contextlib.suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()
        try:
            self._process.wait(timeout=_STOP)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        shutil.rmtree(self._folder / "tmp", ignore_errors=True)

    def _order(self, order: dict[str, Any]) -> Any:
        pipe, answers = self._process.stdin, self._process.stdout
        assert pipe is not None
        assert answers is not None
        with self._lock:
            try:
                pipe.write(json.dumps(order) + "\n")
                pipe.flush()
                ready, _, _ = select.select([answers], [], [], _STOP)
                line = answers.readline() if ready else ""
            except (OSError, ValueError):
                line = ""
        if not line:
            raise RehearsalError(
                f"the local AWS has stopped; {self._log} says why, --resume starts it again"
            )
        return json.loads(line)

    @property
    def _log(self) -> Path:
        return self._folder / "server.log"

    def _start(self, port: int) -> subprocess.Popen[str]:
        (self._folder / "tmp").mkdir(parents=True, exist_ok=True)
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AWS_", "LOCALSTACK", "MINISTACK", "S3_", "DOCKER_"))
        }
        environment |= {
            **self.account.environment,
            "BIND_HOST": _HOST,
            "GATEWAY_PORT": str(port),
            "MINISTACK_HOST": _HOST,
            "MINISTACK_ACCOUNT_ID": self.account.number,
            "MINISTACK_REGION": self.account.region,
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            # No engine: whatever would run in a container does not run.
            "DOCKER_HOST": f"unix://{self._folder / 'no-docker'}",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self._folder / "state"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(self._folder / "s3"),
            "TMPDIR": str(self._folder / "tmp"),
            "LOG_LEVEL": "WARNING",
            # Functions are run by the Python that runs this.
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        }
        with self._log.open("ab") as log, alone(self._folder) as lock:
            return subprocess.Popen(
                [sys.executable, "-m", "cfn_pipeline.rehearsal.local_aws.server"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment,
                text=True,
                pass_fds=[lock],
                start_new_session=True,  # Ctrl-C is for the rehearsal, which then stops it
            )

    def _wait(self, port: int) -> None:
        deadline = time.monotonic() + _START
        while time.monotonic() < deadline and self._process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex((_HOST, port)) == 0:
                    return
            time.sleep(0.05)
        raise RehearsalError(f"the local AWS does not start; {self._log} says why")


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[int]:
    """Wait for a local AWS that works with a folder to end, and keep others from it.

    Yields:
        The descriptor of the lock: who inherits it keeps it.

    Raises:
        RehearsalError: it does not end.

    """
    with (folder / ".lock").open("w") as file:
        deadline = time.monotonic() + _STOP
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise RehearsalError(
                        f"another local AWS works with {folder} and does not end"
                    ) from None
                time.sleep(0.05)
        yield file.fileno()


@contextlib.contextmanager
def embedded_aws(folder: Path, *, region: str, port: int | None = None) -> Iterator[EmbeddedAws]:
    """Run a local AWS as long as the block lasts."""
    server = EmbeddedAws(folder, region=region, port=port)
    try:
        yield server
    finally:
        server.stop()


def refuse_lacking(*, embedded: bool) -> None:
    """Refuse to begin without what the extra installs.

    Raises:
        RehearsalError: something of it is lacking.

    """
    names = ("boto3", "jinja2", "rich", *(("cfnresponse", "ministack") if embedded else ()))
    lacking = [name for name in names if importlib.util.find_spec(name) is None]
    if lacking:
        raise RehearsalError(
            f"a rehearsal needs {', '.join(lacking)}, which is not installed; run "
            "pip install 'cfn-pipeline[rehearse]'"
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])


def refuse_used(port: int | None) -> int:
    """Return a port that nobody uses; the one that is given, or any.

    Raises:
        RehearsalError: somebody uses it.

    """
    if port is None:
        return _free_port()
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except (OSError, OverflowError) as error:
            raise RehearsalError(
                f"--port {port}: {_HOST}:{port} cannot be used ({error}); give another, or none "
                "for a free one"
            ) from error
    return port
