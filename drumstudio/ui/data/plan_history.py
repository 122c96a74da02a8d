"""Steps between plans of training data that can be taken back; the document's history is another one."""

from __future__ import annotations

from dataclasses import dataclass

from drumstudio.app.training.data import DataPlan

_MOST = 200


@dataclass(frozen=True, slots=True)
class Step:
    """A change of plan: what it was before and after, and what it is called."""

    before: DataPlan
    after: DataPlan
    words: str


class PlanHistory:
    """What was changed, and what was taken back."""

    def __init__(self) -> None:
        self._done: list[Step] = []
        self._undone: list[Step] = []

    @property
    def undo_words(self) -> str:
        """What would be taken back, "" for nothing."""
        return self._done[-1].words if self._done else ""

    @property
    def redo_words(self) -> str:
        """What would be made again, "" for nothing."""
        return self._undone[-1].words if self._undone else ""

    def add(self, before: DataPlan, after: DataPlan, words: str) -> None:
        """Remember a change; what was taken back before it is forgotten."""
        self._done = [*self._done, Step(before, after, words)][-_MOST:]
        self._undone.clear()

    def undo(self) -> DataPlan | None:
        """The plan before the last change, None where there is none."""
        if not self._done:
            return None
        self._undone.append(self._done.pop())
        return self._undone[-1].before

    def redo(self) -> DataPlan | None:
        """The plan after the change that was taken back last, None where there is none."""
        if not self._undone:
            return None
        self._done.append(self._undone.pop())
        return self._done[-1].after
