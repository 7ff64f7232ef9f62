"""Keeps a process on the loopback interface: the emulator sends nothing to other machines.

A template can ask for that: an HTTPS endpoint of a topic, an API destination, an HTTP integration.
"""

import ipaddress
import sys
from typing import Any

_REFUSED = "a rehearsal stays on this machine"


def stay_on_loopback() -> None:
    """Let this process raise ConnectionRefusedError instead of using other interfaces."""
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.bind", "socket.sendto"):
        address = arguments[1]
        if isinstance(address, tuple) and not _is_local(str(address[0])):
            raise ConnectionRefusedError(f"{address[0]}: {_REFUSED}")
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
        if isinstance(host, bytes):
            host = host.decode(errors="replace")
        if host and not _is_local(str(host)):
            raise ConnectionRefusedError(f"{host}: {_REFUSED}")


def _is_local(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
