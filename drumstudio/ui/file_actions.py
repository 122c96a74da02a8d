"""Projects and files: new, open, save, import, export, recent files, recovery.

Everything that touches a disk runs on the jobs' thread; dialogs never wait inside a call.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from drumstudio.app import exporting, store
from drumstudio.app.jobs import JobControl
from drumstudio.app.recovery import Recovered
from drumstudio.domain.demo import demo_project
from drumstudio.domain.drums import DRUM_MAPS, GENERAL_MIDI, DrumMap
from drumstudio.domain.project import PATTERN_NAMES, Project
from drumstudio.midi.files import Feel, Imported, import_pattern
from drumstudio.settings import Settings
from drumstudio.ui.autosave import Autosave
from drumstudio.ui.bridge import Background
from drumstudio.ui.dial_memory import remembered_dials
from drumstudio.ui.document import Document

MIDI_SUFFIXES = (".mid", ".midi")
_RECENT = 10
_PROJECTS = f"DrumStudio projects (*{store.SUFFIX})"
_MIDI = "MIDI files (*.mid *.midi)"
_OPENABLE = f"Projects and MIDI files (*{store.SUFFIX} *.mid *.midi)"

_DELETE = Qt.WidgetAttribute.WA_DeleteOnClose

Then = Callable[[], None]
Button = QMessageBox.StandardButton


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence for the banner, with a way out where there is one."""

    text: str
    kind: str = "note"
    choices: tuple[tuple[str, Then], ...] = ()


