"""The Studio Kit: each drum sounds like itself, at every velocity, and all of them together."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from support.kits import make_kit

from drumstudio.domain.drums import GENERAL_MIDI, ROLAND, Drum
from drumstudio.engine.fluid_library import find_library
from drumstudio.engine.fluid_synth import CHANNELS, RATE, Synth, measured_gain
from drumstudio.engine.soundfonts import studio_kit

NINE = [GENERAL_MIDI.note_of(drum) for drum in Drum]
ARTICULATIONS = [37, 40, 44, 53]
KICK, SNARE, CLOSED, OPEN, LOW, MID, HIGH, CRASH, RIDE = NINE


@pytest.fixture(scope="module")
def strike():
    """Sound of notes struck together at the kit's gain: frames of shape (frames, 2), no reverb."""
    library = find_library()
    synth = Synth(library, {"synth.reverb.active": 0})
    kit = synth.load(studio_kit())
    synth.set_gain(measured_gain(library, studio_kit()))

    def sound(*notes: int, velocity: int = 127, seconds: float = 0.4):
        library.fluid_synth_all_sounds_off(synth.handle, -1)
        synth.render(2)
        for note in notes:
            synth.strike(kit, note, velocity)
        # The first block is the one over which every note is faded in; strokes follow it.
        return synth.render(1 + round(seconds * RATE / 64))[64:].astype(float)

    yield sound
    synth.close()


def centroid(sound) -> float:
    power = np.abs(np.fft.rfft(sound.mean(axis=1))) ** 2
    return float(np.sum(np.fft.rfftfreq(len(sound), 1 / RATE) * power) / np.sum(power))


def t60(sound) -> float:
    """Seconds to lose 60 dB, from the slope of the energy between -5 and -25 dB (Schroeder)."""
    energy = np.cumsum((sound**2).sum(axis=1)[::-1])[::-1]
    decibels = 10 * np.log10(energy / energy[0] + 1e-12)
    return 3 * (np.argmax(decibels < -25) - np.argmax(decibels < -5)) / RATE


def loudness(sound) -> float:
    return 10 * np.log10(np.mean(sound[:8820] ** 2))


