"""The user's drummers as files: nothing foreign comes in, nothing is lost, weights stay what they are."""

from __future__ import annotations

import io
import json
import os
import pickle
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import save_file
from support.tiny_model import tiny_model

from drumstudio import paths
from drumstudio.app.drummer.models import (
    MAX_NOTES,
    delete_model,
    export_model,
    import_model,
    rename_model,
    restore_model,
    set_notes,
)
from drumstudio.errors import CheckpointError
from drumstudio.ml.catalogue import describe, find_model, list_models
from drumstudio.ml.checkpoint import load, read_metadata, read_tensors, write_tensors
from drumstudio.ml.playing.sampler import load_sampler


@pytest.fixture
def own() -> Path:
    return tiny_model(paths.user_models() / "tiny.safetensors")


def own_names() -> list[str]:
    return [info.name for info in list_models() if not info.shipped]


def edited(path: Path, **changes: str | None) -> Path:
    """The model at `path` with other metadata; None takes a key away."""
    metadata: dict[str, Any] = {**read_metadata(path), **changes}
    write_tensors(
        path, read_tensors(path), {key: value for key, value in metadata.items() if value is not None}
    )
    return path


def test_a_name_changes_in_the_header_and_nowhere_else(own: Path) -> None:
    edited(own, from_the_future="kept")
    before = read_metadata(own), read_tensors(own)
    assert rename_model(own, "  Ben's\n drummer ") == "Ben's drummer"
    after = read_metadata(own)
    assert after == before[0] | {"name": "Ben's drummer"}
    checkpoint, weights = load(own)
    assert checkpoint.name == describe(own).name == "Ben's drummer"
    assert all(np.array_equal(weights[name], value) for name, value in before[1].items())
    assert find_model("Ben's drummer") == own


def test_names_are_told_apart(own: Path) -> None:
    other = tiny_model(paths.user_models() / "other.safetensors", seed=1)
    rename_model(other, "Other")
    with pytest.raises(CheckpointError, match="there is a drummer other already"):
        rename_model(own, "other")
    with pytest.raises(CheckpointError, match="needs a name"):
        rename_model(own, " \t")
    assert rename_model(own, "TINY") == "TINY"


def test_notes_survive_a_new_name_export_and_import(own: Path, tmp_path: Path) -> None:
    set_notes(own, "Loud rooms.\nZweite Zeile: ü 🥁")
    rename_model(own, "Ben")
    copy = export_model(own, tmp_path / "out" / "ben")
    assert copy.name == "ben.safetensors"
    assert copy.read_bytes() == own.read_bytes()
    delete_model(own)
    back = import_model(copy)
    info = describe(back)
    assert (info.name, info.notes) == ("Ben", "Loud rooms.\nZweite Zeile: ü 🥁")
    set_notes(back, "")
    assert describe(back).notes == ""
    with pytest.raises(CheckpointError, match=f"at most {MAX_NOTES} letters"):
        set_notes(back, "x" * (MAX_NOTES + 1))


def test_what_is_deleted_comes_back_beside_what_took_its_place(own: Path) -> None:
    content = own.read_bytes()
    trashed = delete_model(own)
    assert own_names() == []
    tiny_model(own, seed=3)
    back = restore_model(trashed)
    assert back.read_bytes() == content
    assert back != own
    assert len(own_names()) == 2
    assert list((paths.user_models() / "trash").iterdir()) == []
    with pytest.raises(CheckpointError, match="cannot be moved"):
        restore_model(trashed)


def test_a_damaged_file_can_be_deleted_and_nothing_else(own: Path) -> None:
    own.write_bytes(own.read_bytes()[:-7])
    for work in (lambda: rename_model(own, "New"), lambda: set_notes(own, "x")):
        with pytest.raises(CheckpointError, match="damaged"):
            work()
    delete_model(own)
    assert own_names() == []
    with pytest.raises(CheckpointError, match="deleted or moved"):
        delete_model(own)


def test_shipped_drummers_stay_and_are_copied(tmp_path: Path) -> None:
    shipped = paths.shipped_models() / "drum_rnn.safetensors"
    before = shipped.read_bytes()
    for work in (
        lambda: rename_model(shipped, "Mine"),
        lambda: set_notes(shipped, "x"),
        lambda: delete_model(shipped),
    ):
        with pytest.raises(CheckpointError, match="came with the program and cannot be"):
            work()
    name = describe(shipped).name
    copy = import_model(shipped)
    assert own_names() == [f"{name} 2"]
    assert rename_model(copy, "Mine") == "Mine"
    assert shipped.read_bytes() == before
    stranger = tiny_model(tmp_path / "stranger.safetensors")
    with pytest.raises(CheckpointError, match="not among your drummers"):
        delete_model(stranger)
    assert stranger.exists()


def test_the_same_model_comes_in_once_and_its_namesake_with_a_number(own: Path, tmp_path: Path) -> None:
    copy = export_model(own, tmp_path / "copy.safetensors")
    with pytest.raises(CheckpointError, match="is here already, as Tiny"):
        import_model(copy)
    other = tiny_model(tmp_path / "tiny.safetensors", seed=1)
    path = import_model(other)
    assert sorted(own_names()) == ["Tiny", "Tiny 2"]
    assert load_sampler(path).checkpoint.name == "Tiny 2"
    with pytest.raises(CheckpointError, match="is the drummer itself"):
        export_model(own, own)


