"""What the user asks of the drummer: the dials beside the Continue button."""

from __future__ import annotations

from dataclasses import dataclass

MAX_WILDNESS = 2.0
MIN_BUSYNESS, MAX_BUSYNESS = 0.5, 2.0
# Numbers of bars after which a fill may be asked for; 0 asks for none.
FILL_PERIODS = (0, 2, 4, 8)
MAX_STYLE = 40


@dataclass(frozen=True, slots=True)
class Dials:
    """How a continuation shall be.

    `stick` goes from free (0) to a strict loop (1) of the primer; `wildness`, 0 to 2, is the
    temperature and top-p in one; `fills` asks for a fill at the end of every 2nd, 4th or 8th
    bar of the pattern, 0 for none but the pattern's own marked bars; `crash` for a crash on the 1 after a
    fill; `busyness` is the number of hits a bar against the primer's, 0.5 to 2; `style` one that
    the model knows, "" for whatever the primer is; `feel` how much of the learned velocity and
    microtiming is played, 0 to 1.
    """

    stick: float = 0.5
    wildness: float = 1.0
    fills: int = 8
    crash: bool = False
    busyness: float = 1.0
    style: str = ""
    feel: float = 0.9

    def __post_init__(self) -> None:
        if not 0.0 <= self.stick <= 1.0:
            raise ValueError(f"sticking to the groove is 0 to 1, not {self.stick}")
        if not 0.0 <= self.wildness <= MAX_WILDNESS:
            raise ValueError(f"wildness is 0 to {MAX_WILDNESS:g}, not {self.wildness}")
        if self.fills not in FILL_PERIODS:
            raise ValueError(f"fills come every 2, 4 or 8 bars, or 0 for none, not {self.fills}")
        if not MIN_BUSYNESS <= self.busyness <= MAX_BUSYNESS:
            raise ValueError(f"busyness is {MIN_BUSYNESS:g} to {MAX_BUSYNESS:g}, not {self.busyness}")
        if len(self.style) > MAX_STYLE:
            raise ValueError(f"a style's name has at most {MAX_STYLE} letters")
        if not 0.0 <= self.feel <= 1.0:
            raise ValueError(f"feel is 0 to 1, not {self.feel}")

    def fill_at(self, bar: int) -> bool:
        """Whether a fill is due in `bar` (counted from 0 at the pattern's start)."""
        return self.fills > 0 and (bar + 1) % self.fills == 0


# Where the dials stand at the first start; a double click brings one back there.
MIDDLE = Dials()
