"""The Runtime API of functions with a runtime of their own: for the user of this process only.

It listens on the loopback interface, and its protocol has no credentials. An event of a custom
resource has a URL with the access key of the run.
"""

import contextlib
import os
import socket
import socketserver
from pathlib import Path
from typing import Any

_CONNECTIONS = Path("/proc/net/tcp")


def refuse_other_users() -> None:
    """Let servers of this process answer programs of its user only, on Linux."""
    socketserver.BaseServer.verify_request = _is_of_this_user  # type: ignore[assignment,method-assign]


def _is_of_this_user(_server: socketserver.BaseServer, request: Any, _address: object) -> bool:
    if not _CONNECTIONS.exists():
        return True
    return user_of(request) in (None, os.getuid())


def user_of(connection: socket.socket) -> int | None:
    """Return the id of the user at the other end of a connection; None: it has ended."""
    here, there = (_spelled(*name) for name in (connection.getsockname(), connection.getpeername()))
    with contextlib.suppress(OSError, ValueError):
        for line in _CONNECTIONS.read_text().splitlines()[1:]:
            fields = line.split()
            if fields[1:3] == [there, here]:
                return int(fields[7])
    return None


def _spelled(host: str, port: int) -> str:
    """Return an address as the kernel spells it."""
    number = int.from_bytes(socket.inet_aton(host), "little")
    return f"{number:08X}:{port:04X}"
