"""What builds and functions inherit from this machine: a few environment variables."""

import os
from collections.abc import Mapping
from pathlib import Path

#: Variables that are inherited: language, temporary folder, network.
_NAMES = ("LANG", "LANGUAGE", "TZ", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR")
_PREFIXES: tuple[str, ...] = ("LC_",)
_SUFFIXES = ("_proxy", "_PROXY")

#: Variables by which tools find an account, inherited without a local AWS.
_CREDENTIALS = ("AWS_", "BOTO")

#: Hosts that are reached without a proxy: the local AWS is there.
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def inherited_variables(*, credentials: bool) -> dict[str, str]:
    """Return the variables that a build or a function inherits from this machine.

    Args:
        credentials: whether they include those by which tools find an AWS account.

    """
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name in _NAMES
        or name.startswith(_PREFIXES)
        or name.endswith(_SUFFIXES)
        or (credentials and name.startswith(_CREDENTIALS))
    }
    if credentials:  # the HOME of a build is another one
        home = Path.home() / ".aws"
        inherited.setdefault("AWS_CONFIG_FILE", str(home / "config"))
        inherited.setdefault("AWS_SHARED_CREDENTIALS_FILE", str(home / "credentials"))
    return inherited


def with_direct_loopback(variables: Mapping[str, str]) -> dict[str, str]:
    """Return variables with which programs use no proxy for this machine."""
    direct = {}
    for name in ("NO_PROXY", "no_proxy"):
        hosts = [host for host in variables.get(name, "").split(",") if host.strip()]
        lacking = [host for host in _LOOPBACK if host not in hosts and hosts != ["*"]]
        direct[name] = ",".join([*hosts, *lacking])
    return {**variables, **direct}
