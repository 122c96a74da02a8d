"""The drummer at work: from Continue to an inserted continuation."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from drumstudio.app.asking import start_of
from drumstudio.app.generation import (
    DrummerFailed,
    Generation,
    GenerationDone,
    GenerationEvent,
    GenerationFailed,
    GenerationProgress,
    GenerationRequest,
)
from drumstudio.app.inserting import inserted
from drumstudio.domain import edits
from drumstudio.domain.candidate import Candidate
from drumstudio.domain.dials import Dials
from drumstudio.domain.pattern import Pattern
from drumstudio.domain.project import MAX_KEPT, Project
from drumstudio.engine.facade import Position
from drumstudio.errors import DrumStudioError
from drumstudio.ml import catalogue
from drumstudio.ml.catalogue import ModelInfo
from drumstudio.settings import Settings
from drumstudio.ui.bridge import Background, Bridge
from drumstudio.ui.document import Document
from drumstudio.ui.drummer_panel import DrummerPanel, Wish
from drumstudio.ui.file_actions import Message
from drumstudio.ui.grid.panel import GridPanel
from drumstudio.ui.playing import Playing


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
        self._heard_in: Pattern | None = None
        self._heard_slot = 0
        self._generation = Generation(bridge.generation_event.emit)
        bridge.generation_event.connect(self._on_event)
        panel.continue_asked.connect(self.ask)
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
        playing.moved.connect(self._moved)
        grid.regenerate_requested.connect(self._regenerate)

    # -- models

    def look_for_models(self) -> None:
        """List the models that are installed and take up the one of the last time."""
        self._background.run(lambda _: catalogue.list_models(), self._show_models)

    def _show_models(self, found: list[ModelInfo]) -> None:
        usable = [info for info in found if info.problem is None]
        wanted = self._settings.get("model", "")
        chosen = next((info for info in usable if str(info.path) == wanted), usable[0] if usable else None)
        self._panel.show_models(usable, chosen)
        self.model_changed.emit(None if chosen is None else chosen.path)
        broken = next((info.problem for info in found if info.problem is not None), None)
        if broken is not None:
            self.told.emit(Message(broken, "error"))
        if chosen is not None:
            self._generation.warm_up(chosen.path)

    def _pick_model(self, info: ModelInfo) -> None:
        self._settings.set("model", str(info.path))
        self._background.run(lambda _: catalogue.list_models(), self._show_models)

    # -- asking

    def ask(self, wish: Wish) -> None:
        """Continue the pattern on screen."""
        model = self._panel.model
        if model is None:
            return
        self._revision += 1
        project = self._document.project
        if all(lane.locked for lane in project.lanes):
            text = "Every row is locked, so there is nothing left for the drummer to play"
            self.told.emit(Message(text, "error", (("Unlock all rows", self._unlock),)))
            return
        self._asked = project.pattern
        self._panel.begin(wish.candidates)
        self.hinted.emit("Esc cancels")
        self._generation.submit(
            GenerationRequest(
                revision=self._revision,
                source=project.pattern,
                model=model.path,
                bars=wish.bars,
                candidates=wish.candidates,
                dials=Dials(wildness=wish.temperature),
                seed=wish.seed,
                lanes=project.lanes,
            )
        )

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
            self._panel.show_done(event)
            self._panel.cards.setFocus()
            count = len(event.candidates)
            self.hinted.emit(
                f"{count} continuation{'s' if count > 1 else ''} ready: "
                "↑ ↓ audition, Enter inserts, Esc dismisses"
            )
        elif isinstance(event, GenerationFailed):
            self._panel.show_failed()
            self.hinted.emit("")
            if event.message:
                self.told.emit(Message(event.message, "error"))

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
        asked = self._asked
        if self._panel.generating and asked is not None and not _same_primer(asked, project.pattern):
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
        empty = not any(pattern.hits for pattern in self._document.project.patterns)
        self.hinted.emit("Click cells to place hits; Space plays, F1 shows every key" if empty else "")

    # -- hearing and inserting

    def _audition(self, candidate: Candidate | None) -> None:
        if candidate is None:
            self._playing.audition(None)
            self._grid.set_preview(None)
            return
        try:
            whole = inserted(self._document.pattern, candidate)
        except DrumStudioError as error:
            self._panel.cards.stop_hearing()
            self._audition(None)
            self.told.emit(Message(str(error), "error"))
            return
        self._heard_in, self._heard_slot = self._document.pattern, self._document.project.current
        per_bar = whole.grid.steps_per_bar
        step = (whole.seam or 0) // per_bar * per_bar
        self._grid.set_preview(whole, self._panel.cards.heard_letter)
        self._playing.audition(whole, step)

    def insert(self, candidate: Candidate, bars: int = 0) -> None:
        """Put a candidate, or its first `bars` bars, into the pattern: one undo step."""
        try:
            whole = inserted(self._document.pattern, candidate, bars or None)
        except DrumStudioError as error:
            self.told.emit(Message(str(error), "error"))
            return
        heard = self._panel.cards.heard is not None
        self._panel.cards.stop_hearing()
        self._grid.set_preview(None)
        self._document.edit(whole, f"Insert {candidate.name}")
        if heard:
            self._playing.audition(None)
        self.hinted.emit(f"{candidate.name} is in the pattern; Ctrl+Z takes it out again")

    def _again(self, candidate: Candidate) -> None:
        self._panel.use_seed(candidate)
        self._panel.ask()

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
