"""Tempo from taps."""

from __future__ import annotations

from drumstudio.domain.timing import clamp_qpm

_MEMORY = 8
_LONGEST_GAP = 3.0  # seconds: 20 taps a minute
_FAR_OFF = 0.35  # share by which a gap may differ from the mean of those before


class TapTempo:
    """Averages the gaps between taps; a tap far off, or after a rest, starts anew."""

    def __init__(self) -> None:
        self._taps: list[float] = []

    def tap(self, time: float, beat_quarters: float = 1.0) -> float | None:
        """A tap on a beat of `beat_quarters` at `time` in seconds; the tempo in quarters a minute
        from the second tap on."""
        if self._taps:
            gap = time - self._taps[-1]
            gaps = self._gaps()
            mean = sum(gaps) / len(gaps) if gaps else gap
            if not 0 < gap <= _LONGEST_GAP or abs(gap - mean) > _FAR_OFF * mean:
                # The last tap may be the first of the new tempo.
                self._taps = self._taps[-1:] if 0 < gap <= _LONGEST_GAP else []
        self._taps = [*self._taps, time][-_MEMORY - 1 :]
        gaps = self._gaps()
        return clamp_qpm(60.0 * len(gaps) / sum(gaps) * beat_quarters) if gaps else None

    def _gaps(self) -> list[float]:
        return [later - earlier for earlier, later in zip(self._taps, self._taps[1:], strict=False)]
