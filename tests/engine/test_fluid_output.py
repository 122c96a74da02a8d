"""The synth as an output, playing in real time into a file: order, spacing, cancel, panic, failures."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
from support.jack import jack_server
from support.kits import plain_soundfont

from drumstudio.domain.drums import Drum
from drumstudio.engine.fluid import DRIVER_VARIABLE, FILE_VARIABLE, FluidOutput
from drumstudio.engine.outputs import Click, OutputState, Strike
from drumstudio.engine.soundfonts import studio_kit

HEADER = 44
PATIENCE = 30.0


def until(condition, what: str) -> None:
    """Wait for `condition`, looking often; fail after a long while."""
    pause, deadline = threading.Event(), time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"still waiting: {what}"
        pause.wait(0.005)


@pytest.fixture
def tape(tmp_path, monkeypatch):
    """A file that FluidSynth plays into, in place of a sound card."""
    path = tmp_path / "tape.wav"
    monkeypatch.setenv(DRIVER_VARIABLE, "file")
    monkeypatch.setenv(FILE_VARIABLE, str(path))
    return path


@pytest.fixture
def play(tape):
    """Open an output that plays to the tape; closed at the end."""
    opened = []

    def start(soundfont=None) -> FluidOutput:
        output = FluidOutput(soundfont)
        opened.append(output)
        assert output.wait_ready(PATIENCE)
        return output

    yield start
    for output in opened:
        output.close()


def recorded(tape):
    """What is on the tape so far: the left and right frames added up."""
    data = tape.read_bytes()[HEADER:]
    return np.frombuffer(data[: len(data) // 4 * 4], "<i2").reshape(-1, 2).astype(int).sum(axis=1)


def wind(tape, seconds: float) -> None:
    """Wait until `seconds` more are on the tape."""
    goal = len(recorded(tape)) + int(seconds * 44100)
    until(lambda: len(recorded(tape)) >= goal, "sound on the tape")


def onsets(sound, gap: int = 2000) -> list[int]:
    """First frames of the blips of a plain soundfont, which last 2000 frames."""
    loud = np.flatnonzero(np.abs(sound) > 1500)
    return [
        int(frame)
        for frame, before in zip(loud, [-gap, *loud[:-1]], strict=True)
        if frame - before > gap // 4
    ]


@pytest.fixture
def blips(tmp_path):
    """A soundfont whose every note is a short blip."""
    return plain_soundfont(tmp_path / "blips.sf2", level=0.9)


def test_a_ready_output_says_rate_and_latency(play):
    output = play()
    assert output.status.state is OutputState.READY
    assert output.status.detail.startswith("44.1 kHz, ")
    assert 0.0 < output.status.latency < 0.2
    assert output.soundfont == studio_kit()


def test_strokes_sound_in_order_at_their_distances(play, tape, blips):
    output = play(blips)
    start = time.perf_counter() + 0.15
    dues = [0.0, 0.1, 0.17, 0.31]
    # Handed over out of order, as a scheduler may after an edit.
    for due in (dues[2], dues[0], dues[3], dues[1]):
        output.schedule(Strike(Drum.SNARE, 120), start + due)
    wind(tape, 0.7)
    found = onsets(recorded(tape))
    assert len(found) == 4
    # How exactly is for the benchmark to say: this machine may be busy.
    assert np.diff(found) == pytest.approx(np.diff(dues) * 44100, abs=900)


def test_the_own_kit_sounds_too_and_so_does_the_click(play, tape):
    output = play()
    now = time.perf_counter()
    output.schedule(Strike(Drum.KICK, 127), now + 0.05)
    wind(tape, 0.3)
    kick = np.abs(recorded(tape)).max()
    assert kick > 3000
    before = len(recorded(tape))
    for accent in (True, False):
        output.schedule(Click(accent), time.perf_counter() + 0.05)
    wind(tape, 0.3)
    assert np.abs(recorded(tape)[before:]).max() > 500


def test_a_stroke_that_is_late_sounds_at_once(play, tape, blips):
    output = play(blips)
    output.schedule(Strike(Drum.SNARE, 120), time.perf_counter() - 5.0)
    wind(tape, 0.3)
    assert len(onsets(recorded(tape))) == 1


def test_cancel_forgets_what_is_due_later_and_nothing_else(play, tape, blips):
    output = play(blips)
    start = time.perf_counter() + 0.3
    for due in (0.0, 0.1, 0.2, 0.3):
        output.schedule(Strike(Drum.SNARE, 120), start + due)
    output.cancel(start + 0.15)
    output.schedule(Strike(Drum.SNARE, 120), start + 0.25)
    wind(tape, 0.9)
    found = onsets(recorded(tape))
    assert np.diff(found) == pytest.approx([4410, 6615], abs=900)


def test_panic_forgets_and_silences(play, tape):
    output = play()
    output.schedule(Strike(Drum.CRASH, 127), time.perf_counter())
    wind(tape, 0.2)
    assert np.abs(recorded(tape)[-2000:]).max() > 300
    output.schedule(Strike(Drum.CRASH, 127), time.perf_counter() + 0.3)
    output.panic()
    wind(tape, 0.8)
    # The reverb may still die away; the cymbal does not ring.
    assert np.abs(recorded(tape)[-4410:]).max() < 30


def test_the_level_reaches_the_sound(play, tape, blips):
    output = play(blips)
    output.set_level(0.0)
    output.schedule(Strike(Drum.SNARE, 127), time.perf_counter())
    wind(tape, 0.2)
    # Nothing but FluidSynth's dither.
    assert np.abs(recorded(tape)).max() <= 4
    output.set_level(1.0)
    output.schedule(Strike(Drum.SNARE, 127), time.perf_counter())
    wind(tape, 0.2)
    assert len(onsets(recorded(tape))) == 1


def test_another_soundfont_takes_over_while_playing(play, tape, blips):
    output = play()
    output.set_soundfont(blips)
    assert output.wait_ready(PATIENCE)
    assert (output.soundfont, output.status.state, output.status.message) == (blips, OutputState.READY, "")
    output.schedule(Strike(Drum.SNARE, 120), time.perf_counter())
    wind(tape, 0.3)
    assert len(onsets(recorded(tape))) == 1
    output.set_soundfont(None)
    assert output.wait_ready(PATIENCE)
    assert output.soundfont == studio_kit()


def test_a_soundfont_that_will_not_do_leaves_the_old_one(play, tape, blips, tmp_path):
    output = play(blips)
    wrong = tmp_path / "wrong.sf2"
    wrong.write_bytes(b"not a bank")
    output.set_soundfont(wrong)
    assert output.wait_ready(PATIENCE)
    assert output.status.state is OutputState.READY
    assert output.status.message == (
        "wrong.sf2 is not a SoundFont that FluidSynth can read; choose an .sf2 or .sf3; blips.sf2 stays"
    )
    output.schedule(Strike(Drum.SNARE, 120), time.perf_counter())
    wind(tape, 0.3)
    assert len(onsets(recorded(tape))) == 1


def failed(output: FluidOutput) -> str:
    """The sentence of an output that must fail, and must then bear every call."""
    assert output.wait_ready(PATIENCE)
    output.schedule(Strike(Drum.KICK, 100), time.perf_counter())
    output.cancel(0.0)
    output.panic()
    output.set_level(0.5)
    output.set_soundfont(None)
    output.close()
    assert output.status.state is OutputState.FAILED
    return output.status.message


def test_without_the_library_it_says_how_to_install_it(tape, no_fluidsynth):
    assert "is not installed" in failed(FluidOutput())


def test_without_a_soundfont_it_says_which(tape, tmp_path):
    assert failed(FluidOutput(tmp_path / "gone.sf2")).startswith("there is no soundfont ")


def test_without_a_sound_device_it_says_so(monkeypatch):
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "drumstudio-nobody")
    message = failed(FluidOutput(driver="jack"))
    assert message.startswith("no sound device could be opened (tried jack)")


def test_it_plays_through_jack_at_jacks_own_rate(blips):
    with jack_server():
        output = FluidOutput(blips, driver="jack")
        assert output.wait_ready(PATIENCE)
        assert output.status.state is OutputState.READY
        assert output.status.detail.startswith("48 kHz, ")
        output.schedule(Strike(Drum.SNARE, 120), time.perf_counter() + 0.05)
        output.close()


def test_a_device_that_stops_is_missed_and_taken_up_again(blips):
    with jack_server():
        output = FluidOutput(blips, driver="jack")
        assert output.wait_ready(PATIENCE)
        assert output.status.state is OutputState.READY
    until(lambda: output.status.state is OutputState.MISSING, "the loss of the server")
    assert output.status.message == (
        "the sound device opened through jack has stopped; it is taken up again when it is back"
    )
    output.schedule(Strike(Drum.SNARE, 120), time.perf_counter())
    with jack_server():
        until(lambda: output.status.state is OutputState.READY, "the server's return")
        output.close()
