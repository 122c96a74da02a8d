"""A folder of awkward files: each verdict right, and each remedy works."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import pytest
from support import awkward

from drumstudio.app.training.data import DataPlan, Judgement, judge, look_at
from drumstudio.ml.data.verdicts import Verdict


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataPlan]:
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DRUMSTUDIO_HOME", str(home))
        yield DataPlan().with_source(awkward.make(home / "songs"))


@pytest.fixture(scope="module")
def judged(plan: DataPlan) -> Judgement:
    return judge(plan)


def of(judged: Judgement, name: str) -> Verdict:
    return next(one for one in judged.verdicts if Path(one.file).name == name)


class Expected(NamedTuple):
    kind: str
    words: str
    found: Mapping[str, object] = MappingProxyType({})
    labels: tuple[str, ...] = ()
    doubt: str = ""


GET = "Count notes that nothing ends"
ALL_44 = "8 bars of 4/4 at 120"
EXPECTED = {
    "channel 1.mid": Expected("used", ALL_44, {"channels": {"1": 117}, "melodic": []}),
    "channel 3 beside a bass.mid": Expected("used", ALL_44, {"melodic": [1], "tracks": 2}),
    "two channels.mid": Expected(
        "channel", "channels 2, 5 each may be drums", {"tracks": 2}, ("Use channel 2", "Use channel 5")
    ),
    "click on ten.mid": Expected("click", "one note on every beat", {}, ("Use channel 2",)),
    "band.mid": Expected("used", ALL_44, {"melodic": [2]}),
    "melody.mid": Expected("channel", "channel 1 does not look like drums", {"melodic": [1], "notes": 96}),
    "low melody.mid": Expected("channel", "channel 1 sounds like a melody", {}, ("Use it all the same",)),
    "hand drums.mid": Expected(
        "drums",
        "none of its 64 notes on channel 10 is a drum",
        {"drums": {}},
        ("Treat as Magenta Drum RNN",),
    ),
    "one bar.mid": Expected(
        "short", "1 bar of 4/4", {"bars": 1}, ("Join with 3 others", "Repeat it 4 times")
    ),
    "loop 2.mid": Expected("short", "at least 2", {}, ("Join with 3 others", "Repeat it 4 times")),
    "no tempo.mid": Expected("used", ALL_44, {"qpms": []}, doubt="it gives no tempo, and 120 is taken"),
    "free tempo.mid": Expected(
        "used", "21 bars", {}, ("Set the tempo to 97",), "do not follow its tempo of 120"
    ),
    "half the tempo.mid": Expected("used", "at 60", {}, ("Double the tempo",), "half-way between its 16ths"),
    "twice the tempo.mid": Expected("used", "at 240", {}, ("Halve the tempo",), "nothing is struck between"),
    "six eight.mid": Expected("used", "8 bars of 6/8", {"meters": ["6/8"]}),
    "five four.mid": Expected("used", "8 bars of 5/4", {"meters": ["5/4"]}),
    "seven eight.mid": Expected("used", "8 bars of 7/8", {"meters": ["7/8"]}),
    "seven thirty-two.mid": Expected("meter", "7/32 is not a whole", {}, ("Read it all in 4/4",)),
    "meters every bar.mid": Expected(
        "short", "1 bar of 4/4", {"meters": ["4/4", "3/4"]}, ("Read it all in 7/4", "Read it all in 4/4")
    ),
    "meter off its bar line.mid": Expected("used", "8 bars of 4/4, 3/4", {"bars": 8}),
    "tempo ramp.mid": Expected(
        "used", "16 bars of 4/4", {"tempo_changes": 15}, ("Ignore the tempo changes",), "cuts it into pieces"
    ),
    "tempo jumps.mid": Expected(
        "used",
        "12 bars of 4/4 at 120, 150, 100",
        {"qpms": [120, 150, 100]},
        ("Ignore the tempo changes",),
        "its tempo changes between 100 and 150",
    ),
    "two drummers.mid": Expected(
        "used",
        ALL_44,
        {"tracks": 2},
        ("Take its tracks apart", "Use track 2 (Left) alone", "Use track 3 (Right) alone"),
        "2 tracks hold a whole kit each",
    ),
    "a track a drum.mid": Expected("used", ALL_44, {"tracks": 4}),
    "type 0.mid": Expected("used", ALL_44),
    "type 2.mid": Expected("used", "16 bars of 4/4 at 120, in 2 pieces: a track by itself each"),
    "frames.mid": Expected("unreadable", "SMPTE frames", {}, ("Count it at 120",)),
    "empty.mid": Expected("unreadable", "is empty"),
    "no notes.mid": Expected("notes", "holds no notes", {"notes": 0}),
    "cut short.mid": Expected("unreadable", "is cut short", {}, ("Use what is there up to the damage",)),
    "diary.mid": Expected("unreadable", "it is not a MIDI file, but text"),
    "picture.mid": Expected("unreadable", "is not a MIDI file, but a picture"),
    "archive.mid": Expected("unreadable", "but a zip archive; unpack it"),
    "two hours.mid": Expected("used", "3600 bars of 4/4", {"bars": 3600}),
    "long silence.mid": Expected("used", "8 bars of 4/4 at 120; it begins in bar 101", {"first_bar": 101}),
    "from bar 3.mid": Expected("used", "it begins in bar 3", {"first_bar": 3, "bars": 10}),
    "running status.mid": Expected("used", ALL_44, {"unended": 0}),
    "no lengths.mid": Expected("drums", "never ended, or end as they begin", {"drums": {}}, (GET,)),
    "note-ons only.mid": Expected("drums", "never ended, or end as they begin", {"unended": 111}, (GET,)),
    "ppq 32767.mid": Expected("used", ALL_44),
    "ppq 24.mid": Expected("used", ALL_44),
    "karaoke.kar": Expected("used", ALL_44),
    "riff.rmi": Expected("used", ALL_44),
    "take a.mid": Expected("used", "16 bars of 4/4 at 120"),
    "session part 2.mid": Expected("used", "6 bars of 4/4 at 120"),
    "alesis.mid": Expected(
        "used",
        ALL_44,
        {"unknown": {"21": 46, "23": 18}},
        ("Treat as Alesis Nitro",),
        "notes 21, 23 are no drums",
    ),
    "tom rim.mid": Expected(
        "used", "32 bars of 4/4", {}, ("Treat as Roland TD", "Treat as Magenta Drum RNN"), "notes 58"
    ),
    "one hi-hat.mid": Expected(
        "used", ALL_44, {}, ("Let the pedal open the hi-hat",), "only its pedal tells whether it was open"
    ),
    "metronome.mid": Expected("click", "one note on every beat", {}, ("Use it all the same",)),
    "velocity 0.mid": Expected("notes", "holds no notes"),
    "velocity 1.mid": Expected("used", ALL_44, doubt="all but silent"),
    "Schlagzeug \udcfc\udcdf.mid": Expected("used", ALL_44),
    "links.mid": Expected("unreadable", "Too many levels of symbolic links"),
}


def test_there_are_forty_and_more(judged: Judgement) -> None:
    made = {Path(one.file).name for one in judged.verdicts}
    assert len(made) == len(judged.verdicts) >= 55
    assert set(EXPECTED) <= made


@pytest.mark.parametrize("name", EXPECTED)
def test_a_verdict_says_what_was_found_and_what_would_help(name: str, judged: Judgement) -> None:
    verdict, expected = of(judged, name), EXPECTED[name]
    assert (verdict.kind, verdict.used) == (expected.kind, expected.kind == "used"), verdict.reason
    assert expected.words in verdict.reason
    assert (
        verdict.doubt == expected.doubt
        or (expected.doubt and expected.doubt in verdict.doubt)
        or (not expected.doubt and verdict.doubt.startswith("it gives no tempo"))
    )
    assert tuple(offer.label for offer in verdict.remedies) == expected.labels
    found = verdict.found.as_json()
    assert {key: found[key] for key in expected.found} == expected.found
    assert Path(name).name not in verdict.reason
    assert bool(verdict.split) == verdict.used


OFFERED = [(name, label) for name, expected in EXPECTED.items() for label in expected.labels]


@pytest.mark.parametrize(("name", "label"), OFFERED)
def test_a_remedy_works(name: str, label: str, plan: DataPlan, judged: Judgement) -> None:
    before = of(judged, name)
    offer = next(one for one in before.remedies if one.label == label)
    after = of(judge(plan.remedied(offer), before=judged), name)
    assert after.used, after.reason
    assert label not in [one.label for one in after.remedies]
    if before.used:
        assert len(after.doubt) < len(before.doubt)
    if after.kind == "used":
        assert after.applied
        pattern = look_at(plan.remedied(offer), after.file).pattern
        assert pattern.hits
        assert pattern.bars <= max(after.bars, after.found.bars) + 1
    # Asking for it twice changes nothing more.
    assert plan.remedied(offer).remedied(offer).to_json() == plan.remedied(offer).to_json()


def remedied(name: str, label: str, plan: DataPlan, judged: Judgement) -> Judgement:
    offer = next(one for one in of(judged, name).remedies if one.label == label)
    return judge(plan.remedied(offer), before=judged)


def test_joined_loops_are_one_sequence(plan: DataPlan, judged: Judgement) -> None:
    after = remedied("loop 2.mid", "Join with 3 others", plan, judged)
    whole = of(after, "loop 1.mid")
    assert (whole.kind, whole.bars, whole.sequences) == ("used", 4, 1)
    for name in ("loop 2.mid", "loop 3.mid", "one bar.mid"):
        part = of(after, name)
        assert (part.kind, part.bars, part.split, part.group) == ("joined", 0, whole.split, whole.file)
        assert part.reason == "it is a part of loop 1.mid"
    assert after.data.bars == judged.data.bars + 4


def test_tracks_apart_are_two_drummers(plan: DataPlan, judged: Judgement) -> None:
    apart = remedied("two drummers.mid", "Take its tracks apart", plan, judged)
    alone = [
        remedied("two drummers.mid", f"Use track {number} ({name}) alone", plan, judged)
        for number, name in ((2, "Left"), (3, "Right"))
    ]
    both = [one for one in apart.data.sequences if one.file == "two drummers.mid"]
    each = [next(one for one in found.data.sequences if one.file == "two drummers.mid") for found in alone]
    assert [one.events.tolist() for one in both] == [one.events.tolist() for one in each]


def events(judged: Judgement, name: str) -> list[int]:
    found = [one.events.tolist() for one in judged.data.sequences if one.file == name]
    assert len(found) == 1
    return found[0]


def wanted(seed: int, bars: int = 8) -> list[int]:
    """The events that a groove was written with, on a grid of 16ths."""
    bits = {36: 0, 38: 1, 42: 2, 46: 3, 45: 4, 48: 5, 50: 6, 49: 7}
    listed = [0] * (16 * bars)
    for tick, note in awkward.groove(seed, bars):
        listed[tick // 120] |= 1 << bits[note]
    while not listed[-1]:
        listed.pop()
    return listed


@pytest.mark.parametrize(
    ("name", "label", "seed", "bars"),
    [
        ("half the tempo.mid", "Double the tempo", 5, 16),
        ("twice the tempo.mid", "Halve the tempo", 6, 8),
        ("free tempo.mid", "Set the tempo to 97", 12, 16),
        ("frames.mid", "Count it at 120", 14, 8),
        ("no lengths.mid", GET, 54, 8),
        ("note-ons only.mid", GET, 55, 8),
        ("click on ten.mid", "Use channel 2", 36, 8),
        ("two channels.mid", "Use channel 2", 32, 8),
        ("tempo jumps.mid", "Ignore the tempo changes", 11, 12),
        ("tempo ramp.mid", "Ignore the tempo changes", 10, 16),
    ],
)
def test_a_remedy_gives_what_was_played(
    name: str, label: str, seed: int, bars: int, plan: DataPlan, judged: Judgement
) -> None:
    expected = wanted(seed, bars)
    # General MIDI has 48 and 45 where this list of bits has them; the first stroke begins the grid.
    found = events(remedied(name, label, plan, judged), name)
    start = next(index for index, event in enumerate(expected) if event)
    assert found == expected if label != "Set the tempo to 97" else found == expected[start:]


@pytest.mark.parametrize(("name", "seed"), [("ppq 24.mid", 57), ("ppq 32767.mid", 56), ("type 0.mid", 41)])
def test_what_needs_no_remedy_is_what_was_played(name: str, seed: int, judged: Judgement) -> None:
    assert events(judged, name) == wanted(seed)


def test_no_take_is_on_two_sides(judged: Judgement) -> None:
    sides: dict[str, set[str]] = {}
    for verdict in judged.verdicts:
        if verdict.group:
            sides.setdefault(verdict.group, set()).add(verdict.split)
    assert all(len(side) == 1 for side in sides.values())
    together = [
        {"take a.mid", "fine export.mid", "on another kit.mid", "fewer hats.mid", "first half.mid"},
        {"session part 1.mid", "session part 2.mid", "whole evening.mid"},
    ]
    groups = [
        {Path(one.file).name for one in judged.verdicts if one.group == group} for group in sorted(sides)
    ]
    assert sorted(map(sorted, groups)) == sorted(map(sorted, together))


def test_the_totals_and_the_split_add_up(judged: Judgement) -> None:
    assert judged.problems == ()
    assert sum(judged.totals().values()) == len(judged.verdicts)
    rows = judged.splits()
    assert [row.split for row in rows] == ["train", "validation", "test"]
    assert sum(row.files for row in rows) == judged.totals()["used"]
    assert sum(row.bars for row in rows) == judged.data.bars


def test_a_saved_set_keeps_every_verdict(judged: Judgement, tmp_path: Path) -> None:
    from drumstudio.ml.data.dataset import DataSet

    judged.data.save(tmp_path / "set.drumdata")
    assert DataSet.load(tmp_path / "set.drumdata").verdicts == judged.verdicts
