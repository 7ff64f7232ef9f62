"""The local AWS of a rehearsal: a process that is started and stopped with it."""

import contextlib
import fcntl
import importlib.util
import json
import os
import secrets
import select
import shutil
import socket
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from cfn_pipeline.errors import RehearsalError
from cfn_pipeline.rehearsal import processes
from cfn_pipeline.rehearsal.folder import private
from cfn_pipeline.rehearsal.local_aws.account import LOCAL_NUMBER, Account
from cfn_pipeline.rehearsal.machine import inherited_variables, with_direct_loopback

_HOST = "127.0.0.1"
_LAST_PORT = 65535
#: Timeouts in seconds.
_START = 30.0
_STOP = 90.0


class EmbeddedAws:
    """A running local AWS, and its account.

    Args:
        folder: where the account is saved, and restored from.
        region: the account's region.
        port: on which it listens; None: a free one.
        number: of the account.

    Raises:
        RehearsalError: the extra is not installed, the port is in use, or it does not start.

    """

    def __init__(
        self, folder: Path, *, region: str, port: int | None = None, number: str = LOCAL_NUMBER
    ) -> None:
        require_extra(embedded=True)
        self._folder = folder.resolve()
        self._lock = threading.Lock()
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # It stays open here, so that no other program can take the port.
        self._socket = listen(port)
        host = f"{_HOST}:{self._socket.getsockname()[1]}"
        self.account = Account(
            number=number,
            region=region,
            endpoint=f"http://{host}",
            key=f"REHEARSAL{secrets.token_hex(20).upper()}",
            before_request=self._require_running,
        )
        self._process = self._start(host)
        try:
            self._request({"request": "start"}, "the local AWS does not start", _START)
        except BaseException:
            self.stop()
            raise

    def save(self) -> None:
        """Save the account; a later start restores this state.

        Raises:
            RehearsalError: it cannot be saved.

        """
        failures = self._request({"request": "save"})
        if failures:
            more = f" (and {len(failures) - 1} more errors)" if len(failures) > 1 else ""
            raise RehearsalError(
                f"the account cannot be saved in {self._folder}: {failures[0]}{more}"
            )

    def set_task_exit_code(self, exit_code: int) -> None:
        """Set the exit code of one-off ECS tasks."""
        self._request({"request": "set task exit code", "exit_code": exit_code})

    def ensure_network(
        self, vpcs: Sequence[str], subnets: Sequence[str], account: Account | None = None
    ) -> list[str]:
        """Create VPCs and subnets that an account lacks, and return their ids."""
        account = account or self.account
        place = {"number": account.number, "region": account.region}
        request = {"request": "create network", "vpcs": list(vpcs), "subnets": list(subnets)}
        return list(self._request(request | place))

    def begin_approval(self, detail: Mapping[str, Any]) -> list[dict[str, str]]:
        """Begin an approval, and return the functions that rules run for it, with their events.

        Args:
            detail: of the event "CodePipeline Action Execution State Change".

        """
        place = {"number": self.account.number, "region": self.account.region}
        return list(self._request({"request": "begin approval", "detail": dict(detail), **place}))

    def end_approval(self) -> Mapping[str, Any] | None:
        """End it, and return the result that a function has given; None: none has."""
        result: Mapping[str, Any] | None = self._request({"request": "end approval"})
        return result

    def key_of(self, number: str) -> str:
        """Return an access key of another account."""
        return str(self._request({"request": "access key", "number": number}))

    def stand_in_types(self) -> list[str]:
        """Return the types of resources that exist by name only."""
        return list(self._request({"request": "stand-in types"}))

    def stop(self) -> None:
        """Stop it when its stacks are stable and the account is saved."""
        with contextlib.suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()
        try:
            self._process.wait(timeout=_STOP)
        except processes.TimeoutExpired:
            self._process.terminate()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._socket.close()
        shutil.rmtree(self._folder / "tmp", ignore_errors=True)

    def _require_running(self) -> None:
        if self._process.poll() is not None:
            raise RehearsalError(self._stopped)

    @property
    def _stopped(self) -> str:
        return f"the local AWS has stopped (log: {self._log}); --resume starts it again"

    def _request(
        self, request: dict[str, Any], failure: str | None = None, seconds: float = _STOP
    ) -> Any:
        pipe, responses = self._process.stdin, self._process.stdout
        assert pipe is not None
        assert responses is not None
        with self._lock:
            try:
                pipe.write(json.dumps(request).encode() + b"\n")
                pipe.flush()
                ready, _, _ = select.select([responses], [], [], seconds)
                line = responses.readline() if ready else b""
            except (OSError, ValueError):
                line = b""
        if not line:
            raise RehearsalError(f"{failure} (log: {self._log})" if failure else self._stopped)
        return json.loads(line)

    @property
    def _log(self) -> Path:
        return self._folder / "server.log"

    def _start(self, host: str) -> processes.Process:
        home, temporary = self._folder / "home", self._folder / "tmp"
        for folder in (home, temporary):
            folder.mkdir(parents=True, exist_ok=True)
        environment = with_direct_loopback(inherited_variables(credentials=False)) | {
            **self.account.environment,
            # Functions inherit these; the HOME of this machine is none of their business.
            "HOME": str(home),
            "BIND_HOST": _HOST,
            "GATEWAY_HOST": host,
            "GATEWAY_PORT": host.rpartition(":")[-1],
            "MINISTACK_HOST": _HOST,
            "MINISTACK_ACCOUNT_ID": self.account.number,
            "MINISTACK_REGION": self.account.region,
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            # No engine: nothing runs in containers.
            "DOCKER_HOST": f"unix://{self._folder / 'no-docker'}",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self._folder / "state"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(self._folder / "s3"),
            "TMPDIR": str(temporary),
            "LOG_LEVEL": "WARNING",
            # Functions run with this Python.
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        }
        with open(self._log, "ab", opener=private) as log, exclusive(self._folder) as lock:
            descriptor = self._socket.fileno()
            # -P: no module is imported from the working directory.
            module = ["-P", "-m", "cfn_pipeline.rehearsal.local_aws.server"]
            return processes.start_guarded(
                [sys.executable, *module, str(descriptor)],
                stderr=log,
                environment=environment,
                descriptors=[lock, descriptor],
            )


