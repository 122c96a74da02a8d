"""A lesson asks pad by pad: the loudest of what comes together answers, and what rings on does not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from drumstudio.domain.drums import Drum
from drumstudio.midi.kit_maps import load_maps, told_apart
from drumstudio.midi.learning import MAIN_PADS, PADS, learned_map, likely_kit, own_map_name, with_note
from drumstudio.midi.lesson import ECHO, REST, Lesson

BY_NAME = {pad.name: pad for pad in PADS}


def answer(lesson: Lesson, at: float, note: int, velocity: int = 100) -> None:
    assert lesson.struck(at, note, velocity)
    assert lesson.settle() is not None


def test_the_loudest_of_strokes_that_come_together_answers() -> None:
    lesson = Lesson()
    assert lesson.struck(1.0, 45, 9)  # a tom that the kick shakes
    assert lesson.struck(1.0 + ECHO / 2, 36, 110)
    assert not lesson.struck(1.0 + ECHO * 1.5, 48, 127)
    assert lesson.settle() is BY_NAME["Kick"]
    assert lesson.answers == {BY_NAME["Kick"]: 36}
    assert lesson.pad is BY_NAME["Snare"]


def test_a_pad_that_rings_on_does_not_answer_for_the_next() -> None:
    lesson = Lesson()
    answer(lesson, 1.0, 36)
    assert not lesson.struck(1.0 + REST * 0.9, 36, 60)
    assert lesson.pad is BY_NAME["Snare"]
    answer(lesson, 1.0 + REST, 38)
    assert lesson.answers[BY_NAME["Snare"]] == 38


def test_a_stroke_that_came_after_those_that_wait_is_told() -> None:
    lesson = Lesson()
    assert not lesson.overdue(5.0)
    lesson.struck(1.0, 36, 100)
    assert not lesson.overdue(1.0 + ECHO * 0.99)
    assert lesson.overdue(1.0 + ECHO * 1.01)


def test_pads_can_be_left_out_and_asked_for_once_more() -> None:
    lesson = Lesson(MAIN_PADS)
    lesson.skip()
    assert lesson.passed == {BY_NAME["Kick"]}
    answer(lesson, 1.0, 38)
    lesson.back()
    lesson.back()
    assert lesson.pad is BY_NAME["Kick"]
    answer(lesson, 2.0, 36)
    assert lesson.passed == set()
    assert lesson.answers == {BY_NAME["Kick"]: 36, BY_NAME["Snare"]: 38}
    lesson.skip()
    assert BY_NAME["Snare"] not in lesson.answers


def test_other_pads_go_on_where_the_first_unknown_one_is() -> None:
    lesson = Lesson(PADS)
    for at, note in ((1.0, 36), (2.0, 38), (3.0, 40), (4.0, 37)):
        answer(lesson, at, note)
    lesson.set_pads(MAIN_PADS)
    assert lesson.pad is BY_NAME["Closed hi-hat"]
    assert lesson.answers[BY_NAME["Snare rim"]] == 40
    lesson.clear()
    assert (lesson.answers, lesson.place) == ({}, 0)


@given(st.lists(st.sampled_from(["hit", "skip", "back", "settle"]), max_size=60))
def test_whatever_is_done_the_place_and_the_answers_make_sense(deeds: list[str]) -> None:
    lesson, now = Lesson(MAIN_PADS), 0.0
    for deed in deeds:
        now += 1.0
        if deed == "hit":
            lesson.struck(now, 40, 100)
        else:
            getattr(lesson, deed)()
        assert 0 <= lesson.place <= len(MAIN_PADS)
        assert not lesson.passed & lesson.answers.keys()
        assert {*lesson.answers, *lesson.passed} <= {*MAIN_PADS}


def test_a_kit_is_told_as_soon_as_no_other_answers_so() -> None:
    maps = load_maps()
    answers = {BY_NAME["Kick"]: 36, BY_NAME["Snare"]: 38}
    assert likely_kit(answers, maps) is None
    answers[BY_NAME["Closed hi-hat edge"]] = 22
    found = likely_kit(answers, maps)
    assert found is not None
    assert found.name == "roland"
    assert likely_kit({BY_NAME["Kick"]: 33}, maps) is maps.get("yamaha-dtx")
    # A note that means another drum there is no answer of that kit.
    assert likely_kit({BY_NAME["Crash"]: 33}, maps) is None
    assert likely_kit({}, maps) is None


def test_struck_notes_tell_a_kit_once_one_knows_them_all() -> None:
    maps = load_maps()
    assert told_apart({36, 38, 42, 46}, maps) is None
    assert told_apart({36, 38, 22}, maps) is maps.get("roland")
    assert told_apart({36, 38, 27}, maps) is maps.get("td-17")
    assert told_apart({36, 38, 23}, maps) is maps.get("alesis-nitro")
    assert told_apart({36, 38, 42}, maps, pedal_moves=True) is maps.get("roland")
    assert told_apart({35, 39}, maps) is maps.get("gm")
    assert told_apart({1, 36}, maps) is None


def test_the_ports_name_decides_between_kits_that_answer_alike() -> None:
    maps = load_maps()
    answers = {BY_NAME["Kick"]: 36, BY_NAME["Closed hi-hat edge"]: 22}
    assert learned_map("own", "Own", "TD-17 MIDI", answers, maps).like is maps.get("td-17")
    assert learned_map("own", "Own", "Some port", answers, maps).like is maps.get("roland")
    # A name that the answers deny says nothing.
    denied = {BY_NAME["Kick"]: 33}
    assert learned_map("own", "Own", "TD-17 MIDI", denied, maps).like is maps.get("yamaha-dtx")


def test_a_note_without_a_drum_gets_one_in_a_map_of_ones_own() -> None:
    maps = load_maps()
    own = with_note(maps.get("roland"), 27, Drum.CRASH, "TD-11 MIDI 1", maps)
    assert (own.name, own.label, own.own, own.ports) == (
        "my-roland-td",
        "My Roland TD",
        True,
        ("TD-11 MIDI 1",),
    )
    assert own.drum_map.drum_of(27) is Drum.CRASH
    assert own.drum_map.note_of(Drum.CRASH) == 49
    known = maps.get("roland").drum_map
    assert {note: own.drum_map.drum_of(note) for note in known.table()} == known.table()
    assert (own.drum_map.pedal, own.drum_map.chokes, own.drum_map.foot) == (True, known.chokes, known.foot)
    again = with_note(own, 28, Drum.RIDE, "TD-11 MIDI 1", maps)
    assert again.name == own.name
    assert (again.drum_map.drum_of(27), again.drum_map.drum_of(28)) == (Drum.CRASH, Drum.RIDE)


def test_no_map_of_ones_own_is_lost_to_another() -> None:
    maps = load_maps()
    first = with_note(maps.get("gm"), 27, Drum.CRASH, "One", maps)
    maps.maps[first.name] = first
    second = with_note(maps.get("gm"), 28, Drum.RIDE, "Other", maps)
    assert second.name not in maps.maps
    assert second.label == "My General MIDI 2"


def test_names_of_files_come_from_what_people_write() -> None:
    maps = load_maps()
    assert own_map_name("  Ms. Müller's TD-11! ", maps) == "ms-m-ller-s-td-11"
    assert own_map_name("Roland", maps) == "roland-own"
    assert len(own_map_name("x" * 90, maps)) <= 40
