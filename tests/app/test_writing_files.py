"""Files are written whole, and only where a file belongs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from drumstudio.paths import is_same_file, write_atomically


def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    real, link = tmp_path / "real" / "a.txt", tmp_path / "link.txt"
    link.symlink_to(real)
    for content in (b"one", b"two"):
        write_atomically(link, content)
        assert link.is_symlink()
        assert real.read_bytes() == content
    assert is_same_file(link, real)
    assert [path.name for path in real.parent.iterdir()] == ["a.txt"]


def test_what_is_no_file_is_left_alone(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(OSError, match="not a regular file"):
        write_atomically(pipe, b"x")
    assert pipe.is_fifo()
    with pytest.raises(IsADirectoryError, match="it is a folder"):
        write_atomically(tmp_path, b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]
    assert not is_same_file(tmp_path / "gone", tmp_path / "gone")
