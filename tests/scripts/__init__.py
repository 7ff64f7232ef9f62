"""The scripts, loaded as modules: they are in no package."""

import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest

from tests.command import Done

SCRIPTS = Path(__file__).parents[2] / "scripts"


def load_script(path: str) -> ModuleType:
    """Load a script of the folder ``scripts``, such as ``audit/audit.py``."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, SCRIPTS / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    folder = str((SCRIPTS / path).parent)  # as Python does for a script that it runs
    sys.path.insert(0, folder)
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(folder)
    return module


def run_script(
    module: ModuleType, arguments: Sequence[str], capfd: pytest.CaptureFixture[str]
) -> Done:
    """Run a script's ``main`` in this process, and the programs that it calls."""
    try:
        code = module.main(arguments)
    except SystemExit as exit_:
        code = exit_.code
    out, err = capfd.readouterr()
    return Done(code=code, out=out, err=err)
