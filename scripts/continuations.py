"""What the drummer plays: ten continuations of each of three beats, as pictures, MIDI files and sound.

    python scripts/continuations.py [--out docs/continuations] [--wav build/continuations] [--model M]

Eight bars after two, at the dials' middle and with one seed, through the same calls as the window's.
Pictures and MIDI files go to `--out`, WAV files, which are not kept, to `--wav`.  Prints the measures
of each, and of the sound its level, its longest silence and how many of its strokes can be heard to begin.
"""

from __future__ import annotations

import argparse
import math
import os
import queue
import sys
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter

from drumstudio.app.drummer.generation import Generation, GenerationDone, GenerationEvent, GenerationRequest
from drumstudio.app.drummer.inserting import inserted
from drumstudio.app.rendering import render_project
from drumstudio.domain.drums import DRUM_COUNT, GRID_ROWS, Drum
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.domain.performance import strokes
from drumstudio.domain.project import Project
from drumstudio.domain.timing import Grid, seconds_per_tick
from drumstudio.midi.files import export_pattern
from drumstudio.ml.catalogue import find_model
from drumstudio.ml.encoding import events_to_hits
from drumstudio.ml.musicality import Measures, fill_bars, measure
from drumstudio.ui import theme

SEED = 1967
COUNT, BARS = 10, 8
# Sizes of the picture, in pixels.
_BAR, _ROW, _LEFT, _TOP, _GAP, _FOOT, _SCALE = 96, 6, 30, 22, 16, 26, 1.5
# A silence is a stretch below this share of full scale; strokes nearer than `_APART` seconds are one.
_SILENT, _APART = 10 ** (-60 / 20), 0.03


@dataclass(frozen=True, slots=True)
class Beat:
    """A primer: a row of marks for each drum, one a step: 9 is loud, 1 a ghost note, . a rest."""

    name: str
    qpm: float
    grid: Grid
    rows: dict[Drum, str]

    @property
    def pattern(self) -> Pattern:
        """The beat's bars."""
        hits = [
            Hit(step, drum, int(mark) * 13 + 8)
            for drum, row in self.rows.items()
            for step, mark in enumerate(row.replace(" ", ""))
            if mark != "."
        ]
        steps = max(len(row.replace(" ", "")) for row in self.rows.values())
        return Pattern(self.grid, steps // self.grid.steps_per_bar, tuple(hits))


BEATS = (
    Beat("rock", 112.0, Grid(), {
        Drum.CLOSED_HAT: "7.5.7.5.7.5.7.5. 7.5.7.5.7.5.7.5.",
        Drum.SNARE:      "....9.......9... ....9.......9...",
        Drum.KICK:       "9.......9.7..... 9.....7.9.7.....",
    }),
    Beat("funk", 98.0, Grid(), {
        Drum.CLOSED_HAT: "7464746474647464 74647464746474..",
        Drum.OPEN_HAT:   "................ ..............7.",
        Drum.SNARE:      "....9..2.2..9..2 .2..9..2.2..9...",
        Drum.KICK:       "9..7..7...8..... 9..7......87....",
    }),
    Beat("shuffle", 126.0, Grid(steps_per_quarter=3), {
        Drum.RIDE:       "8.58.58.58.5 8.58.58.58.5",
        Drum.SNARE:      "...9..2..9.. ...9..2..9.2",
        Drum.KICK:       "9.....8..... 9....78.....",
    }),
)  # fmt: skip


def continued(beat: Beat, model: Path) -> list[Pattern]:
    """The beat and each of its continuations, seam included, in the order of the candidates."""
    events: queue.Queue[GenerationEvent] = queue.Queue()
    worker = Generation(events.put)
    source = beat.pattern
    try:
        worker.submit(GenerationRequest(0, source, model, BARS, COUNT, seed=SEED, qpm=beat.qpm))
        while not isinstance(event := events.get(timeout=300), GenerationDone):
            if message := getattr(event, "message", ""):
                raise SystemExit(message)
    finally:
        worker.close()
    return [inserted(source, one) for one in sorted(event.candidates, key=lambda one: one.index)]


def hits_of(pattern: Pattern) -> np.ndarray[tuple[int, int, int], np.dtype[np.bool_]]:
    """Hits (bars, steps a bar, 9)."""
    shape = (pattern.bars, pattern.grid.steps_per_bar, DRUM_COUNT)
    return events_to_hits(pattern.events()).astype(bool).reshape(shape)


def draw(patterns: list[Pattern], path: Path) -> None:
    """One row a pattern in the window's colours, the primer on grey and the continuation on violet ground."""
    colours = theme.current()
    bars = patterns[0].bars
    height = DRUM_COUNT * _ROW
    size = (_LEFT + bars * _BAR + 8, _TOP + len(patterns) * (height + _GAP) + _FOOT)
    image = QImage(round(size[0] * _SCALE), round(size[1] * _SCALE), QImage.Format.Format_RGB32)
    image.fill(QColor(colours.window))
    painter = QPainter(image)
    painter.scale(_SCALE, _SCALE)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(theme.font(10))
    for bar in range(bars):
        painter.setPen(QColor(colours.text_muted))
        area = QRectF(_LEFT + bar * _BAR, 4, _BAR, _TOP - 6)
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft, str(bar + 1))
    for index, pattern in enumerate(patterns):
        top = _TOP + index * (height + _GAP)
        painter.setPen(QColor(colours.text))
        area = QRectF(0, top, _LEFT - 6, height)
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(index + 1))
        _draw_pattern(painter, pattern, top)
    _draw_legend(painter, size[1] - _FOOT + 10)
    painter.end()
    image.save(str(path))


