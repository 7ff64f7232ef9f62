"""Everything of a run is below its folder."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_pipeline.errors import RehearsalError
from cfn_pipeline.rehearsal.folder import BuildFolder, RunFolder, path_below

OUTSIDE = ["../x", "../../..", "/etc/x", "x/../../X", "..", "", ".", "a/../..", "nul\0"]


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_path_outside_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(RehearsalError, match="it must be below "):
        path_below(tmp_path, name)
    with pytest.raises(RehearsalError, match="it must be below "):
        BuildFolder(tmp_path).source(name)


@pytest.mark.parametrize("name", ["../x", "../../..", "/etc/x", "x/../../X", "nul\0"])
def test_a_name_that_leads_outside_is_refused(tmp_path: Path, name: str) -> None:
    folder = RunFolder(tmp_path / "run")
    with pytest.raises(RehearsalError, match="it must be below "):
        folder.archive(name)
    with pytest.raises(RehearsalError, match="it must be below "):
        folder.new_build(name, "x/../../..")
    with pytest.raises(RehearsalError, match="it must be below "):
        folder.sibling(name)
    assert list(tmp_path.iterdir()) == []


def test_a_link_that_leads_outside_is_refused(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "out").symlink_to(tmp_path)
    with pytest.raises(RehearsalError, match="it must be below "):
        path_below(tmp_path / "in", "out/file")


@given(st.text(max_size=12) | st.lists(st.sampled_from(["..", ".", "a", ""])).map("/".join))
def test_a_path_that_is_accepted_is_below(
    tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    folder = tmp_path_factory.getbasetemp()
    try:
        path = path_below(folder, name)
    except RehearsalError:
        return
    assert folder.resolve() in path.resolve().parents
