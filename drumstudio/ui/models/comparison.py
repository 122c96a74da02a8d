"""Drummers side by side: what each makes of the same primer, to hear and in numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from drumstudio.app.drummer import comparing
from drumstudio.app.drummer.asking import prepare, start_of
from drumstudio.app.drummer.comparing import Comparison
from drumstudio.app.drummer.familiarity import Familiarity, familiarity
from drumstudio.app.jobs import JobControl
from drumstudio.app.takes.store import find_take, list_takes
from drumstudio.domain.dials import Dials
from drumstudio.domain.pattern import Pattern
from drumstudio.domain.performance import ALL_LANES
from drumstudio.domain.project import Lane
from drumstudio.midi.files import import_pattern
from drumstudio.ml.catalogue import ModelInfo
from drumstudio.ui.bridge import Background, Bridge
from drumstudio.ui.candidate_list import SCROLL_WIDTH
from drumstudio.ui.desk import Desk
from drumstudio.ui.file_actions import Message
from drumstudio.ui.layouts import enter_clicks
from drumstudio.ui.miniature import Miniature
from drumstudio.ui.models.comparison_bar import ComparisonBar
from drumstudio.ui.models.hearing import ComparedCards, Hearing
from drumstudio.ui.models.knowing import Knowing
from drumstudio.ui.models.measures_table import MeasuresTable

_MIDI = "MIDI files (*.mid *.midi)"
_LEFT = 500


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is continued: the pattern on screen, or that of a file, and how it is to be played."""

    models: tuple[Path, ...]
    source: Pattern
    lanes: tuple[Lane, ...]
    bars: int
    count: int
    dials: Dials
    seed: int
    qpm: float


