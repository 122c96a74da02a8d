from __future__ import annotations

import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save
from support.smf import rock_file, write

from drumstudio.errors import DatasetError
from drumstudio.ml.data.dataset import DataSet, build, open_dataset

# Fields of a verdict that version 1 did not know.
NEW = {"feel", "doubt", "source", "group", "applied", "found", "remedies"}


@pytest.fixture
def data(tmp_path: Path) -> DataSet:
    rock_file(tmp_path / "songs" / "1_rock_120_beat_4-4.mid", 8)
    rock_file(tmp_path / "songs" / "2_jazz_120_fill_4-4.mid", 4)
    write(tmp_path / "songs" / "bad.mid", b"x")
    return build([tmp_path / "songs"])


def test_a_saved_set_comes_back(data: DataSet, tmp_path: Path) -> None:
    data.save(tmp_path / "set.drumdata")
    found = DataSet.load(tmp_path / "set.drumdata")
    assert found.verdicts == data.verdicts
    assert (found.kit, found.map, found.fingerprint) == (9, "auto", data.fingerprint)
    for one, other in zip(found.sequences, data.sequences, strict=True):
        assert one.events.dtype == np.int16
        assert one.events.tolist() == other.events.tolist()
        assert {**vars(one), "events": 0} == {**vars(other), "events": 0}


def test_the_same_set_is_the_same_bytes(data: DataSet, tmp_path: Path) -> None:
    data.save(tmp_path / "a.drumdata")
    data.save(tmp_path / "b.drumdata")
    assert (tmp_path / "a.drumdata").read_bytes() == (tmp_path / "b.drumdata").read_bytes()


def test_a_saved_set_is_a_source(data: DataSet, tmp_path: Path) -> None:
    path = tmp_path / "set.drumdata"
    data.save(path)
    assert open_dataset(path).fingerprint == data.fingerprint
    assert build([path], styles=["rock"]).bars == 8
    assert build([path], fills_only=True).bars == 4
    assert build([path], meters=["3/4"]).bars == 0
    more = build([path, rock_file(tmp_path / "more.mid", 3)])
    assert (more.bars, len(more.verdicts)) == (15, 4)
    with pytest.raises(DatasetError, match="was built for 9 drums, not 1"):
        build([path], kit=1)


def test_an_empty_set_comes_back(tmp_path: Path) -> None:
    DataSet(()).save(tmp_path / "empty.drumdata")
    assert DataSet.load(tmp_path / "empty.drumdata").sequences == ()


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 100, b"hello", (1 << 60).to_bytes(8, "little") + b"{}", save({"a": np.zeros(3)})]
)
def test_what_is_no_data_set_is_refused(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"set\.drumdata is no data set"):
        DataSet.load(write(tmp_path / "set.drumdata", content))


def changed(path: Path, change: dict[str, object], tensors: dict[str, np.ndarray]) -> Path:
    """A saved set with parts of its content replaced, or left out where None."""
    from safetensors import safe_open

    with safe_open(str(path), framework="np") as file:
        known = json.loads(file.metadata()["drumstudio-dataset"])
        kept = {name: file.get_tensor(name) for name in ("events", "lengths")}
    content = {name: value for name, value in {**known, **change}.items() if value is not None}
    path.write_bytes(save({**kept, **tensors}, {"drumstudio-dataset": json.dumps(content)}))
    return path


@pytest.mark.parametrize(
    ("change", "tensors"),
    [
        ({"kit": 3}, {}),
        ({"kit": 1}, {}),
        ({"sequences": []}, {}),
        ({"sequences": [[1], [2]]}, {}),
        ({"sequences": 7}, {}),
        ({"verdicts": [{"file": "x"}]}, {}),
        ({"version": "old"}, {}),
        ({}, {"lengths": np.array([1, -1])}),
        ({}, {"lengths": np.array([[127, 63]])}),
        ({}, {"events": np.full(190, 700, dtype=np.int16)}),
        ({}, {"events": np.full(190, 1.0)}),
    ],
)
def test_damage_is_refused(
    change: dict[str, object], tensors: dict[str, np.ndarray], data: DataSet, tmp_path: Path
) -> None:
    data.save(tmp_path / "set.drumdata")
    with pytest.raises(DatasetError, match="is damaged"):
        DataSet.load(changed(tmp_path / "set.drumdata", change, tensors))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        (0, []),
        (0, 5),
        (1, 4),
        (2, 0),
        (2, True),
        (2, 1 << 70),
        (3, "fast"),
        (4, None),
        (7, ""),
        (8, 0.5),
        (9, 5),
        (9, "3"),
        (10, "loose"),
        (10, None),
        (11, "half"),
        (12, None),
    ],
)
def test_a_sequence_with_a_field_of_the_wrong_kind_is_refused(
    column: int, value: object, data: DataSet, tmp_path: Path
) -> None:
    data.save(tmp_path / "set.drumdata")
    rows: list[list[object]] = [
        ["f", "4/4", 12, 120.0, "", "", "", "train", 0, 3, "triplet", 0.6667, 0.01] for _ in data.sequences
    ]
    assert DataSet.load(changed(tmp_path / "set.drumdata", {"sequences": rows}, {})).bars == 17
    rows[0][column] = value
    with pytest.raises(DatasetError, match="is damaged"):
        DataSet.load(changed(tmp_path / "set.drumdata", {"sequences": rows}, {}))