@contextlib.contextmanager
def exclusive(folder: Path) -> Iterator[int]:
    """Lock the folder of an account; wait until another local AWS has released it.

    Yields:
        The descriptor of the lock; a process that inherits it keeps the lock.

    Raises:
        RehearsalError: it is not released.

    """
    with open(folder / ".lock", "w", opener=private) as file:
        deadline = time.monotonic() + _STOP
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise RehearsalError(
                        f"another local AWS uses {folder}; wait until it has ended"
                    ) from None
                time.sleep(0.05)
        yield file.fileno()


@contextlib.contextmanager
def embedded_aws(
    folder: Path, *, region: str, port: int | None = None, number: str = LOCAL_NUMBER
) -> Iterator[EmbeddedAws]:
    """Run a local AWS while the block runs."""
    server = EmbeddedAws(folder, region=region, port=port, number=number)
    try:
        yield server
    finally:
        server.stop()


def require_extra(*, embedded: bool) -> None:
    """Check that the packages of the extra ``rehearse`` are installed.

    Args:
        embedded: whether a local AWS is started, too.

    Raises:
        RehearsalError: a package is missing.

    """
    names = ("boto3", "jinja2", "rich", *(("cfnresponse", "ministack") if embedded else ()))
    missing = [name for name in names if importlib.util.find_spec(name) is None]
    if missing:
        raise RehearsalError(
            f"a rehearsal needs {', '.join(missing)}; run pip install 'cfn-pipeline[rehearse]'"
        )


def listen(port: int | None) -> socket.socket:
    """Return a socket that listens on a port of the loopback interface.

    Args:
        port: the port; None: a free one.

    Raises:
        RehearsalError: the port cannot be used.

    """
    if port is not None and not 1 <= port <= _LAST_PORT:
        raise RehearsalError(f"invalid --port {port}: use 1 to {_LAST_PORT}, or leave out --port")
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((_HOST, port or 0))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise RehearsalError(
            f"--port {port}: {_HOST}:{port} cannot be used ({error}); use another port, or "
            "leave out --port"
        ) from error
    return listener
