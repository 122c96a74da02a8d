"""Recovery copies: kept while unsaved, dropped on saving, found after a crash."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from drumstudio.app.recovery import RecoveryCopy, discard, find_recovered, recovery_folder
from drumstudio.app.store import load_project
from drumstudio.domain.demo import demo_project
from drumstudio.domain.dials import Dials
from drumstudio.errors import ProjectError

_CRASH = """
import os, sys
from dataclasses import replace
from pathlib import Path
from drumstudio.app.recovery import RecoveryCopy
from drumstudio.domain.demo import demo_project
copy = RecoveryCopy()
copy.write(replace(demo_project(), qpm=float(sys.argv[1])), Path(sys.argv[2]) if sys.argv[2] else None)
os._exit(0)
"""


def _crashed(qpm: float = 90.0, original: Path | None = None) -> None:
    """Leave a copy as a program does that dies before it closes."""
    subprocess.run([sys.executable, "-c", _CRASH, str(qpm), str(original or "")], check=True, timeout=60)


def test_a_copy_in_use_is_not_offered() -> None:
    copy = RecoveryCopy()
    copy.write(demo_project(), None)
    assert copy.path.exists()
    assert find_recovered() == []
    copy.close()
    assert list(recovery_folder().iterdir()) == []


def test_a_cleared_copy_can_be_written_again() -> None:
    copy = RecoveryCopy()
    copy.write(demo_project(), None)
    copy.clear()
    assert not copy.path.exists()
    copy.write(demo_project(), None)
    assert copy.path.exists()
    copy.close()


def test_a_crash_leaves_a_copy_that_is_found_and_discarded(tmp_path: Path) -> None:
    _crashed(93.0, tmp_path / "song.drumstudio")
    found = find_recovered()
    assert [(r.project.qpm, r.original) for r in found] == [(93.0, tmp_path / "song.drumstudio")]
    assert found[0].saved_at > 1.5e9
    discard(found[0])
    assert find_recovered() == []
    assert list(recovery_folder().iterdir()) == []


def test_damaged_copies_are_passed_over() -> None:
    _crashed()
    folder = recovery_folder()
    for name, data in {
        "20200101-a": b"{",
        "20200101-b": b'{"format": "drumstudio-recovery"}',
        "20200101-c": b"\xff",
        "20200101-d": b'{"format": "drumstudio-recovery", "content": "{", "saved_at": 1}',
        "20200101-e": b"[]",
    }.items():
        (folder / f"{name}.recovery").write_bytes(data)
    assert len(find_recovered()) == 1


def test_a_copy_that_cannot_be_written_says_where(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ProjectError, match="cannot be written"):
        RecoveryCopy(tmp_path / "file").write(demo_project(), None)


def test_dials_and_locks_are_recovered() -> None:
    project = replace(demo_project(), dials=Dials(stick=0.9, style="funk"))
    locked = replace(project.pattern, locked_bars=frozenset({1}), locked_cells=frozenset({(3, 8)}))
    copy = RecoveryCopy()
    copy.write(project.with_pattern(locked), None)
    assert copy._lock is not None
    copy._lock.close()  # as a crash does
    (found,) = find_recovered()
    assert found.project == project.with_pattern(locked)
    discard(found)


def test_a_copy_that_an_earlier_version_left_is_taken_up(tmp_path: Path) -> None:
    old = Path(__file__).parent / "golden" / "version-1.drumstudio"
    recovery_folder().mkdir(parents=True)
    left = {"format": "drumstudio-recovery", "original": None, "saved_at": 1.7e9, "content": old.read_text()}
    (recovery_folder() / "20260101-120000-aaaa.recovery").write_text(json.dumps(left))
    (found,) = find_recovered()
    assert found.project == load_project(old)