class FileActions(QObject):
    """What the File menu does.

    Signals: `told(Message)`, `recent_changed()`.
    """

    told = Signal(object)
    recent_changed = Signal()

    def __init__(
        self, document: Document, background: Background, settings: Settings, window: QWidget
    ) -> None:
        super().__init__(window)
        self._document, self._background = document, background
        self._settings, self._window = settings, window
        self._untouched = True
        self.autosave = Autosave(document, background, self)
        self.autosave.found.connect(self._offer)
        document.changed.connect(self._changed)

    # -- projects

    def start(self, paths: list[Path]) -> None:
        """Open what was asked for, else the last project; then offer what a crash left behind."""
        last = self._settings.get("last_project", "")
        if paths:
            for path in paths:
                self.open_path(path)
        elif last:
            self._load(Path(last), on_failure=self._show_demo)
        else:
            self._show_demo()
        self.autosave.look()

    def _show_demo(self) -> None:
        self._document.load(self._fresh(demo_project()))
        self._untouched = True

    def new(self) -> None:
        """Begin an empty project."""
        self.leave(self._new)

    def _new(self) -> None:
        empty = demo_project().patterns[1:]
        self._document.load(self._fresh(Project(patterns=empty + empty[:1])))
        self._untouched = True
        self._settings.set("last_project", "")

    def _fresh(self, project: Project) -> Project:
        """A project that begins with the dials used last."""
        return replace(project, dials=remembered_dials(self._settings))

    def demo(self) -> None:
        """Open the demo beat."""
        self.leave(self._show_demo)

    def open(self) -> None:
        """Ask for a project or MIDI file and open it."""
        self._ask("Open", _OPENABLE, self.open_path)

    def open_path(self, path: Path) -> None:
        """Open a project, or import a MIDI file."""
        if path.suffix.lower() in MIDI_SUFFIXES:
            self.import_path(path)
        else:
            self.leave(partial(self._load, path))

    def _load(self, path: Path, on_failure: Then | None = None) -> None:
        self._background.run(
            lambda _: store.load_project(path),
            partial(self._loaded, path),
            partial(self._not_loaded, path, on_failure),
        )

    def _loaded(self, path: Path, project: Project) -> None:
        self._untouched = False
        self._document.load(project, path)
        self._remember(path)

    def _not_loaded(self, path: Path, on_failure: Then | None, sentence: str) -> None:
        self._settings.set("recent", [name for name in self.recent() if name != str(path)])
        self.recent_changed.emit()
        if on_failure is not None:
            self._settings.set("last_project", "")
            on_failure()
        self._fail(sentence)

    def save(self, then: Then | None = None) -> None:
        """Save into the project's file, or ask for one."""
        if self._document.path is None:
            self.save_as(then)
        else:
            self.save_to(self._document.path, then)

    def save_as(self, then: Then | None = None) -> None:
        """Ask for a file and save into it."""
        self._ask_save("Save as", _PROJECTS, store.SUFFIX, partial(self._save_chosen, then))

    def _save_chosen(self, then: Then | None, path: Path) -> None:
        self.save_to(path, then)

    def save_to(self, path: Path, then: Then | None = None) -> None:
        """Save into `path`; `then` follows when it is done."""
        project = self._document.project
        self._background.run(
            lambda _: store.save_project(project, path), partial(self._saved, path, project, then), self._fail
        )

    def _saved(self, path: Path, project: Project, then: Then | None, _result: object) -> None:
        self._untouched = False
        self._document.mark_saved(path, project)
        self._remember(path)
        self.autosave.show_state()
        if then is not None:
            then()

    def leave(self, then: Then) -> None:
        """Go on with `then` once nothing unsaved would be lost; the user may stay."""
        if not self._document.modified:
            then()
            return
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle("Unsaved changes")
        box.setText(f"Save the changes to {self.name()}?")
        box.setInformativeText("They are lost otherwise.")
        box.setStandardButtons(Button.Save | Button.Discard | Button.Cancel)
        box.setDefaultButton(Button.Save)
        box.setAttribute(_DELETE)
        box.finished.connect(partial(self._leave_answered, then))
        box.open()

    def _leave_answered(self, then: Then, answer: int) -> None:
        if answer == Button.Save:
            self.save(then)
        elif answer == Button.Discard:
            self.autosave.drop()
            then()

    def name(self) -> str:
        """Name of the project, for people."""
        path = self._document.path
        return path.name if path else "Untitled"

    # -- recent files

    def recent(self) -> list[str]:
        """Paths of the projects used last, newest first."""
        return [str(name) for name in self._settings.get("recent", [])][:_RECENT]

    def clear_recent(self) -> None:
        """Forget them."""
        self._settings.set("recent", [])
        self.recent_changed.emit()

    def _remember(self, path: Path) -> None:
        path = path.absolute()
        self._settings.set("last_project", str(path))
        others = [name for name in self.recent() if name != str(path)]
        self._settings.set("recent", [str(path), *others][:_RECENT])
        self.recent_changed.emit()

    # -- MIDI and sound

    def import_midi(self) -> None:
        """Ask for a MIDI file and take its drums in."""
        self._ask("Import MIDI", _MIDI, self.import_path)

    def import_path(self, path: Path) -> None:
        """Take the drums of a MIDI file in: into the pattern on screen if it is empty, else a new one."""
        self._background.run(lambda _: import_pattern(path), partial(self.take_in, path))

    def take_in(self, path: Path, found: Imported) -> None:
        """Put what was read from a file into the pattern on screen if it is empty, else into a new one."""
        project = self._document.project
        fresh = self._untouched and not self._document.modified and self._document.path is None
        patterns, current = project.patterns, project.current
        if project.pattern.hits and len(patterns) < len(PATTERN_NAMES):
            patterns, current = (*patterns, found.pattern), len(patterns)
        else:
            patterns = (*patterns[:current], found.pattern, *patterns[current + 1 :])
        qpm = found.qpm if fresh else project.qpm
        self._document.apply(
            replace(project, patterns=patterns, current=current, qpm=qpm), f"Import {path.name}"
        )
        words = [
            f"{path.name} is in pattern {PATTERN_NAMES[current]}, read with the {found.drum_map.label} map."
        ]
        if found.pattern.grid.triplet and found.feel.steps_per_quarter == 3:
            words.append(f"It is felt in triplets and stands on a grid of {found.pattern.grid.label}.")
        elif found.pattern.swing != 0.5 and found.feel != Feel():
            words.append(f"It swings {found.pattern.swing:.0%}, and so does the pattern.")
        if found.unmapped:
            notes = ", ".join(str(note) for note in sorted(found.unmapped))
            words.append(f"Notes that mean no drum there were left out: {notes}.")
        choices: tuple[tuple[str, Then], ...] = ()
        if abs(found.qpm - qpm) >= 0.05:
            words.append(f"The file plays at {found.qpm:.1f} BPM, the project at {qpm:.1f}.")
            choices = ((f"Use {found.qpm:.1f} BPM", partial(self._use_tempo, found.qpm)),)
        self.told.emit(Message(" ".join(words), choices=choices))

    def _use_tempo(self, qpm: float) -> None:
        self._document.apply(replace(self._document.project, qpm=qpm), "Tempo")

    def export_midi(self) -> None:
        """Ask for a file and write the pattern on screen as MIDI."""
        self._ask_save("Export MIDI", _MIDI, ".mid", self.export_midi_to)

    def export_midi_to(self, path: Path, drum_map: DrumMap | None = None) -> None:
        """Write the pattern on screen as MIDI, with the map chosen in the MIDI menu."""
        project, drum_map = self._document.project, drum_map or self.drum_map()
        self._background.run(
            lambda _: exporting.export_midi(project, path, drum_map), partial(self._exported, path)
        )

    def export_wav(self, soundfont: Path | None = None) -> None:
        """Ask for a file and write the pattern on screen as sound."""
        self._ask_save("Export WAV", "WAV files (*.wav)", ".wav", partial(self._wav_chosen, soundfont))

    def _wav_chosen(self, soundfont: Path | None, path: Path) -> None:
        self.export_wav_to(path, soundfont)

    def export_wav_to(self, path: Path, soundfont: Path | None = None) -> None:
        """Write the pattern on screen as sound; the status bar shows how far it is."""
        project = self._document.project

        def work(control: JobControl) -> None:
            exporting.export_wav(project, path, soundfont, control.progress, control.cancelled)

        self._background.run(work, partial(self._exported, path), label=f"Writing {path.name}")

    def _exported(self, path: Path, _result: object) -> None:
        self.told.emit(Message(f"{path.name} is written to {path.parent}."))

    def drum_map(self) -> DrumMap:
        """The map that exported MIDI is written with."""
        return DRUM_MAPS.get(self._settings.get("export_map", GENERAL_MIDI.name), GENERAL_MIDI)

    def set_drum_map(self, name: str) -> None:
        """Write exported MIDI with map `name` from now on."""
        self._settings.set("export_map", name)

    # -- beginning and end

    def _offer(self, newest: Recovered) -> None:
        name = newest.original.name if newest.original else "an untitled beat"
        when = time.strftime("%H:%M on %d %B", time.localtime(newest.saved_at))
        self.told.emit(
            Message(
                f"DrumStudio did not close well: unsaved work on {name} from {when} was kept.",
                choices=(
                    ("Restore", partial(self.restore, newest)),
                    ("Discard", partial(self.autosave.discard, newest)),
                ),
            )
        )

    def restore(self, found: Recovered) -> None:
        """Open a recovered project; it is unsaved until the user saves it."""
        self.leave(partial(self._restore, found))

    def _restore(self, found: Recovered) -> None:
        self._untouched = False
        self._document.load(found.project, found.original, unsaved=True)
        self.autosave.take_over(found)

    def close(self) -> None:
        """The program ends in good order: no copy stays."""
        self.autosave.close()

    def _changed(self, _project: Project) -> None:
        if self._document.modified:
            self._untouched = False

    def _fail(self, sentence: str) -> None:
        if sentence:
            self.told.emit(Message(sentence, "error"))

    # -- dialogs

    def _ask(self, title: str, filters: str, then: Callable[[Path], None]) -> None:
        dialog = QFileDialog(self._window, title, self._folder(), filters)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        self._open_dialog(dialog, then)

    def _ask_save(self, title: str, filters: str, suffix: str, then: Callable[[Path], None]) -> None:
        dialog = QFileDialog(self._window, title, self._folder(), filters)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix.removeprefix("."))
        path = self._document.path
        dialog.selectFile(f"{path.stem if path else 'beat'}{suffix}")
        self._open_dialog(dialog, then)

    def _open_dialog(self, dialog: QFileDialog, then: Callable[[Path], None]) -> None:
        dialog.setAttribute(_DELETE)
        dialog.fileSelected.connect(partial(self._selected, then))
        dialog.open()

    def _selected(self, then: Callable[[Path], None], name: str) -> None:
        path = Path(name)
        self._settings.set("folder", str(path.parent))
        then(path)

    def _folder(self) -> str:
        path = self._document.path
        return str(path.parent) if path else self._settings.get("folder", str(Path.home()))