@pytest.mark.parametrize(
    "wrong",
    [
        {"file": 5},
        {"used": "yes"},
        {"style": None},
        {"bars": "2"},
        {"kind": {}},
        {"group": 1},
        {"found": 3},
        {"found": {"bars": "2"}},
        {"found": {"meters": [4]}},
        {"found": {"new": 1}},
        {"found": {"drums": [None]}},
        {"remedies": [3]},
        {"remedies": [{"file": "x", "kind": "join", "label": "y", "remedy": {"join": [1]}}]},
    ],
)
def test_a_verdict_with_a_field_of_the_wrong_kind_is_refused(
    wrong: dict[str, object], data: DataSet, tmp_path: Path
) -> None:
    data.save(tmp_path / "set.drumdata")
    rows = [{**vars(data.verdicts[0]), "found": {}, "remedies": [], **wrong}]
    with pytest.raises(DatasetError, match="is damaged"):
        DataSet.load(changed(tmp_path / "set.drumdata", {"verdicts": rows}, {}))


def test_a_sequence_of_a_single_step_holds_nothing_to_score(data: DataSet, tmp_path: Path) -> None:
    data.save(tmp_path / "set.drumdata")
    whole = sum(len(sequence.events) for sequence in data.sequences)
    lengths = np.array([1, whole - 1], dtype=np.int64)
    with pytest.raises(DatasetError, match="is damaged"):
        DataSet.load(changed(tmp_path / "set.drumdata", {}, {"lengths": lengths}))


def test_a_newer_set_is_refused(data: DataSet, tmp_path: Path) -> None:
    data.save(tmp_path / "set.drumdata")
    with pytest.raises(DatasetError, match="newer DrumStudio; update"):
        DataSet.load(changed(tmp_path / "set.drumdata", {"version": 4}, {}))


@pytest.mark.parametrize(("kit", "per_quarter"), [(9, 4), (1, 2)])
def test_a_set_of_before_feels_were_known_is_straight(kit: int, per_quarter: int, tmp_path: Path) -> None:
    data = build([rock_file(tmp_path / "a.mid", 8)], kit=kit, quantise="drum_rnn")
    path = tmp_path / "set.drumdata"
    data.save(path)
    first = data.sequences[0]
    row = ["a.mid", "4/4", first.steps_per_bar, 120.0, "", "", "", "train", 0]
    verdict = {name: value for name, value in vars(data.verdicts[0]).items() if name not in NEW}
    old = {"version": 1, "quantise": None, "sequences": [row], "verdicts": [verdict]}
    found = DataSet.load(changed(path, old, {}))
    assert (found.bars, found.fingerprint, found.quantise) == (8, data.fingerprint, "drum_rnn")
    assert (found.sequences[0].steps_per_quarter, found.sequences[0].feel) == (per_quarter, "straight")
    with pytest.raises(DatasetError, match="was quantised by drum_rnn, not feel; build it again"):
        open_dataset(path, kit=kit, quantise="feel")
    assert open_dataset(path, kit=kit).quantise == "drum_rnn"


def test_a_set_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "none.drumdata", tmp_path):
        with pytest.raises(DatasetError, match="cannot be read: it is not"):
            DataSet.load(path)


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """Let no file grow beyond `size` bytes, as a disk that fills up would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_leaves_the_old_set_whole(data: DataSet, tmp_path: Path) -> None:
    path = tmp_path / "out" / "set.drumdata"
    data.save(path)
    before = path.read_bytes()
    with (
        full_disk(100),
        pytest.raises(DatasetError, match=r"cannot be written .*choose another name or folder"),
    ):
        data.save(path)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]
