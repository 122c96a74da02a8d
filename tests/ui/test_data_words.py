"""What verdicts are called on the Data page, what can be done about several files, and the plan's history."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot
from support.verdicts import FOLDER, refused, rows, used

from drumstudio.app.training.data import DataPlan
from drumstudio.domain.drums import Drum
from drumstudio.ml.data.remedies import Remedy
from drumstudio.ml.data.verdicts import Found, Offer, Verdict
from drumstudio.ui import theme
from drumstudio.ui.data.details import more_found, verdict_words
from drumstudio.ui.data.file_rows import (
    DOUBT,
    KINDS,
    drum_words,
    found_words,
    natural,
    sentence,
    shares,
    use_words,
)
from drumstudio.ui.data.offers import LEAVE_OUT, remedied, ways_of, without_remedies
from drumstudio.ui.data.plan_history import PlanHistory
from drumstudio.ui.data.share_bar import Share, ShareBar, ShareRow, share_widths


def offer(file: str, label: str, **remedy: object) -> Offer:
    return Offer(file, "channel", label, Remedy(**remedy))  # type: ignore[arg-type]


def test_a_row_says_what_was_found_and_whether_it_is_used() -> None:
    (row,) = rows(used("set/verse_take3.mid"))
    assert row.cells == (
        "set/verse_take3.mid",
        "24 bars",
        "4/4 · 118 BPM · 4 drums · ch 10 · Roland TD · rock beat",
        "training",
        "ok",
    )
    assert row.colour == "go"
    assert row.spoken[2] == "4/4, 118 BPM, 4 drums, channel 10, Roland TD, rock beat"
    assert row.tips[0] == str(FOLDER / "set/verse_take3.mid")


def test_a_file_without_drums_says_so_where_others_say_what_was_found() -> None:
    verdict = refused("click-only.mid", "channel", "no drum notes on any channel")
    (row,) = rows(verdict)
    assert row.cells == ("click-only.mid", "—", "no drum notes on any channel", "—", "no drum channel")
    assert row.spoken[4] == "no drum channel: no drum notes on any channel"
    assert row.colour == "warn"


def test_what_was_found_is_written_short() -> None:
    found = Found(bars=3, meters=("4/4", "3/4", "5/4", "7/8"), qpms=(96.0, 140.04, 118.5))
    words = found_words(used(found=found, style="", beat_type="", feel="triplet", map="", channel=None))
    assert words == "4/4, 3/4, 5/4 … · 96–140 BPM · triplet"
    assert found_words(used(found=Found(drums=(("kick", 3),)))).endswith(
        "1 drum · ch 10 · Roland TD · rock beat"
    )


def test_remedies_show_in_the_table() -> None:
    file = str(FOLDER / "fill.mid")
    verdict = refused("fill.mid", "short", "1 bar", remedies=(offer(file, "Play it twice", repeat=2),))
    assert use_words(verdict) == "too short · remedy"
    assert use_words(used(applied="played twice")) == "ok · remedied"
    assert use_words(used(doubt="the tempo may be twice too slow")) == "ok, have a look"


def test_totals_stand_in_one_order_and_leave_nothing_out() -> None:
    verdicts = [
        refused("a", "unreadable", "it is no MIDI file"),
        used("b"),
        used("c", doubt="perhaps too slow"),
        refused("d", "short", "1 bar"),
        used("e"),
        refused("f", "strange", "something new"),
    ]
    found = shares(verdicts)
    assert [(kind, share.count) for kind, share in found] == [
        ("used", 2), (DOUBT, 1), ("short", 1), ("unreadable", 1), ("strange", 1),
    ]  # fmt: skip
    assert sum(share.count for _, share in found) == len(verdicts)
    assert found[0][1] == Share("Used", 2, "go")
    assert found[-1][1].words == "Strange"


@pytest.mark.parametrize("kind", KINDS.values())
def test_every_kind_has_a_colour_of_the_theme(kind: object) -> None:
    assert isinstance(getattr(theme.DARK, kind.colour), str)  # type: ignore[attr-defined]


def test_files_are_named_within_their_source_and_after_it_where_there_are_several() -> None:
    plan = (
        DataPlan().with_source(FOLDER).with_source(Path("/music/loops/own")).with_source(Path("/x/one.mid"))
    )
    found = rows(
        used("verse.mid"),
        used("own/take.mid", source="/music/loops/own"),
        Verdict("/x/one.mid", True, "used", "", source="/x/one.mid"),
        Verdict("inside/set.mid", True, "used", "", source="/y/set.drumdata"),
        plan=plan,
    )
    assert [row.name for row in found] == ["inside/set.mid", "loops/verse.mid", "one.mid", "own/take.mid"]
    four, _, _, two = found
    assert two.source is not None
    assert two.source.path == FOLDER / "own"
    assert four.source is None
    saved = Path("/y/set.drumdata")
    (row,) = rows(Verdict("inside/a.mid", True, "used", "", source=str(saved)), plan=plan.with_source(saved))
    assert row.name == "inside/a.mid"


def test_takes_are_sorted_by_number() -> None:
    names = ["take 10.mid", "take 2.mid", "Take 1.mid", "a10b2", "a9b11", "10"]
    assert sorted(names, key=natural) == ["10", "a9b11", "a10b2", "Take 1.mid", "take 2.mid", "take 10.mid"]


@given(st.text(string.printable + "²٣"), st.text(string.printable + "²٣"))
def test_any_two_names_can_be_compared(one: str, other: str) -> None:
    assert natural(one) < natural(other) or natural(other) <= natural(one)


def test_details_tell_everything_in_sentences() -> None:
    group = str(FOLDER / "verse_take1.mid")
    verdict = used(group=group, applied="channel 3", doubt="half of it lies between the steps", split="test")
    assert verdict_words(verdict) == (
        "Used for test: 24 bars of 4/4 at 118. On the same side of the split as "
        "verse_take1.mid, as they are one take. "
        "Remedy: channel 3. Half of it lies between the steps."
    )
    short = refused("fill.mid", "short", "1 bar of 4/4, and at least 2 are needed", remedy="record it longer")
    assert verdict_words(short) == (
        "Not used: 1 bar of 4/4, and at least 2 are needed. What helps: record it longer."
    )
    found = Found(
        bars=1, seconds=127.6, channels=((9, 4), (2, 9)), unknown=((56, 1200),), tracks=2, tempo_changes=3
    )
    assert more_found(used(found=found)) == (
        "1 bar, 2:08 min · 4/4 · 118 BPM · channel 10 · Roland TD · rock beat · notes on channel 3 too · "
        "2 tracks · 3 tempos · notes that mean no drum: 56 (1,200×)"
    )
    assert drum_words(used())[:2] == ((Drum.KICK, 96), (Drum.SNARE, 88))
    assert drum_words(used(found=Found(drums=(("any", 3),)))) == ()


def test_words_become_sentences() -> None:
    assert [sentence(words) for words in ("", "no notes", "Why?")] == ["", "No notes.", "Why?"]


def test_a_remedy_that_several_files_share_is_one_way() -> None:
    files = [str(FOLDER / name) for name in ("a.mid", "b.mid", "c.mid")]
    chosen = rows(
        refused("a.mid", "channel", "?", remedies=(offer(files[0], "Join with b.mid", join=("b",)),)),
        refused("b.mid", "channel", "?", remedies=(offer(files[1], "Use channel 3", channel=2),)),
        refused("c.mid", "channel", "?", remedies=(offer(files[2], "Use channel 3", channel=2),)),
    )
    shared, joined, left = ways_of(chosen)
    assert shared.button == "Use channel 3 (2 files)"
    assert joined.button == "Join with b.mid"
    assert left.button == f"{LEAVE_OUT} (3 files)"
    plan = shared.taken(DataPlan().with_remedy(files[1], Remedy(map="gm")))
    assert plan.remedy(files[1]) == Remedy(channel=2, map="gm")
    assert plan.remedy(files[2]) == Remedy(channel=2)
    assert plan.remedy(files[0]) == Remedy()
    assert left.taken(plan).remedy(files[0]).skip


def test_files_that_are_to_be_joined_are_joined_once() -> None:
    join = offer(str(FOLDER / "1.mid"), "Join with 1 other", join=(str(FOLDER / "2.mid"),))
    joined, _ = ways_of(rows(*(refused(f"{at}.mid", "short", "1 bar", remedies=(join,)) for at in (1, 2))))
    assert joined.button == "Join with 1 other (2 files)"
    assert joined.offers == (join,)


def test_files_that_are_left_out_are_not_left_out_again() -> None:
    assert ways_of(rows(refused("a.mid", "skipped", "left out by you"))) == ()


def test_remedies_are_undone_at_every_file_that_they_touch() -> None:
    one, two, three = (str(FOLDER / name) for name in ("1.mid", "2.mid", "3.mid"))
    plan = DataPlan().with_remedy(one, Remedy(join=(two,))).with_remedy(three, Remedy(repeat=2))
    (joined,) = rows(refused("2.mid", "joined", "a part of 1.mid"))
    (repeated,) = rows(used("3.mid"))
    (plain,) = rows(used("4.mid"))
    assert remedied(plan, [joined]) == (one,)
    assert remedied(plan, [joined, repeated]) == (one, three)
    assert remedied(plan, [plain]) == ()
    assert without_remedies(plan, (one, three)).remedies == {}


def test_plans_are_taken_back_and_made_again() -> None:
    history = PlanHistory()
    assert (history.undo(), history.redo(), history.undo_words, history.redo_words) == (None, None, "", "")
    first = DataPlan()
    second, third = first.with_source(Path("/a")), first.with_source(Path("/b"))
    history.add(first, second, "Add a")
    assert history.undo_words == "Add a"
    assert history.undo() == first
    assert history.redo_words == "Add a"
    assert history.redo() == second
    assert history.undo() == first
    history.add(first, third, "Add b")
    assert (history.undo_words, history.redo_words, history.redo()) == ("Add b", "", None)


@given(counts=st.lists(st.integers(1, 100_000), max_size=12), width=st.integers(30, 600))
def test_shares_fill_the_bar_and_small_ones_stay_visible(counts: list[int], width: int) -> None:
    widths = share_widths(counts, width)
    assert len(widths) == len(counts)
    if counts:
        assert sum(widths) == pytest.approx(width)
        assert min(widths) >= min(3.0, width / len(counts)) - 1e-6
        assert widths[counts.index(max(counts))] == max(widths)


def test_a_share_says_its_count(qtbot: QtBot) -> None:
    bar, row = ShareBar("Files"), ShareRow(Share("Too short", 1, "warn"))
    qtbot.addWidget(bar)
    qtbot.addWidget(row)
    bar.show_shares([Share("Used", 1196, "go"), Share("No notes", 0, "warn"), Share("Too short", 9, "warn")])
    assert bar.accessibleDescription() == "Used 1,196, Too short 9"
    assert row.accessibleName() == "Too short: 1 file"
    row.show_share(Share("Too short", 1200, "warn"))
    assert row.accessibleName() == "Too short: 1,200 files"
