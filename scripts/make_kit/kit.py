"""The Studio Kit: which sound stands on which note, how loud, where in the room, in how many layers.

Loudness is kept apart from timbre: every layer is stored as loud as 16 bits allow, and two
straight-line velocity modulators bring it to the kit's one loudness curve, which is continuous
over the edges of the layers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import metal
import numpy as np
import numpy.typing as npt
import sf2
import skins
import wood
from shapes import RATE, Sound

NAME = "DrumStudio Studio Kit"
# A second take of a note stands this far above it.
ALTERNATE = 60

# Frames of silence before each sample.  Players fade a note in over their first block, FluidSynth
# over 64 frames, which would dull the stroke: so many always come first.  A controller lets up
# to 64 more of them sound, and so sets the stroke's start to the frame.
_LEAD = 128
_SKIPPED = 64
_FINE_START = 80
_UNUSED_CONTROLLER = 85

_EDGES = {3: (1, 58, 96, 128), 4: (1, 45, 77, 104, 128), 5: (1, 36, 64, 89, 111, 128)}
_FORCES = {3: (0.15, 0.55, 1.0), 4: (0.08, 0.38, 0.68, 1.0), 5: (0.05, 0.28, 0.52, 0.76, 1.0)}
_RANGE_DB, _BEND = 32.0, 1.45
# By how much the peaks rise from a layer to the next at least.
_PEAK_STEP_DB = 0.3
# What a piece of 0 dB has by `loudness_db`; low enough that full scale reaches it for each.
_REFERENCE_DB = -26.0

Make = Callable[[float, int], Sound]


@dataclass(frozen=True, slots=True)
class Piece:
    """A sound and its notes: `loudness` at full velocity in dB, `pan` -500 (left) to 500.

    `tunes` gives cents for notes that play the same samples at another pitch; `choke` is the
    exclusive class; `takes` of 2 stores a second take for turns; `polarity` of -1 turns the
    sound over, so that the lows of drums struck together do not all push the same way.
    """

    name: str
    make: Make
    notes: tuple[int, ...]
    loudness: float
    pan: int
    layers: int = 4
    reverb: int = 60
    choke: int = 0
    takes: int = 1
    tunes: tuple[int, ...] = ()
    polarity: int = 1


def _tom(base: float, t60: float, seed: int) -> Make:
    return lambda force, take: skins.tom(base, t60, force, seed + take)


def _click(high: bool) -> Make:
    return lambda _force, _take: wood.block(high)


# Pans are the drummer's: hi-hat left, floor tom right.
PIECES: tuple[Piece, ...] = (
    Piece("Kick", skins.kick, (36, 35), -2.0, 0, 5, 25, takes=2, tunes=(0, -80)),
    Piece("Snare", skins.snare, (38,), -3.0, -20, 5, 75, takes=2),
    Piece("Rimshot", skins.rimshot, (40,), -2.0, -20, 4, 80),
    Piece("Cross-stick", wood.cross_stick, (37,), -9.0, -40, 4, 80),
    Piece("Closed hat", metal.closed_hat, (42, 22), -11.0, -230, 5, 35, choke=1, takes=2, tunes=(0, 60)),
    Piece("Pedal hat", metal.pedal_hat, (44,), -16.0, -230, 4, 35, choke=1),
    Piece("Open hat", metal.open_hat, (46, 26), -10.0, -230, 4, 45, choke=1, tunes=(0, -60)),
    Piece(
        "Low tom",
        _tom(84.0, 0.95, 100),
        (45, 43, 41, 58),
        -3.5,
        260,
        4,
        70,
        polarity=-1,
        tunes=(0, -200, -400, 100),
    ),
    Piece("Mid tom", _tom(122.0, 0.75, 200), (48, 47), -4.0, 60, 4, 70, tunes=(0, -150), polarity=-1),
    Piece("High tom", _tom(172.0, 0.60, 300), (50,), -4.5, -130, 4, 70, polarity=-1),
    Piece("Crash", metal.crash, (49, 57, 55, 52), -6.0, -330, 4, 70, tunes=(0, 150, 700, -350)),
    Piece("Ride", metal.ride, (51, 59), -10.0, 330, 4, 60, tunes=(0, -100)),
    Piece("Ride bell", metal.ride_bell, (53,), -9.0, 330, 3, 60),
    Piece("Click high", _click(True), (76, 34), -10.0, 0, 1, 0),
    Piece("Click low", _click(False), (77, 33), -10.0, 0, 1, 0),
)


def comment() -> str:
    """What the file says of itself.

    The program reads the first two sentences: it then sets starts to the frame, and takes turns
    between the two takes of a note.
    """
    turns = sorted(note for piece in PIECES if piece.takes > 1 for note in piece.notes)
    return (
        f"DrumStudio fine start: CC {_FINE_START}. "
        f"Second takes at +{ALTERNATE}: {' '.join(map(str, turns))}. "
        "Synthesised by scripts/make_kit; free for any use."
    )


def velocity_db(velocity: float) -> float:
    """The kit's loudness curve: dB at `velocity` below the loudness at 127."""
    return -_RANGE_DB * ((127 - velocity) / 126.0) ** _BEND


