"""What all tests share."""

import os
import sys

from hypothesis import settings

from cfn_pipeline.rehearsal import machine

# Tests start Python a hundred times: what it imports is compiled once, and not each time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# A make below "make test" would say where it is, and take over its options.
for _name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
    os.environ.pop(_name, None)

# make coverage measures the local AWS, too: its process inherits how.
machine._PREFIXES = (*machine._PREFIXES, "COVERAGE_")

# How many examples are drawn: some in make test, more in make coverage, and in a long search for
# examples that fail (pytest --hypothesis-profile long). CI draws the same ones each time: what
# fails there fails because of the change that it tests.
_CI = bool(os.environ.get("CI"))
for _profile, _examples in {"quick": 20, "thorough": 40, "long": 6000}.items():
    settings.register_profile(_profile, deadline=None, max_examples=_examples)
    if _CI:
        _found = settings.get_profile(_profile)
        settings.register_profile(_profile, _found, derandomize=True, database=None)
settings.load_profile("quick")
