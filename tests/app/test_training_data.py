"""The plan of training data, the judgement on it, and takes read as their players meant them."""

from __future__ import annotations

import contextlib
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.awkward import groove, moved, song
from support.smf import drums, rock_file, write

from drumstudio import paths
from drumstudio.app.takes.store import delete_take, load_take, save_take
from drumstudio.app.training.data import (
    MY_TAKES,
    DataPlan,
    DataSource,
    judge,
    load_plan,
    look_at,
    plan_file,
    plan_from_json,
    save_plan,
)
from drumstudio.app.training.data import (
    write as write_data,
)
from drumstudio.domain.cleaning import AS_USUAL, RAW
from drumstudio.domain.drums import ROLAND, DrumMap
from drumstudio.domain.take import Arrival, Take
from drumstudio.errors import CancelledError, DatasetError, MidiFileError
from drumstudio.ml.data.dataset import DataSet
from drumstudio.ml.data.remedies import Remedy

TEXT = st.text(max_size=8)
PLANS = st.builds(
    DataPlan,
    sources=st.lists(
        st.builds(
            DataSource, TEXT.map(lambda name: Path("/music") / name.replace("\0", "")), TEXT, st.booleans()
        ),
        max_size=3,
        unique_by=lambda source: source.path,
    ).map(tuple),
    remedies=st.dictionaries(TEXT, st.builds(Remedy, channel=st.integers(0, 15), steady=st.booleans())),
    styles=st.lists(TEXT, max_size=2).map(tuple),
    beats_only=st.booleans(),
    meters=st.lists(st.sampled_from(["4/4", "6/8"]), max_size=2).map(tuple),
    kit=st.sampled_from([1, 9]),
    seed=st.integers(0, 9),
)


@given(PLANS)
def test_a_plan_comes_back_from_json(plan: DataPlan) -> None:
    assert plan_from_json(json.loads(json.dumps(plan.to_json()))) == plan


def test_the_takes_are_always_offered() -> None:
    (takes,) = DataPlan().sources
    assert (takes.path, takes.name, takes.enabled) == (paths.user_takes(), MY_TAKES, True)
    assert DataPlan().to_json()["sources"][0]["path"] is None


def test_sources_come_and_go(tmp_path: Path) -> None:
    plan = DataPlan().with_source(tmp_path / "a", "rock").with_source(tmp_path / "b")
    assert [source.name for source in plan.sources] == [MY_TAKES, "a", "b"]
    plan = plan.changed(DataSource(tmp_path / "a", "rock", enabled=False)).with_source(tmp_path / "a")
    assert plan.sources[1] == DataSource(tmp_path / "a", "rock")
    assert plan.labels() == {str(tmp_path / "a"): "rock"}
    assert [source.name for source in plan.without_source(tmp_path / "a").sources] == [MY_TAKES, "b"]
    assert plan.without_source(paths.user_takes()).sources[0].name == MY_TAKES


def test_a_plan_is_kept(tmp_path: Path) -> None:
    plan = DataPlan().with_source(tmp_path).with_remedy("a\udcff.mid", Remedy(channel=2))
    save_plan(plan)
    assert load_plan() == (plan, "")
    save_plan(plan.with_remedy("a\udcff.mid", Remedy()))
    assert load_plan()[0].remedies == {}
    write(tmp_path / "file", b"")
    with pytest.raises(DatasetError, match="cannot be kept"):
        save_plan(plan, tmp_path / "file" / "plan.json")


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff", b"[]", b"{}", b"[" * 9000, b'{"format": "drumstudio-training-data", "format_version": 9}'],
)
def test_a_damaged_plan_costs_only_the_plan(content: bytes) -> None:
    write(plan_file(), content)
    plan, told = load_plan()
    assert plan == DataPlan()
    assert "starts afresh" in told
    aside = plan_file().with_suffix(".damaged.json")
    assert aside.read_bytes() == content
    assert load_plan() == (DataPlan(), "")


@given(st.data())
def test_a_plan_with_anything_in_it_is_read_or_refused(data: st.DataObject) -> None:
    content = DataPlan().with_source(Path("/a")).with_remedy("x", Remedy(channel=1)).to_json()
    key = data.draw(st.sampled_from(sorted(content)))
    content[key] = data.draw(st.none() | st.integers() | st.text() | st.lists(st.integers()) | st.just([{}]))
    with contextlib.suppress(ValueError, KeyError, TypeError, AttributeError):
        assert isinstance(plan_from_json(content), DataPlan)