def _draw_pattern(painter: QPainter, pattern: Pattern, top: float) -> None:
    """The cells of one pattern; a bar in which a fill is played has a line above it."""
    colours = theme.current()
    per_bar = pattern.grid.steps_per_bar
    width = _BAR / per_bar
    for step in range(pattern.steps):
        strong = step % per_bar // pattern.grid.steps_per_quarter % 2 == 0
        grounds = (
            (colours.made_odd, colours.made_even)
            if pattern.generated(step)
            else (colours.cell_odd, colours.cell_even)
        )
        area = QRectF(_LEFT + step * width, top, width - 0.5, DRUM_COUNT * _ROW - 1)
        painter.fillRect(area, QColor(grounds[strong]))
    for hit in pattern.hits:
        colour = QColor(colours.drums[hit.drum])
        colour.setAlphaF(0.35 + 0.65 * hit.velocity / 127)
        row = GRID_ROWS.index(hit.drum)
        painter.fillRect(QRectF(_LEFT + hit.step * width, top + row * _ROW, width - 0.5, _ROW - 1), colour)
    for bar in range(pattern.bars):
        left = _LEFT + bar * _BAR
        painter.fillRect(QRectF(left - 1, top - 2, 1, DRUM_COUNT * _ROW + 3), QColor(colours.bar_line))
    for filled in np.flatnonzero(fill_bars(hits_of(pattern))):
        painter.fillRect(QRectF(_LEFT + int(filled) * _BAR, top - 5, _BAR - 2, 2), QColor(colours.warn))


def _draw_legend(painter: QPainter, top: float) -> None:
    colours = theme.current()
    left = float(_LEFT)
    for drum in GRID_ROWS:
        painter.fillRect(QRectF(left, top, 8, 8), QColor(colours.drums[drum]))
        painter.setPen(QColor(colours.text_muted))
        painter.drawText(QRectF(left + 12, top - 4, 90, 16), Qt.AlignmentFlag.AlignVCenter, drum.label)
        left += 84


@dataclass(frozen=True, slots=True)
class Sound:
    """Peak and mean level in dB of full scale, longest silence in seconds, share of strokes heard."""

    peak: float
    mean: float
    silence: float
    heard: float


def listen(path: Path, times: list[float]) -> Sound:
    """What a WAV file holds whose strokes begin at `times` (seconds).

    A stroke is heard where the loudest of the 20 ms from it on is louder than all of the 10 ms before.
    """
    with wave.open(str(path)) as file:
        rate = file.getframerate()
        frames = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, file.getnchannels())
    loud = np.abs(frames.astype(np.float64) / 32768).max(1)
    last = round((max(times) + 0.05) * rate)
    quiet = np.flatnonzero(loud[: last + 1] > _SILENT)
    gaps = np.diff(quiet, prepend=0) / rate
    apart = [time for time, before in zip(times, [-1.0, *times], strict=False) if time - before > _APART]
    heard = [
        loud[(at := round(time * rate)) : at + rate // 50].max()
        > 1.05 * loud[max(0, at - rate // 100) : at].max(initial=0.0)
        for time in apart
    ]
    mean = math.sqrt(float((frames.astype(np.float64) ** 2).mean())) / 32768
    return Sound(
        20 * math.log10(max(float(loud.max()), 1e-9)), 20 * math.log10(max(mean, 1e-9)),
        float(gaps.max()), float(np.mean(heard)),
    )  # fmt: skip


def report(beats: list[tuple[Beat, list[Pattern]]], wavs: Path) -> Iterator[str]:
    """The lines that are printed: measures and sound of every continuation."""
    yield "beat     no  primer  bar before  back beat  hits  fills in bars  peak dB  mean dB  silence  heard"
    for beat, patterns in beats:
        for number, pattern in enumerate(patterns, 1):
            hits = hits_of(pattern)
            found: Measures = measure(hits, pattern.grid, primer_bars=beat.pattern.bars)
            path = wavs / f"{beat.name}-{number:02}.wav"
            render_project(Project((pattern,), qpm=beat.qpm), path)
            second = seconds_per_tick(beat.qpm)
            sound = listen(path, sorted({max(0, one.tick) * second for one in strokes(pattern)}))
            fills = " ".join(str(bar + 1) for bar in np.flatnonzero(fill_bars(hits)))
            yield (
                f"{beat.name:8} {number:2}  {found.primer_jaccard:6.2f}  {found.adjacent_jaccard:10.2f}  "
                f"{found.back_beat_agreement:9.2f}  {found.hits_a_bar:4.1f}  {fills:13}  {sound.peak:7.1f}  "
                f"{sound.mean:7.1f}  {sound.silence:7.2f}  {sound.heard:5.2f}"
            )


def main() -> int:
    """Play, draw, write and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path("docs/continuations"))
    parser.add_argument("--wav", type=Path, default=Path("build/continuations"))
    parser.add_argument("--model", help="a model file or name; the shipped drummer without")
    args = parser.parse_args()
    application = QGuiApplication([])
    theme.load_fonts()
    model = find_model(args.model)
    args.out.mkdir(parents=True, exist_ok=True)
    args.wav.mkdir(parents=True, exist_ok=True)
    beats = [(beat, continued(beat, model)) for beat in BEATS]
    for beat, patterns in beats:
        draw(patterns, args.out / f"{beat.name}.png")
        for number, pattern in enumerate(patterns, 1):
            export_pattern(args.out / f"{beat.name}-{number:02}.mid", pattern, beat.qpm)
    for line in report(beats, args.wav):
        print(line, flush=True)
    application.quit()
    return 0


if __name__ == "__main__":
    sys.exit(main())
