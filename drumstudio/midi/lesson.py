"""A lesson: a kit is asked for one pad after the other and answers with what it sends."""

from __future__ import annotations

from collections.abc import Sequence

from drumstudio.midi.learning import PADS, Pad

ECHO = 0.08  # seconds after a stroke in which other pads may answer to it: the loudest is meant
REST = 0.25  # seconds after a stroke in which the same pad may ring on: no answer to the next question


class Lesson:
    """Which pad is asked for, and the notes that those before it answered with.

    `answers` holds pad and note, `passed` the pads that the kit does not have.  Strokes are given
    with `struck`, stamps in seconds; `settle` takes the loudest of them for the pad asked for.
    """

    def __init__(self, pads: Sequence[Pad] = PADS) -> None:
        self.pads = tuple(pads)
        self.answers: dict[Pad, int] = {}
        self.passed: set[Pad] = set()
        self._place = 0
        self._heard: list[tuple[float, int, int]] = []  # seconds, velocity, note
        self._deaf_until = float("-inf")

    @property
    def place(self) -> int:
        """Index of the pad that is asked for; the number of pads when all were."""
        return self._place

    @property
    def pad(self) -> Pad | None:
        """The pad that is asked for, None when all were."""
        return self.pads[self._place] if self._place < len(self.pads) else None

    def overdue(self, seconds: float) -> bool:
        """Whether `settle` must come first: strokes wait that one at `seconds` does not belong to."""
        return bool(self._heard) and seconds - self._heard[0][0] > ECHO

    def struck(self, seconds: float, note: int, velocity: int) -> bool:
        """Hear a stroke; whether it may be an answer."""
        if self.pad is None or seconds < self._deaf_until or self.overdue(seconds):
            return False
        self._heard.append((seconds, velocity, note))
        return True

    def settle(self) -> Pad | None:
        """Take the loudest stroke heard as the answer and ask for the next pad; the pad that it answers."""
        pad, heard = self.pad, self._heard
        if pad is None or not heard:
            return None
        _, _, note = max(heard, key=lambda each: each[1])
        self._deaf_until = heard[0][0] + REST
        self.answers[pad] = note
        self.passed.discard(pad)
        self._go(self._place + 1)
        return pad

    def skip(self) -> None:
        """The kit does not have this pad."""
        if (pad := self.pad) is not None:
            self.answers.pop(pad, None)
            self.passed.add(pad)
            self._go(self._place + 1)

    def back(self) -> None:
        """Ask for the pad before once more."""
        self.ask(self._place - 1)

    def ask(self, place: int) -> None:
        """Ask for the pad at `place` once more."""
        self._go(max(0, min(place, len(self.pads))))

    def set_pads(self, pads: Sequence[Pad]) -> None:
        """Ask for these pads instead; what was answered stays, and the next is the first that was not."""
        self.pads = tuple(pads)
        done = {*self.answers, *self.passed}
        self._go(next((place for place, pad in enumerate(self.pads) if pad not in done), len(self.pads)))

    def clear(self) -> None:
        """Forget all answers and begin anew."""
        self.answers.clear()
        self.passed.clear()
        self._go(0)

    def _go(self, place: int) -> None:
        self._place = place
        self._heard = []