def test_the_file_is_what_the_script_makes():
    """Up to the last bit of a sample, where processors differ in sines and sums."""
    made, shipped = make_kit("kit").build(), studio_kit().read_bytes()
    assert len(made) == len(shipped)
    where = shipped.index(b"smpl") + 8
    size = int.from_bytes(shipped[where - 4 : where], "little")
    assert made[:where] == shipped[:where]
    ours, theirs = (np.frombuffer(data, "<i2", size // 2, where).astype(int) for data in (made, shipped))
    assert np.abs(ours - theirs).max() <= 2
    # Past the samples stand names, ranges and numbers; a loudness may round the other way.
    tail, other = (np.frombuffer(data, "<i2", offset=where + size).astype(int) for data in (made, shipped))
    assert np.abs(tail - other).max() <= 1
    assert len(shipped) < 6.5e6


def test_the_same_script_makes_the_same_bytes():
    skins, metal = make_kit("skins"), make_kit("metal")
    for make in (skins.snare, metal.closed_hat):
        digests = {hashlib.sha256(make(0.5, 0).tobytes()).hexdigest() for _ in range(2)}
        assert len(digests) == 1
        assert not np.array_equal(make(0.5, 0), make(0.5, 1))


def test_every_note_that_a_drummer_or_a_td_module_sends_sounds(strike):
    notes = {note for drum_map in (GENERAL_MIDI, ROLAND) for notes in drum_map.notes for note in notes}
    for note in sorted((notes | {33, 34, 76, 77}) - {39}):
        assert np.abs(strike(note, velocity=100, seconds=0.1)).max() > 0.01, note


@pytest.mark.parametrize("bank", [0, 128])
def test_the_kit_stands_in_the_drum_bank_and_in_bank_0(bank):
    library = find_library()
    synth = Synth(library)
    kit = synth.load(studio_kit())
    assert (kit.bank, kit.program) == (128, 0)
    for channel in range(CHANNELS):
        assert library.fluid_synth_program_select(synth.handle, channel, kit.sfont, bank, 0) == 0
    synth.strike(kit, KICK, 100)
    assert np.abs(synth.render(20)).max() > 0
    synth.close()


def test_strokes_begin_at_once_and_end_softly(strike):
    for note in NINE:
        sound = strike(note, seconds=6.0)
        level = np.abs(sound).max(axis=1)
        assert np.argmax(level > 0.1 * level.max()) < 0.002 * RATE, note
        assert level[-1] == 0.0
        ended = np.flatnonzero(level > 0)[-1]
        assert level[ended - 50 : ended].max() < 1e-3, note
        assert abs(sound.mean()) < 1e-3, note


def test_each_drum_has_its_place_in_the_spectrum(strike):
    bright = {note: centroid(strike(note)) for note in NINE}
    assert bright[KICK] < bright[LOW] < bright[MID] < bright[HIGH] < bright[SNARE] < bright[RIDE]
    assert bright[RIDE] < bright[CRASH] < bright[OPEN]
    assert bright[KICK] < 200
    assert 2000 < bright[SNARE] < 6000
    assert bright[CLOSED] > 7000


def test_toms_are_tuned_apart(strike):
    def pitch(note):
        sound = strike(note, seconds=0.8)[4410:].mean(axis=1)
        return np.argmax(np.abs(np.fft.rfft(sound, 4 * RATE))) / 4

    low, mid, high = pitch(LOW), pitch(MID), pitch(HIGH)
    assert mid / low > 1.25
    assert high / mid > 1.25


@pytest.mark.parametrize("note", [KICK, LOW, MID, HIGH])
def test_skins_fall_in_pitch(strike, note):
    sound = strike(note, seconds=0.5).mean(axis=1)

    def crossings(first, last):
        part = np.convolve(sound[int(first * RATE) : int(last * RATE)], np.ones(60) / 60, "same")
        return np.count_nonzero(np.diff(np.sign(part))) / (last - first)

    assert crossings(0.005, 0.045) > 1.05 * crossings(0.15, 0.25)


def test_decays_are_those_of_the_real_things(strike):
    decay = {note: t60(strike(note, seconds=5.0)) for note in (*NINE, 44)}
    assert 0.3 < decay[KICK] < 0.8
    assert 0.2 < decay[SNARE] < 0.6
    assert decay[CLOSED] < 0.3
    assert decay[44] < 0.3
    assert 0.7 < decay[OPEN] < 1.6
    assert decay[HIGH] < decay[MID] < decay[LOW] < 1.3
    assert decay[CRASH] > 3.5
    assert decay[RIDE] > 3.5


@pytest.mark.parametrize("note", NINE + ARTICULATIONS)
def test_harder_is_louder_without_jumps(strike, note):
    levels = np.array([loudness(strike(note, velocity=v, seconds=0.2)) for v in range(1, 128)])
    steps = np.diff(levels)
    assert steps.min() > 0.0
    assert steps.max() < 1.0
    assert 25 < levels[-1] - levels[0] < 40


@pytest.mark.parametrize("note", NINE)
def test_harder_is_brighter(strike, note):
    soft, hard = centroid(strike(note, velocity=20)), centroid(strike(note, velocity=127))
    assert hard > 1.03 * soft


def test_nine_drums_at_full_velocity_do_not_clip(strike):
    assert 0.35 < np.abs(strike(*NINE, seconds=1.0)).max() <= 0.5


def test_rolls_on_all_nine_do_not_clip_while_they_pile_up():
    """32nds at 240 qpm, every drum at full velocity, with the room they play in."""
    library = find_library()
    synth = Synth(library)
    try:
        kit = synth.load(studio_kit())
        synth.set_gain(measured_gain(library, studio_kit()))
        peaks = []
        for _ in range(64):
            for note in NINE:
                synth.strike(kit, note, 127)
            peaks.append(np.abs(synth.render(22)).max())
    finally:
        synth.close()
    assert peaks[0] < 0.6 < max(peaks) < 1.0


@pytest.mark.parametrize("note", NINE)
def test_one_drum_alone_is_well_above_the_noise(strike, note):
    assert 0.025 < np.abs(strike(note)).max() < 0.45


def test_the_kit_stands_in_the_room_as_the_drummer_sees_it(strike):
    def side(note):
        left, right = np.sum(strike(note) ** 2, axis=0)
        return (right - left) / (right + left)

    assert abs(side(KICK)) < 0.05
    assert side(CLOSED) < -0.2
    assert side(CRASH) < -0.2
    assert side(HIGH) < side(MID) < side(LOW)
    assert side(RIDE) > 0.2