class ComparisonView(QWidget):
    """Signals: `left()` when the user wants the list of drummers back.

    Its own thread does the work, so that files need not wait for drummers.
    """

    left = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        bridge = Bridge(self)
        bridge.bug.connect(desk.bridge.bug)
        self.background = Background(bridge, self)
        self._control: JobControl | None = None
        self._models: tuple[ModelInfo, ...] = ()
        self._path: Path | None = None
        self.found: Comparison | None = None
        self.known: Familiarity | None = None
        self.bar = ComparisonBar()
        self.progress = QProgressBar()
        self.cards = ComparedCards()
        self.hearing = Hearing(desk, self.cards)
        self.miniature = Miniature()
        self.measures = MeasuresTable()
        self.knowing = Knowing()
        self._about, self.problem = QLabel(), QLabel()
        self._lay_out()
        self._connect()
        enter_clicks(self)
        self._show_busy(False)
        self._show_primer()

    def _lay_out(self) -> None:
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(3)
        self.progress.setAccessibleName("How far they are")
        columns = QHBoxLayout()
        columns.setSpacing(16)
        columns.addWidget(self._left_side())
        columns.addWidget(self._right_side(), 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(14, 10, 14, 12)
        whole.setSpacing(8)
        whole.addWidget(self.bar)
        whole.addWidget(self.progress)
        whole.addLayout(columns, 1)

    def _left_side(self) -> QWidget:
        """The primer, and a card a drummer below it."""
        self._about.setProperty("role", "muted")
        self._about.setWordWrap(True)
        self.problem.setProperty("role", "error")
        self.problem.setWordWrap(True)
        side = QWidget()
        side.setFixedWidth(_LEFT)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        above = QVBoxLayout()
        above.setContentsMargins(0, 0, SCROLL_WIDTH, 0)
        for widget in (self._about, self.miniature, self.problem):
            above.addWidget(widget)
        column.addLayout(above)
        column.addWidget(self.cards, 1)
        return side

    def _right_side(self) -> QWidget:
        """Measures, or how well each knows you."""
        side = QWidget()
        tabs = QHBoxLayout()
        tabs.setSpacing(4)
        self._pages = QStackedLayout()
        self._tabs = QButtonGroup(side)
        self.tabs: dict[str, QToolButton] = {}
        for place, (name, page) in enumerate(
            (("Measures", self.measures), ("How well does it know you?", self.knowing))
        ):
            tab = QToolButton()
            tab.setText(name)
            tab.setProperty("kind", "tab")
            tab.setCheckable(True)
            tab.setChecked(place == 0)
            tab.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            tab.clicked.connect(partial(self._pages.setCurrentIndex, place))
            self._tabs.addButton(tab)
            self.tabs[name] = tab
            tabs.addWidget(tab)
            self._pages.addWidget(page)
        tabs.addStretch(1)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(tabs)
        column.addLayout(self._pages, 1)
        return side

    def _connect(self) -> None:
        self.bar.left.connect(self.left)
        self.bar.pressed.connect(self._pressed)
        self.bar.turned.connect(self.play)
        self.bar.screen_wanted.connect(self._use_screen)
        self.bar.file_wanted.connect(self._ask_primer)
        self.knowing.listen_wanted.connect(self._listen)
        self.knowing.file_wanted.connect(self._ask_take)
        self.background.progressed.connect(self._show_share)
        self._desk.takes_changed.connect(self.look_for_takes)
        self._desk.document.changed.connect(self._show_primer)

    # -- what is asked

    def begin(self, models: Sequence[ModelInfo]) -> None:
        """Put `models` side by side, and have them play."""
        if tuple(models) != self._models:
            self._models = tuple(models)
            self.known = None
            self.knowing.forget()
        self.bar.show_title(f"{len(models)} drummers side by side")
        self.play()

    def play(self) -> None:
        """Have every drummer continue the primer."""
        seed = self.bar.next_seed()
        if self._path is None:
            self._start(self._asked(self._desk.document.pattern, seed))
        else:
            self._read(self._path, partial(self._asked, seed=seed))

    def _asked(self, source: Pattern, seed: int, qpm: float | None = None) -> _Asked:
        project = self._desk.document.project
        return _Asked(
            tuple(info.path for info in self._models),
            source,
            project.lanes if qpm is None else ALL_LANES,
            self.bar.bars.value,
            self.bar.count.value,
            project.dials,
            seed,
            project.qpm if qpm is None else qpm,
        )

    def _read(self, path: Path, asked: Callable[..., _Asked]) -> None:
        def then(found: Any) -> None:
            self._start(asked(replace(found.pattern, seam=None), qpm=found.qpm))

        self.background.run(lambda _: import_pattern(path), then, self._failed)

    def _start(self, asked: _Asked) -> None:
        self.stop()
        self.cards.begin(len(asked.models))
        self._show_busy(True)
        self._control = self.background.run(
            partial(_compare, asked), partial(self._show_found, asked), self._failed, "Comparing drummers"
        )

    def _listen(self, names: tuple[str, ...]) -> None:
        """Have every drummer foresee takes, or the chosen file where none is named."""
        if self._control is not None or not self._models:
            return
        self._show_busy(True)
        models = tuple(info.path for info in self._models)
        path = self.knowing.path if not names else None
        self._control = self.background.run(
            partial(_listen, models, names, path), self._show_known, self._failed, "Listening to takes"
        )

    # -- what comes

    def _show_found(self, asked: _Asked, found: Comparison) -> None:
        self._control = None
        self._show_busy(False)
        self.found = found
        heard = tuple(replace(one.candidates[0], name=one.name) for one in found.played if one.candidates)
        if len(heard) < len(asked.models):
            self.cards.begin(len(heard))
        primer = asked.source if self._path is not None else None
        self.hearing.show_candidates(heard, primer)
        self._show_primer_of(asked)
        self.measures.show_comparison(found)
        problems = [f"{one.name} cannot play this: {one.problem}" for one in found.played if one.problem]
        self.problem.setText("\n".join(problems))
        self.problem.setVisible(bool(problems))
        self.cards.setFocus()
        self._desk.hinted.emit("1 to 9 or ↑ ↓ audition at the next bar line, Enter inserts, Esc goes back")

    def _show_known(self, found: Familiarity) -> None:
        self._control = None
        self._show_busy(False)
        self.known = found
        self.knowing.show_found(found)
        for one in found.models:
            if one.problem:
                self._desk.told.emit(Message(f"{one.name} cannot listen: {one.problem}", "error"))

    def _failed(self, sentence: str) -> None:
        self._control = None
        self._show_busy(False)
        self.cards.abandon()
        if sentence:
            self._desk.told.emit(Message(sentence[:1].upper() + sentence[1:], "error"))

    def _show_busy(self, busy: bool) -> None:
        self.bar.show_busy(busy)
        self.progress.setRange(0, 1000)
        self.progress.setValue(0)
        self.knowing.set_busy(busy)
        if not busy:
            self.problem.setVisible(bool(self.problem.text()))

    def _show_share(self, share: float) -> None:
        self.progress.setValue(round(share * 1000))

    def _show_primer(self) -> None:
        """Show the pattern on screen as what will be continued, before anything was."""
        if self._path is None and self.found is None:
            self._draw_primer(self._desk.document.pattern, "the pattern on screen", "")

    def _show_primer_of(self, asked: _Asked) -> None:
        name = "the pattern on screen" if self._path is None else self._path.name
        dials = asked.dials
        how = f"seed {asked.seed}, stick {dials.stick:.0%}, wildness {dials.wildness:.0%}, as beside the grid"
        self._draw_primer(asked.source, name, f" · {how}")

    def _draw_primer(self, source: Pattern, name: str, how: str) -> None:
        start = start_of(source)
        bars = start / source.grid.steps_per_bar
        self._about.setText(f"Primer: {name}, {bars:g} bars{how}")
        self.miniature.show_pattern(source, start)

    # -- choices

    def _pressed(self) -> None:
        if self._control is not None:
            self._control.cancel()
        else:
            self.play()

    def _use_screen(self) -> None:
        self._path = None
        self.bar.show_primer("")
        self.play()

    def _ask_primer(self) -> None:
        self._ask_file("Continue a MIDI file", self.use_file)

    def use_file(self, path: Path) -> None:
        """Continue the MIDI file at `path`."""
        self._path = path
        self.bar.show_primer(path.name)
        self.play()

    def _ask_take(self) -> None:
        self._ask_file("Listen to a MIDI file", self.knowing.show_file)

    def _ask_file(self, title: str, then: Callable[[Path], None]) -> None:
        folder = str(self._desk.settings.get("folder", str(Path.home())))
        dialog = QFileDialog(self, title, folder, _MIDI)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: then(Path(name)))
        dialog.open()

    def look_for_takes(self) -> None:
        """List the user's takes."""
        self._desk.background.run(
            lambda _: [kept.name for kept in list_takes().takes], self.knowing.show_takes
        )

    # -- ends

    def dismiss(self) -> bool:
        """Cancel, else stop hearing; whether there was anything."""
        if self._control is not None:
            self._control.cancel()
            return True
        if self.cards.heard is not None:
            self.stop()
            return True
        return False

    def stop(self) -> None:
        """Hear none of them any more."""
        self.hearing.stop()

    def hideEvent(self, event: QHideEvent) -> None:
        """Another page comes: what plays there is heard."""
        super().hideEvent(event)
        self.stop()

    def close_down(self) -> None:
        """Give up what is under way and end the thread."""
        if self._control is not None:
            self._control.cancel()
        self.background.close()


def _compare(asked: _Asked, control: JobControl) -> Comparison:
    task = prepare(asked.source, asked.lanes, asked.bars, dials=asked.dials)
    play = comparing.with_dials(asked.dials, count=asked.count, seed=asked.seed, cancelled=control.cancelled)
    return comparing.compare(
        task,
        asked.models,
        play,
        seed=asked.seed,
        dials=asked.dials,
        qpm=asked.qpm,
        told=control.progress,
    )


def _listen(
    models: tuple[Path, ...], names: tuple[str, ...], path: Path | None, control: JobControl
) -> Familiarity:
    takes = [(name, find_take(name).pattern()) for name in names]
    if path is not None:
        takes.append((path.stem, import_pattern(path).pattern))
    return familiarity(takes, models, control.progress, control.cancelled)
