"""From MIDI files to velocities and offsets, and how a playing is measured against them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support import smf

from drumstudio.domain.drums import Drum
from drumstudio.errors import DatasetError
from drumstudio.ml.data.dataset import build
from drumstudio.ml.feel.measures import OFFSET_BINS, VELOCITY_BINS, kl_distance, score, together
from drumstudio.ml.feel.performances import Performance, read_performances

KICK, SNARE, HAT = 36, 38, 42


def _file(path: Path, strokes: list[tuple[int, int, int]]) -> Path:
    """A file of strokes (tick, note, velocity) at 120 in 4/4."""
    events = b""
    now = 0
    listed = [
        event
        for tick, note, velocity in strokes
        for event in ((tick, bytes((0x99, note, velocity))), (tick + 10, bytes((0x89, note, 64))))
    ]
    for tick, message in sorted(listed):
        events += smf.varlen(tick - now) + message
        now = tick
    return smf.write(path, smf.smf(smf.chunk(smf.tempo(0, 500_000), smf.meter(0, 4, 2), events)))


def _rock(late: int = 0, bars: int = 4) -> list[tuple[int, int, int]]:
    """Hats on 8ths, soft between the beats, kick and snare; the snare's lateness is its own."""
    strokes = []
    for bar in range(bars):
        start = bar * 1920 + late
        strokes += [(start + 240 * eighth, HAT, 90 - 30 * (eighth % 2)) for eighth in range(8)]
        strokes += [(start, KICK, 110), (start + 960, KICK, 101)]
        strokes += [(start + 480 + 20, SNARE, 120), (start + 1440 + 20, SNARE, 119)]
    return strokes


def _read(path: Path) -> Performance:
    (found,) = read_performances([path])
    return found


def test_hits_keep_velocity_and_offset(tmp_path: Path) -> None:
    played = _read(_file(tmp_path / "3_rock_120_beat_4-4.mid", _rock()))
    assert (played.steps_per_bar, played.steps_per_quarter, played.qpm) == (16, 4, 120.0)
    assert (played.style, played.beat_type, played.meter) == ("rock", "beat", (4, 4))
    assert played.step_milliseconds == 125.0
    assert played.velocities[4, Drum.SNARE] == 120
    assert played.velocities[:16, Drum.CLOSED_HAT][::2].tolist() == [90, 60] * 4
    assert played.offsets[4, Drum.SNARE] == pytest.approx(20 / 120, abs=0.01)
    assert played.offsets[0, Drum.KICK] == pytest.approx(0.0, abs=0.01)
    assert not played.offsets[~played.struck].any()


def test_a_constant_offset_is_taken_out(tmp_path: Path) -> None:
    here, late = (_read(_file(tmp_path / f"{by}.mid", _rock(by))) for by in (0, 30))
    assert (here.velocities == late.velocities).all()
    assert late.offsets == pytest.approx(here.offsets, abs=0.01)


def test_of_two_strokes_on_a_step_the_louder_is_the_hit_at_its_own_time(tmp_path: Path) -> None:
    strokes = [*_rock(), (960 + 12, SNARE, 30), (960 + 36, SNARE, 80), (960 + 50, SNARE, 20)]
    played = _read(_file(tmp_path / "drag.mid", strokes))
    assert played.velocities[8, Drum.SNARE] == 80
    assert played.offsets[8, Drum.SNARE] == pytest.approx(36 / 120, abs=0.02)


def test_triplets_are_on_their_own_grid(tmp_path: Path) -> None:
    strokes = [
        stroke
        for beat in range(16)
        for stroke in (
            (480 * beat, KICK, 100),
            (480 * beat, HAT, 90),
            (480 * beat + 160, HAT, 50),
            (480 * beat + 320, HAT, 60),
        )
    ]
    played = _read(_file(tmp_path / "shuffle.mid", strokes))
    assert (played.steps_per_quarter, played.steps_per_bar) == (3, 12)
    assert played.velocities[:6, Drum.CLOSED_HAT].tolist() == [90, 50, 60] * 2


def test_splits_are_those_of_the_data_set(tmp_path: Path) -> None:
    for number in range(12):
        strokes = [*_rock(), (120 * (number + 20), 49, 100)]
        _file(tmp_path / f"{number}.mid", strokes)
    data = {sequence.file: sequence.split for sequence in build([tmp_path]).sequences}
    performances = read_performances([tmp_path])
    assert {piece.file: piece.split for piece in performances} == data
    assert {"train", "validation"} <= set(data.values())


def test_hits_are_those_of_the_data_set(tmp_path: Path) -> None:
    _file(tmp_path / "1.mid", _rock(17))
    (sequence,) = build([tmp_path]).sequences
    (piece,) = read_performances([tmp_path])
    assert (piece.struck @ (1 << np.arange(9)) == sequence.events).all()