def test_labels_fill_in_and_sources_may_be_gone_or_off(tmp_path: Path) -> None:
    rock_file(tmp_path / "mine" / "a.mid")
    rock_file(tmp_path / "mine" / "1_jazz_120_beat_4-4.mid", 5)
    rock_file(tmp_path / "off" / "b.mid")
    plan = DataPlan().with_source(tmp_path / "mine", "metal").with_source(tmp_path / "gone")
    plan = plan.changed(DataSource(tmp_path / "off", enabled=False)).with_source(tmp_path / "off")
    plan = plan.changed(DataSource(tmp_path / "off", enabled=False))
    judged = judge(plan)
    assert {Path(one.file).name: (one.style, one.source) for one in judged.verdicts} == {
        "a.mid": ("metal", str(tmp_path / "mine")),
        "1_jazz_120_beat_4-4.mid": ("jazz", str(tmp_path / "mine")),
    }
    assert judged.problems == (
        f"{tmp_path / 'gone'} is not there; connect its disk, or remove it from the list",
    )


def test_nothing_at_all_is_no_error() -> None:
    judged = judge(DataPlan())
    assert (judged.verdicts, judged.problems, judged.totals()) == ((), (), {})
    with pytest.raises(DatasetError, match="none of the 0 files"):
        write_data(DataPlan(), Path("x.drumdata"), judged)


def test_a_file_that_is_not_wanted_is_looked_into(tmp_path: Path) -> None:
    path = rock_file(tmp_path / "a.mid")
    (verdict,) = judge(DataPlan(styles=("rock",)).with_source(path)).verdicts
    assert (verdict.kind, verdict.found.notes) == ("filtered", 32)
    (offer,) = verdict.remedies
    assert offer.label == "Call it rock"
    (after,) = judge(DataPlan(styles=("rock",)).with_source(path).remedied(offer)).verdicts
    assert (after.used, after.style, after.applied) == (True, "rock", "called rock")
    (verdict,) = judge(DataPlan(beats_only=True).with_source(path)).verdicts
    assert [offer.label for offer in verdict.remedies] == ["Call it a beat"]


def test_a_file_can_be_left_out(tmp_path: Path) -> None:
    rock_file(tmp_path / "a.mid")
    path = rock_file(tmp_path / "b.mid", 9)
    judged = judge(DataPlan().with_source(tmp_path).with_remedy(str(path), Remedy(skip=True)))
    assert [(one.kind, one.used) for one in judged.verdicts] == [("used", True), ("skipped", False)]
    assert judged.data.bars == 4


def test_judging_can_be_cancelled_and_tells_how_far_it_is(tmp_path: Path) -> None:
    for index in range(3):
        rock_file(tmp_path / f"{index}.mid")
    told: list[tuple[int, int]] = []
    plan = DataPlan().with_source(tmp_path)
    with pytest.raises(CancelledError):
        judge(plan, lambda done, files: told.append((done, files)), lambda: len(told) == 2)
    assert told == [(1, 3), (2, 3)]


def test_only_what_changed_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from drumstudio.ml.data import remembering

    read: list[str] = []
    plain = remembering.judge_file
    monkeypatch.setattr(
        remembering, "judge_file", lambda source, choices: read.append(source.name) or plain(source, choices)
    )
    for name in "abc":
        rock_file(tmp_path / f"{name}.mid", 4)
    plan = DataPlan().with_source(tmp_path)
    first = judge(plan)
    again = judge(plan, before=first)
    assert (read, again.verdicts) == (["a.mid", "b.mid", "c.mid"], first.verdicts)
    read.clear()
    rock_file(tmp_path / "b.mid", 6)
    changed = judge(plan.with_remedy(str(tmp_path / "c.mid"), Remedy(map="roland")), before=first)
    assert read == ["b.mid", "c.mid"]
    assert [one.bars for one in changed.verdicts] == [4, 6, 4]
    read.clear()
    judge(DataPlan(meters=("4/4",)).with_source(tmp_path), before=changed)
    assert read == ["a.mid", "b.mid", "c.mid"]


def test_a_set_is_written_as_it_was_judged(tmp_path: Path) -> None:
    rock_file(tmp_path / "in" / "a.mid")
    plan = DataPlan().with_source(tmp_path / "in")
    judged = judge(plan)
    out = tmp_path / "set.drumdata"
    assert write_data(plan, out, judged) is judged.data
    assert DataSet.load(out).fingerprint == judged.data.fingerprint
    other = plan.with_remedy(str(tmp_path / "in" / "a.mid"), Remedy(factor=2.0))
    assert write_data(other, out, judged).bars == 8


def test_a_file_opens_as_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.mid"
    song(path, drums(groove(1), 3), drums(groove(2), 5))
    plan = DataPlan().with_source(path)
    with pytest.raises(MidiFileError, match=r"a\.mid cannot be opened: .*channels 4, 6 each may be drums"):
        look_at(plan, str(path))
    found = look_at(plan.with_remedy(str(path), Remedy(channel=5, factor=0.5)), str(path))
    assert (found.channel, found.qpm) == (5, 60.0)