def loudness_db(sound: Sound) -> float:
    """Energy of the first 300 ms in dB, weighted towards what the ear hears.

    The weighting is the high shelf and the high-pass of ITU-R BS.1770, drawn in the frequency
    domain.
    """
    head = sound[: round(0.3 * RATE)]
    f = np.fft.rfftfreq(2 * len(head), 1 / RATE)
    shelf = 10.0 ** (4.0 / 20.0 / (1.0 + (1500.0 / np.maximum(f, 1.0)) ** 2))
    weight = shelf / np.sqrt(1.0 + (38.0 / np.maximum(f, 1.0)) ** 4)
    spectrum = np.fft.rfft(head, 2 * len(head)) * weight
    return float(10 * np.log10(np.sum(np.abs(spectrum) ** 2) / len(spectrum) / 0.3 / RATE))


@dataclass(frozen=True, slots=True)
class _Layer:
    name: str
    bounds: tuple[int, int]
    loudness: float


def _layers(piece: Piece, take: int) -> tuple[dict[str, npt.NDArray[np.int16]], list[_Layer]]:
    """Samples of `piece`, by name, and what to play from which velocity."""
    samples, layers = {}, []
    forces = _FORCES.get(piece.layers, (1.0,))
    edges = _EDGES.get(piece.layers, (1, 128))
    most = np.inf
    for number, force in enumerate(forces):
        sound = piece.make(force, take)
        sound = sound * (piece.polarity * 0.98 / np.abs(sound).max())
        name = f"{piece.name} {'AB'[take]}{number + 1}"
        stored = np.concatenate([np.zeros(_LEAD), sound])
        samples[name] = np.round(stored * 32767).astype(np.int16)
        # Of equal loudness, the duller of two layers may have the higher peaks; it shall not.
        loudness = min(loudness_db(sound), most)
        top = edges[number + 1] - 1
        most = loudness + velocity_db(top + 1.0) - velocity_db(top) - _PEAK_STEP_DB
        layers.append(_Layer(name, (edges[number], top), loudness))
    return samples, layers


def _attenuation(layer: _Layer, loudness: float) -> tuple[sf2.Modulator, ...]:
    """Modulators that bring `layer` onto the curve at both of its ends, straight in between."""
    (low, high), steps = layer.bounds, []
    # The curve is met at the edges themselves, so that neighbours agree there.
    ends = (low - 0.5 if low > 1 else 1.0, high + 0.5 if high < 127 else 127.0)
    for velocity in ends:
        target = _REFERENCE_DB + loudness + velocity_db(velocity)
        steps.append(10.0 * (layer.loudness - target))
    slope = (steps[1] - steps[0]) / (ends[1] - ends[0])
    at_zero = steps[0] - slope * ends[0]
    at_top = at_zero + slope * 128.0
    if min(steps) < 0:
        raise ValueError(f"{layer.name} is stored {-min(steps) / 10:.1f} dB too quiet for its level")
    return (
        sf2.Modulator(sf2.VELOCITY_FALLING, sf2.ATTENUATION, round(at_zero)),
        sf2.Modulator(sf2.VELOCITY_RISING, sf2.ATTENUATION, round(at_top)),
    )


def _common() -> sf2.Zone:
    """What holds for every zone: one-shot samples, no default velocity curves, the fine start."""
    return sf2.Zone(
        generators={
            sf2.START_OFFSET: _SKIPPED,
            sf2.SAMPLE_MODES: 0,
            sf2.SCALE_TUNING: 0,
            # A note-off leaves the drum ringing.
            sf2.RELEASE: 8000,
        },
        modulators=(
            sf2.Modulator(sf2.VELOCITY_CONCAVE, sf2.ATTENUATION, 0),
            sf2.Modulator(sf2.VELOCITY_FALLING, sf2.FILTER_CUTOFF, 0),
            sf2.Modulator(sf2.CONTROLLER | _FINE_START, sf2.START_OFFSET, -128),
        ),
    )


def _zones(piece: Piece, layers: list[_Layer], note: int, cents: int) -> list[sf2.Zone]:
    generators = {sf2.PAN: piece.pan, sf2.REVERB_SEND: piece.reverb, sf2.ROOT_KEY: note}
    coarse, fine = divmod(cents + 50, 100)
    generators |= {sf2.COARSE_TUNE: coarse, sf2.FINE_TUNE: fine - 50} if cents else {}
    damping: tuple[sf2.Modulator, ...] = ()
    if piece.choke:
        generators[sf2.EXCLUSIVE] = piece.choke
        # Players fade a choked voice over 0.9 s, far too long for a hi-hat; this constant (a
        # controller nobody sends) makes that 0.1 s.
        damping = (sf2.Modulator(sf2.CONTROLLER_FALLING | _UNUSED_CONTROLLER, sf2.RELEASE, -3786),)
    return [
        sf2.Zone(
            layer.name, (note, note), layer.bounds, generators, _attenuation(layer, piece.loudness) + damping
        )
        for layer in layers
    ]


def build() -> bytes:
    """The kit as a SoundFont: bank 128 for the drum channel, bank 0 for everyone else."""
    samples: dict[str, npt.NDArray[np.int16]] = {}
    zones = [_common()]
    for piece in PIECES:
        for take in range(piece.takes):
            made, layers = _layers(piece, take)
            samples |= made
            for number, note in enumerate(piece.notes):
                cents = piece.tunes[number] if piece.tunes else 0
                zones += _zones(piece, layers, note + ALTERNATE * take, cents)
    return sf2.soundfont(NAME, comment(), samples, zones, [(0, 0), (128, 0)], RATE)
