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

# CI draws the same examples each time: what fails there fails because of the change that it tests.
# A long search for examples that fail: pytest --hypothesis-profile long
settings.register_profile("short", deadline=None, max_examples=60)
settings.register_profile("ci", settings.get_profile("short"), derandomize=True, database=None)
settings.register_profile("long", settings.get_profile("short"), max_examples=6000)
settings.load_profile("ci" if os.environ.get("CI") else "short")