# A take: each stroke of a snare shakes the tom, and the first bar line is 20 ms late by the kit's latency.
LATENCY = 0.02


def take(bars: int = 4, drum_map: DrumMap = ROLAND, seed: int = 1) -> tuple[Take, list[tuple[float, int]]]:
    played = [(tick / 960, note) for tick, note in groove(seed, bars)]
    arrivals = []
    for seconds, note in played:
        arrivals.append(Arrival(seconds + LATENCY, bytes((0x99, note, 100))))
        if note == 38:
            arrivals.append(Arrival(seconds + LATENCY + 0.002, bytes((0x99, 48, 9))))
    arrivals.sort(key=lambda each: each.seconds)
    return Take(tuple(arrivals), drum_map, 120.0, bars=bars, recorded_at=1e9), played


def test_a_take_is_read_as_its_own_file_says() -> None:
    from dataclasses import replace

    recorded, _ = take()
    path = paths.user_takes() / "one.mid"
    save_take(path, recorded, replace(AS_USUAL, latency=LATENCY))
    judged = judge(DataPlan())
    (verdict,) = judged.verdicts
    assert (verdict.used, verdict.bars, verdict.map, verdict.doubt) == (True, 4, "roland", "")
    kept = load_take(path)
    expected = [0] * 64
    for hit in kept.pattern().hits:
        expected[hit.step] |= 1 << hit.drum
    found = judged.data.sequences[0].events.tolist()
    assert found == expected[: len(found)]
    assert not any(expected[len(found) :])
    # The same take with nothing cleaned has the tom that nobody played.
    save_take(path, recorded, replace(RAW, latency=LATENCY))
    (raw,) = judge(DataPlan(), before=judged).verdicts
    toms = [dict(one.found.drums).get("high_tom", 0) for one in (verdict, raw)]
    assert toms[1] - toms[0] == sum(note == 38 for _, note in groove(1, 4))


def test_a_take_keeps_a_map_that_is_its_own() -> None:
    odd = DrumMap("gone", "Gone", tuple((note,) for note in (1, 38, 42, 46, 45, 47, 48, 49, 51)))
    recorded, _ = take(drum_map=odd)
    arrivals = tuple(
        Arrival(one.seconds, bytes((one.data[0], 1 if one.data[1] == 36 else one.data[1], one.data[2])))
        for one in recorded.arrivals
    )
    save_take(paths.user_takes() / "odd.mid", Take(arrivals, odd, 120.0))
    (verdict,) = judge(DataPlan()).verdicts
    assert verdict.map == "gone"
    assert dict(verdict.found.drums)["kick"] == sum(note == 36 for _, note in groove(1, 4))


def test_a_take_whose_file_is_damaged_is_a_midi_file() -> None:
    path = paths.user_takes() / "one.mid"
    save_take(path, take()[0])
    beside = path.with_suffix(".json")
    beside.write_bytes(beside.read_bytes()[:200])
    (verdict,) = judge(DataPlan()).verdicts
    assert verdict.used
    assert "read as a MIDI file alone: one.json is no take" in verdict.doubt
    write(beside, b'{"something": "else"}')
    (verdict,) = judge(DataPlan()).verdicts
    assert (verdict.used, verdict.doubt) == (True, "")


def test_deleted_takes_are_no_data() -> None:
    for seed, name in enumerate(("kept", "gone")):
        save_take(paths.user_takes() / f"{name}.mid", take(seed=seed)[0])
    delete_take("gone")
    assert [Path(one.file).name for one in judge(DataPlan()).verdicts] == ["kept.mid"]


@pytest.mark.parametrize("seed", range(30))
def test_damaged_files_never_raise(seed: int, tmp_path: Path) -> None:
    draw = random.Random(seed)
    song(tmp_path / "a.mid", drums(moved(groove(seed, 3), draw.randrange(2000))))
    data = bytearray((tmp_path / "a.mid").read_bytes())
    for _ in range(draw.randrange(1, 30)):
        data[draw.randrange(len(data))] = draw.randrange(256)
    write(tmp_path / "a.mid", bytes(data[: draw.randrange(20, len(data) + 1)]))
    plan = DataPlan().with_source(tmp_path / "a.mid")
    judged = judge(plan)
    (verdict,) = judged.verdicts
    assert verdict.reason
    for offer in verdict.remedies:
        assert judge(plan.remedied(offer), before=judged).verdicts[0].used
    remedy = Remedy(salvage=True, unended=True, qpm=90.0, factor=0.5, repeat=2, meter="7/8", pedal=True)
    assert judge(plan.with_remedy(verdict.file, remedy)).verdicts[0].reason


def test_the_plan_is_light() -> None:
    words = "import sys, drumstudio.app.training.data; print('numpy' in sys.modules, 'mido' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