class _Bomb:
    """Leaves a file behind where it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self._mark),)


def _zip_of(data: bytes) -> bytes:
    """A PyTorch file: a ZIP with a pickle in it."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("archive/data.pkl", data)
    return made.getvalue()


def _header(length: int, text: bytes = b"") -> bytes:
    return length.to_bytes(8, "little") + text


FOREIGN: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda _: b"", "not a model, or is damaged"),
    "short": (lambda _: b"\x07", "not a model, or is damaged"),
    "text": (lambda _: b"hello, drummer\n" * 40, "no .safetensors file begins like this"),
    "pickle": (lambda pickled: pickled, "is a pickle, which may hold a program"),
    "pytorch": (_zip_of, "is a pickle, which may hold a program"),
    "huge header": (lambda _: _header(5 << 30, b"{}"), "no .safetensors file begins like this"),
    "greatest header": (lambda _: _header((1 << 64) - 1), "no .safetensors file begins like this"),
    "header beyond the end": (lambda _: _header(4000, b'{"__metadata__":{}}'), "not a model, or is damaged"),
    "no json": (lambda _: _header(8, b"\xff" * 8), "not a model, or is damaged"),
    "deep json": (lambda _: _header(100_000, b"[" * 100_000), "not a model, or is damaged"),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_foreign_files_are_refused_in_a_sentence_and_never_run(kind: str, tmp_path: Path) -> None:
    make, reason = FOREIGN[kind]
    mark = tmp_path / "ran"
    path = tmp_path / "foreign.safetensors"
    path.write_bytes(make(pickle.dumps(_Bomb(mark))))
    with pytest.raises(CheckpointError) as caught:
        import_model(path)
    assert reason in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert own_names() == []
    assert not mark.exists()


def test_models_of_others_and_of_later_times_are_refused(own: Path, tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"

    def refused(reason: str) -> None:
        with pytest.raises(CheckpointError, match=reason):
            import_model(path)

    save_file({"weight": np.zeros((2, 2), np.float32)}, path)
    refused("is not a model of DrumStudio")
    for changes, reason in (
        ({"format": "other"}, "is not a model of DrumStudio"),
        ({"format_version": "99"}, "written by a newer DrumStudio"),
        ({"format_version": None}, "no format version"),
        ({"network": "[]"}, "description cannot be read"),
        ({"network": None}, "description cannot be read"),
        ({"training": '{"steps": "many"}'}, "description cannot be read"),
        ({"encoding": '{"drums": 1, "steps_per_quarter": 4}'}, "weights do not fit"),
        ({"weights_sha256": "0" * 64}, "weights are not those that were written"),
    ):
        edited(tiny_model(path, seed=8), **changes)  # type: ignore[arg-type]
        refused(reason)
    path.write_bytes(own.read_bytes()[:-100])
    refused("damaged")
    checkpoint, weights = load(own)
    weights["out.bias"][3] = np.nan
    from drumstudio.ml.checkpoint import save

    save(path, checkpoint, weights)
    refused("weights are no numbers")
    path.unlink()
    refused("there is no model at")
    path.mkdir()
    refused("there is no model at")
    assert own_names() == ["Tiny"]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_mutated_header_is_refused_or_harmless(tmp_path: Path, data: st.DataObject) -> None:
    path = tiny_model(tmp_path / "whole.safetensors")
    content = path.read_bytes()
    end = 8 + int.from_bytes(content[:8], "little")
    changed = bytearray(content)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, end - 1))
        changed[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, 30))
    path = tmp_path / "mutated.safetensors"
    path.write_bytes(bytes(changed[: len(changed) - cut]))
    try:
        found = import_model(path)
    except CheckpointError as error:
        assert "\n" not in str(error)  # noqa: PT017
        return
    # What came in is whole, has the weights that were written, and plays.
    assert load(found)[1].keys() == load(tmp_path / "whole.safetensors")[1].keys()
    assert load_sampler(found).continue_([], 4).shape == (1, 4)
    found.unlink()


def test_a_long_name_with_line_breaks_comes_in_on_one_line(tmp_path: Path) -> None:
    path = edited(tiny_model(tmp_path / "a.safetensors"), name="A\n\t" + "b" * 500 + "\x00")
    assert own_names() == []
    import_model(path)
    (name,) = own_names()
    assert name.startswith("A bbb")
    assert len(name) <= 60


KILLED = """
import sys
from pathlib import Path
from drumstudio.app.drummer.models import set_notes
print("ready", flush=True)
count = 0
while True:
    set_notes(Path(sys.argv[1]), f"note {count} " + "x" * 3000)
    count += 1
    print(count, flush=True)
"""


def test_a_kill_while_notes_are_written_leaves_a_whole_model(own: Path) -> None:
    weights = load(own)[1]
    for wait in (1, 4, 9):
        child = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(own)], stdout=subprocess.PIPE, text=True, env=os.environ
        )
        assert child.stdout is not None
        written = [child.stdout.readline() for _ in range(wait + 1)]
        child.send_signal(signal.SIGKILL)
        child.stdout.close()
        child.wait()
        checkpoint, found = load(own)
        # What was told to be written is there, or what came after it.
        assert int(checkpoint.notes.split()[1]) >= int(written[-1]) - 1
        assert all(np.array_equal(found[name], value) for name, value in weights.items())
    assert own_names() == ["Tiny"]
    assert json.loads(read_metadata(own)["network"])["kind"] == "drum_rnn"
