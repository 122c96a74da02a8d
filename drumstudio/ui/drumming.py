"""The drummer at work: from Continue to an inserted continuation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from drumstudio.app.drummer.asking import completable, dressable, start_of
from drumstudio.app.drummer.generation import (
    DrummerFailed,
    Generation,
    GenerationDone,
    GenerationEvent,
    GenerationFailed,
    GenerationProgress,
    GenerationRequest,
)
from drumstudio.app.drummer.inserting import inserted, start_in
from drumstudio.domain import edits
from drumstudio.domain.candidate import Candidate, Mode
from drumstudio.domain.dials import Dials
from drumstudio.domain.pattern import Pattern
from drumstudio.domain.project import MAX_KEPT, Project
from drumstudio.engine.facade import Position
from drumstudio.errors import DrumStudioError
from drumstudio.ml import catalogue
from drumstudio.ml.catalogue import ModelInfo
from drumstudio.settings import Settings
from drumstudio.ui.bridge import Background, Bridge
from drumstudio.ui.dial_memory import remember_dials
from drumstudio.ui.document import Document
from drumstudio.ui.drummer_panel import DrummerPanel, Wish
from drumstudio.ui.file_actions import Message
from drumstudio.ui.grid.panel import GridPanel
from drumstudio.ui.playing import Playing

# Milliseconds after an edit until the buttons say what the pattern allows.
_LOOK = 60


class Drumming(QObject):
    """Asks the drummer, shows what comes, lets it be heard, and puts it into the document.

    Signals: `told(Message)` for the banner, `hinted(str)` for the status bar, `model_changed(Path |
    None)` when another drummer is asked from now on.
    """

    told = Signal(object)
    hinted = Signal(str)
    model_changed = Signal(object)

    def __init__(
        self,
        bridge: Bridge,
        background: Background,
        document: Document,
        playing: Playing,
        panel: DrummerPanel,
        grid: GridPanel,
        settings: Settings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._playing, self._panel = document, playing, panel
        self._grid, self._settings, self._background = grid, settings, background
        self._revision = 0
        self._asked: Pattern | None = None
        # What was completed or dressed last, its bars, and the pattern after an answer was inserted.
        self._worked_on: Pattern | None = None
        self._span: tuple[int, int] | None = None
        self._after_insert: Pattern | None = None
        self._replayed: tuple[int, int] | None = None
        self._mode = Mode.CONTINUE
        self._told_of: set[str] = set()
        self._auditioning = False
        self._auditioned: Pattern | None = None
        self._heard_in: Pattern | None = None
        self._heard_slot = 0
        self._generation = Generation(bridge.generation_event.emit)
        bridge.generation_event.connect(self._on_event)
        self._look = QTimer(self, singleShot=True, interval=_LOOK)
        self._look.timeout.connect(self._show_possible)
        panel.asked.connect(self.ask)
        panel.dials_turned.connect(self._turn)
        panel.cancel_asked.connect(self.cancel)
        panel.model_picked.connect(self._pick_model)
        panel.rescan_asked.connect(self.look_for_models)
        cards = panel.cards
        cards.audition_changed.connect(self._audition)
        cards.insert_asked.connect(self.insert)
        cards.keep_asked.connect(self._keep)
        cards.again_asked.connect(self._again)
        document.changed.connect(self._project_changed)
        document.loaded.connect(self._loaded)
        grid.selection.changed.connect(self._look.start)
        playing.moved.connect(self._moved)
        playing.auditioned.connect(self._another_heard)
        grid.regenerate_requested.connect(self._regenerate)

    # -- models

    def look_for_models(self) -> None:
        """List the models that are installed and take up the one of the last time."""
        self._background.run(lambda _: catalogue.list_models(), self._show_models)

    def _show_models(self, found: list[ModelInfo]) -> None:
        usable = [info for info in found if info.problem is None]
        chosen = catalogue.in_use(found, self._settings.get("model", ""))
        self._panel.show_models(usable, chosen)
        self.model_changed.emit(None if chosen is None else chosen.path)
        for info in found:
            if info.problem is not None and info.problem not in self._told_of:
                self._told_of.add(info.problem)
                self.told.emit(Message(info.problem, "error"))
        if chosen is not None:
            self._generation.warm_up(chosen.path)

    def use_model(self, path: Path) -> None:
        """Ask the drummer at `path` from now on, at the next start too."""
        self._settings.set("model", str(path))
        self.look_for_models()

    def _pick_model(self, info: ModelInfo) -> None:
        self._settings.set("model", str(info.path))
        self._background.run(lambda _: catalogue.list_models(), self._show_models)

    # -- asking

    def ask(self, wish: Wish) -> None:
        """Continue, complete or dress the pattern on screen."""
        model = self._panel.model
        if model is None:
            return
        project = self._document.project
        source, span = self._subject(wish)
        if all(lane.locked for lane in project.lanes):
            text = "Every row is locked, so there is nothing left for the drummer to play"
            self.told.emit(Message(text, "error", (("Unlock all rows", self._unlock),)))
            return
        self._revision += 1
        self._asked, self._mode = source, wish.mode
        self._panel.begin(wish.candidates, wish.again)
        if not wish.again:
            self.hinted.emit("Esc cancels")
        self._generation.submit(
            GenerationRequest(
                revision=self._revision,
                source=source,
                model=model.path,
                bars=wish.bars,
                candidates=wish.candidates,
                dials=wish.dials,
                seed=wish.seed,
                lanes=project.lanes,
                mode=wish.mode,
                span=span,
                qpm=project.qpm,
            )
        )

    def _subject(self, wish: Wish) -> tuple[Pattern, tuple[int, int] | None]:
        """The pattern to play on, and the bars of it to be written.

        What was completed and then inserted has nothing left to complete: asked again, it is the
        pattern before that is completed otherwise.
        """
        pattern = self._document.pattern
        if wish.mode is Mode.CONTINUE:
            return pattern, None
        if wish.again and self._worked_on is not None and pattern == self._after_insert:
            return self._worked_on, self._span
        if not wish.again:
            self._span = self._replayed or self._selected_bars()
            self._replayed = None
        self._worked_on = pattern
        return pattern, self._span

    def _selected_bars(self) -> tuple[int, int] | None:
        """Bars of the selection, from the first to before the second; None where nothing is selected."""
        block, pattern = self._grid.selection.block, self._document.pattern
        per_bar = pattern.grid.steps_per_bar
        if block is None or block.first_step >= pattern.steps:
            return None
        return block.first_step // per_bar, min(pattern.bars, block.last_step // per_bar + 1)

    def _show_possible(self) -> None:
        """Show whether the pattern can be completed or dressed, and where."""
        project, span = self._document.project, self._selected_bars()
        where = ""
        if span is not None:
            first, last = span[0] + 1, span[1]
            where = f", in bar {first}" if first == last else f", in bars {first} to {last}"
        self._panel.show_possible(
            completable(project.pattern, project.lanes, span),
            dressable(project.pattern, project.lanes, span),
            where,
            bool(project.pattern.fill_bars),
        )

    def _turn(self, dials: Dials) -> None:
        self._document.set_dials(dials)
        remember_dials(self._settings, dials)

    def _unlock(self) -> None:
        lanes = tuple(replace(lane, locked=False) for lane in self._document.project.lanes)
        self._document.set_lanes(lanes, "Unlock all rows")

    def cancel(self) -> None:
        """Give up what is under way."""
        self._generation.cancel()

    def _regenerate(self, step: int) -> None:
        pattern = self._document.pattern
        if 0 < step < pattern.steps:
            self._document.edit(edits.set_seam(pattern, step), "Continue from here")
        self._panel.ask()

    def _on_event(self, event: GenerationEvent) -> None:
        if isinstance(event, DrummerFailed):
            self.told.emit(Message(event.message, "error"))
            return
        if getattr(event, "revision", None) != self._revision or not self._panel.generating:
            return
        if isinstance(event, GenerationProgress):
            self._panel.show_progress(event)
        elif isinstance(event, GenerationDone):
            self._show_done(event)
        elif isinstance(event, GenerationFailed):
            again = self._panel.cards.making_again
            self._panel.show_failed()
            # A dial that nothing can follow is no reason for a banner.
            self.hinted.emit(event.message if again else "")
            if event.message and not again:
                self.told.emit(Message(event.message, "error"))

    def _show_done(self, event: GenerationDone) -> None:
        cards = self._panel.cards
        before = cards.heard
        again = cards.making_again
        self._panel.show_done(event)
        if not again:
            cards.setFocus()
            count = len(event.candidates)
            self.hinted.emit(
                f"{count} continuation{'s' if count > 1 else ''} ready: "
                "↑ ↓ audition, Enter inserts, Esc dismisses"
            )
        elif cards.heard is not None and cards.heard != before:
            self._audition(cards.heard, goes_on=self._auditioning)

    def _keep(self, candidate: Candidate, kept: bool) -> None:
        project = self._document.project
        if kept and len(project.kept) >= MAX_KEPT:
            text = f"The project keeps {MAX_KEPT} continuations already; let one go first"
            self.told.emit(Message(text, "error"))
            return
        text = f"Keep {candidate.name}" if kept else f"Let {candidate.name} go"
        self._document.apply(project.with_kept(candidate, kept), text)

    def _project_changed(self, project: Project) -> None:
        self._panel.cards.show_kept(project.kept)
        self._look.start()
        asked = self._asked
        if self._panel.generating and asked is not None and not self._still_asked(asked, project.pattern):
            # What would come answers a beat that is no longer there.
            self._revision += 1
            self._generation.cancel()
            self._panel.show_failed()
            self.hinted.emit("The beat changed; press Continue again")
        if self._panel.cards.heard is not None and project.pattern != self._heard_in:
            if project.current == self._heard_slot:
                self._audition(self._panel.cards.heard)
            else:
                # Another pattern is looked at: it is what wants to be heard.
                self._panel.cards.stop_hearing()
                self._audition(None)

    def _loaded(self) -> None:
        self._revision += 1
        self._generation.cancel()
        if self._panel.generating:
            self._panel.show_failed()
        self._panel.forget_project()
        self._panel.cards.show_kept(self._document.project.kept)
        self._panel.show_dials(self._document.project.dials)
        self._worked_on = self._after_insert = self._span = None
        self._show_possible()
        empty = not any(pattern.hits for pattern in self._document.project.patterns)
        self.hinted.emit("Click cells to place hits; Space plays, F1 shows every key" if empty else "")

    # -- hearing and inserting

    def _still_asked(self, asked: Pattern, pattern: Pattern) -> bool:
        """Whether what was asked is still what is on screen."""
        if self._mode is Mode.CONTINUE:
            return _same_primer(asked, pattern)
        return pattern in (asked, self._after_insert)

    def _audition(self, candidate: Candidate | None, goes_on: bool = False) -> None:
        """Hear a candidate from the next bar line on: from where it begins, or going on where another of
        its shape is heard."""
        if candidate is None:
            self._playing.audition(None)
            self._grid.set_preview(None)
            return
        before = self._grid.state.pattern
        try:
            whole = self._with(candidate)
        except DrumStudioError as error:
            self._panel.cards.stop_hearing()
            self._audition(None)
            self.told.emit(Message(str(error), "error"))
            return
        self._heard_in, self._heard_slot = self._document.pattern, self._document.project.current
        per_bar = whole.grid.steps_per_bar
        step = start_in(candidate, whole.grid) // per_bar * per_bar
        same = goes_on and (before.grid, before.bars) == (whole.grid, whole.bars)
        self._auditioned = whole
        self._grid.set_preview(whole, self._panel.cards.heard_letter)
        self._playing.audition(whole, None if same else step)

    def _another_heard(self, pattern: Pattern) -> None:
        """What another page lets be heard takes the place of the card."""
        if pattern is not self._auditioned and self._panel.cards.heard is not None:
            self._panel.cards.stop_hearing()
            self._grid.set_preview(None)

    def _with(self, candidate: Candidate, bars: int | None = None) -> Pattern:
        """The pattern on screen with a candidate in it."""
        project = self._document.project
        return inserted(project.pattern, candidate, bars, project.lanes)

    def insert(self, candidate: Candidate, bars: int = 0) -> None:
        """Put a candidate, or its first `bars` bars, into the pattern: one undo step."""
        try:
            whole = self._with(candidate, bars or None)
        except DrumStudioError as error:
            self.told.emit(Message(str(error), "error"))
            return
        heard = self._panel.cards.heard is not None
        self._panel.cards.stop_hearing()
        self._grid.set_preview(None)
        self._after_insert = whole
        self._document.edit(whole, f"Insert {candidate.name}")
        if heard:
            self._playing.audition(None)
        self.hinted.emit(f"{candidate.name} is in the pattern; Ctrl+Z takes it out again")

    def _again(self, candidate: Candidate) -> None:
        per_bar = candidate.pattern.grid.steps_per_bar
        end = candidate.start + candidate.steps
        if candidate.mode is not Mode.CONTINUE and end <= self._document.pattern.steps:
            self._replayed = candidate.start // per_bar, end // per_bar
        self._panel.use(candidate)

    def dismiss(self) -> bool:
        """What Esc does: cancel, else stop hearing, else dismiss; whether there was anything."""
        if self._panel.generating:
            self.cancel()
            return True
        done = self._panel.dismiss()
        if done:
            self.hinted.emit("")
        return done

    def _moved(self, position: Position | None) -> None:
        self._auditioning = position is not None and position.auditioning
        if position is None:
            self._panel.cards.stop_hearing()
            self._grid.set_preview(None)
            self._grid.set_playhead(None)
            return
        heard = self._panel.cards.heard
        self._grid.set_playhead(None if position.counting_in else position.step)
        if heard is not None:
            step = position.step - heard.start
            self._panel.cards.show_position(position.auditioning, step if step >= 0 else None)

    def close(self) -> None:
        """End the drummer's thread."""
        self._panel.remember()
        self._generation.close()


def _same_primer(one: Pattern, other: Pattern) -> bool:
    start = start_of(one)
    if one.grid != other.grid or start != start_of(other):
        return False
    primer = replace(one, hits=tuple(one.hits_between(0, start)), seam=None)
    return primer.hits == tuple(other.hits_between(0, start))
