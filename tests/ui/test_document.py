"""The document: history, the unsaved mark, what merges into one step."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pytestqt.qtbot import QtBot

from drumstudio.domain import edits
from drumstudio.domain.demo import demo_project
from drumstudio.domain.dials import Dials
from drumstudio.domain.drums import Drum
from drumstudio.domain.project import Project
from drumstudio.ui.document import Document


def toggled(document: Document, step: int, drum: Drum = Drum.RIDE) -> Project:
    return document.project.with_pattern(edits.toggle(document.pattern, step, drum))


def test_an_edit_is_one_step_back_and_forth(qtbot: QtBot) -> None:
    document = Document(demo_project())
    start = document.project
    with qtbot.waitSignal(document.changed) as signal:
        assert document.apply(toggled(document, 3), "Place hit")
    edited = document.project
    assert signal.args == [edited]
    assert document.pattern.hit_at(3, Drum.RIDE)
    assert document.stack.undoText() == "Place hit"
    document.undo()
    assert document.project is start
    document.redo()
    assert document.project is edited


def test_nothing_changed_is_no_step(qtbot: QtBot) -> None:
    document = Document(demo_project())
    with qtbot.assertNotEmitted(document.changed):
        assert not document.apply(demo_project(), "Nothing")
    assert document.stack.count() == 0
    assert document.revision == 0


def test_equal_merge_keys_make_one_step(qtbot: QtBot) -> None:
    document = Document(demo_project())
    start, key = document.project, document.gesture()
    for step in range(5):
        document.apply(toggled(document, step), "Paint", key)
    assert document.stack.count() == 1
    assert document.revision == 5
    document.apply(toggled(document, 9), "Paint", document.gesture())
    assert document.stack.count() == 2
    document.undo()
    document.undo()
    assert document.project == start
    document.redo()
    assert sum(hit.drum == Drum.RIDE for hit in document.pattern.hits) == 5


def test_a_gesture_that_ends_where_it_began_leaves_no_step(qtbot: QtBot) -> None:
    document = Document(demo_project())
    key = document.gesture()
    document.apply(toggled(document, 5), "Paint", key)
    document.apply(toggled(document, 5), "Paint", key)
    assert document.stack.count() == 0
    assert document.project == demo_project()


def test_the_unsaved_mark(qtbot: QtBot, tmp_path: Path) -> None:
    document = Document(demo_project())
    assert not document.modified
    with qtbot.waitSignal(document.modified_changed) as signal:
        document.apply(toggled(document, 1), "Place hit")
    assert signal.args == [True]
    path = tmp_path / "beat.drumstudio"
    with qtbot.waitSignals([document.modified_changed, document.path_changed]):
        document.mark_saved(path)
    assert document.path == path
    assert not document.modified
    document.undo()
    assert document.modified
    document.redo()
    assert not document.modified


def test_a_gesture_does_not_merge_across_a_save(qtbot: QtBot, tmp_path: Path) -> None:
    document = Document(demo_project())
    document.apply(toggled(document, 1), "Paint", "key")
    document.mark_saved(tmp_path / "beat.drumstudio")
    document.apply(toggled(document, 2), "Paint", "key")
    assert document.modified
    document.undo()
    assert not document.modified


def test_loading_forgets_the_history(qtbot: QtBot, tmp_path: Path) -> None:
    document = Document(demo_project())
    document.apply(toggled(document, 1), "Place hit")
    other = replace(demo_project(), qpm=90.0)
    with qtbot.waitSignals([document.loaded, document.changed]):
        document.load(other, tmp_path / "other.drumstudio")
    assert (document.project, document.stack.count(), document.modified) == (other, 0, False)
    document.load(other, None, unsaved=True)
    assert document.modified
    assert document.path is None


def test_mutes_in_a_row_are_one_step_and_keep_apart_from_edits(qtbot: QtBot) -> None:
    document = Document(demo_project())
    for drum in (Drum.KICK, Drum.SNARE, Drum.CRASH):
        lanes = document.project.with_lane(drum, replace(document.project.lanes[drum], muted=True)).lanes
        assert document.set_lanes(lanes, f"Mute {drum.label}")
    document.apply(toggled(document, 1), "Place hit")
    assert document.stack.count() == 2
    document.undo()
    assert document.project.lanes[Drum.KICK].muted
    document.undo()
    assert document.project == demo_project()


def test_choosing_a_pattern_is_part_of_the_project(qtbot: QtBot) -> None:
    document = Document(demo_project())
    assert document.select_pattern(1)
    assert document.select_pattern(2)
    assert not document.select_pattern(26)
    assert not document.select_pattern(2)
    assert document.project.current == 2
    document.undo()
    assert document.project.current == 0


def test_dials_are_settings_and_no_steps(qtbot: QtBot, tmp_path: Path) -> None:
    document = Document(demo_project())
    turned = Dials(stick=0.8, style="funk")
    document.apply(toggled(document, 3), "Place hit")
    with qtbot.assertNotEmitted(document.changed), qtbot.waitSignal(document.dials_changed) as told:
        document.set_dials(turned)
    assert told.args == [turned]
    assert document.stack.count() == 1
    document.undo()
    assert document.project.dials == turned
    document.redo()
    assert document.project.dials == turned
    assert document.pattern.hit_at(3, Drum.RIDE)


def test_turned_dials_are_unsaved_where_there_is_a_file(qtbot: QtBot, tmp_path: Path) -> None:
    document = Document(demo_project())
    document.set_dials(Dials(stick=0.1))
    assert not document.modified  # nothing would be lost: the last dials are remembered anyway
    document.mark_saved(tmp_path / "a.drumstudio")
    with qtbot.waitSignal(document.modified_changed) as told:
        document.set_dials(Dials(stick=0.2))
    assert told.args == [True]
    document.set_dials(Dials(stick=0.1))
    assert not document.modified
    document.set_dials(Dials(stick=0.3))
    saved = document.project
    document.set_dials(Dials(stick=0.4))
    document.mark_saved(tmp_path / "a.drumstudio", saved)
    assert document.modified
    assert document.stack.isClean()
    document.mark_saved(tmp_path / "a.drumstudio")
    assert not document.modified