def test_what_holds_no_velocities_is_refused(tmp_path: Path) -> None:
    _file(tmp_path / "1.mid", _rock())
    build([tmp_path]).save(tmp_path / "set.drumdata")
    with pytest.raises(DatasetError, match="no velocities"):
        read_performances([tmp_path / "set.drumdata"])
    (tmp_path / "1.mid").write_bytes(b"MThd")
    with pytest.raises(DatasetError, match="no drumming"):
        read_performances([tmp_path / "1.mid"])


# -- measures


def _piece(velocities: np.ndarray, offsets: np.ndarray | None = None) -> Performance:
    zeros = np.zeros(velocities.shape, np.float32)
    return Performance("a.mid", velocities.astype(np.uint8), zeros if offsets is None else offsets)


def test_the_drummer_is_perfect_and_others_are_measured() -> None:
    draw = np.random.default_rng(0)
    hits = draw.random((64, 9)) < 0.4
    piece = _piece(hits * draw.integers(1, 128, hits.shape), (hits * draw.uniform(-0.4, 0.4, hits.shape)))
    own = score([piece], [(piece.velocities, piece.offsets)])
    assert (own.velocity_error, own.offset_error, own.velocity_kl, own.offset_kl) == (0, 0, 0, 0)
    assert own.hits == hits.sum()
    louder = np.minimum(piece.velocities.astype(int) + 10, 137)
    other = score([piece], [(louder, piece.offsets + 0.1)])
    assert other.velocity_error == pytest.approx(10.0)
    assert other.offset_error == pytest.approx(12.5)
    assert other.velocity_kl > 0.01
    flat = score([piece], [(np.full(hits.shape, 64), piece.offsets * 0)])
    assert flat.velocity_kl > other.velocity_kl
    assert flat.offset_kl_of_drums > 1


def test_the_bars_that_are_told_do_not_count() -> None:
    velocities = np.zeros((48, 9), np.uint8)
    velocities[::4, Drum.SNARE] = 100
    piece = _piece(velocities)
    wrong = velocities.astype(float)
    wrong[:32] += 20
    assert score([piece], [(wrong, piece.offsets)], after_bars=2).velocity_error == 0
    assert score([piece], [(wrong, piece.offsets)]).velocity_error == pytest.approx(20 * 2 / 3)


def test_kl_distance_by_hand() -> None:
    human, played = np.array([4.0, 4.0, 12.0]), np.array([4.0, 12.0, 12.0])
    ours, theirs = np.full(16, 0.5), np.full(16, 0.5)
    ours[:2], theirs[:2] = (2.5, 1.5), (1.5, 2.5)
    expected = (ours / 11 * np.log(ours / theirs)).sum()
    assert kl_distance(human, played, VELOCITY_BINS) == pytest.approx(expected)
    assert kl_distance(np.array([-500.0]), np.array([-80.0]), OFFSET_BINS) == 0


def test_what_belongs_together() -> None:
    velocities = np.zeros((64, 9), np.uint8)
    velocities[:48:2, Drum.CLOSED_HAT] = [100, 60] * 12
    velocities[4::8, Drum.SNARE] = 110
    velocities[[57, 58], Drum.HIGH_TOM] = (30, 100)
    offsets = np.zeros(velocities.shape, np.float32)
    offsets[4::16], offsets[12::16] = 0.2, 0.1
    offsets[57, Drum.HIGH_TOM], offsets[58, Drum.HIGH_TOM] = 0.4, -0.3
    piece = _piece(velocities, offsets)
    found = together([piece], [(velocities, offsets)])
    assert found.accents_2 == pytest.approx(-1.0)
    assert found.accents_4 == pytest.approx(1.0)
    assert found.bars == pytest.approx(1.0)
    assert found.chords == pytest.approx(1.0)
    assert found.flams == pytest.approx(0.3 * 125, abs=0.01)
    still = together([piece], [(velocities * 0 + 80, offsets * 0)])
    assert (still.accents_2, still.chords, still.flams) == (0.0, 0.0, 125.0)


def test_a_snare_is_late_within_pieces_and_between_them() -> None:
    velocities = np.zeros((320, 9), np.uint8)
    velocities[4::8, Drum.SNARE] = 110
    late, early = np.full(velocities.shape, 0.1, np.float32), np.full(velocities.shape, -0.1, np.float32)
    early[4::16] = 0.0
    pieces = [_piece(velocities, late), replace(_piece(velocities, early), file="b.mid")]
    found = together(pieces, [(velocities, late), (velocities, early)])
    assert found.snare_within == pytest.approx(np.sqrt(6.25**2 / 2), rel=1e-4)
    assert found.snare_between == pytest.approx((12.5 + 6.25) / 2, rel=1e-4)
