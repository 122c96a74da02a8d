"""Offline rendering: exact onsets, silence around them, whole files, plain sentences."""

from __future__ import annotations

import numpy as np
import pytest
from support.kits import first_sound, plain_soundfont, read_wav

from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.domain.performance import Stroke, strokes
from drumstudio.engine.wav import RATE, Struck, render_notes, render_wav
from drumstudio.errors import AudioError, CancelledError

KICK, SNARE, CLOSED, OPEN, CRASH = 36, 38, 42, 46, 49
# The kit's softest start: from a stroke's moment to its first sample that is not 0.
EARLY = 0.0005


@pytest.fixture
def render(tmp_path):
    """Render notes of (frame, note, velocity) and give the frames back."""

    def play(*notes, **options):
        struck = [Struck(frame / RATE, note, velocity) for frame, note, velocity in notes]
        render_notes(struck, tmp_path / "out.wav", **options)
        return read_wav(tmp_path / "out.wav")

    return play


@pytest.mark.parametrize("frame", [0, 1, 63, 64, 65, 100, 12345, 44100])
def test_a_stroke_sounds_on_its_very_frame(render, frame):
    at_zero = first_sound(render((0, SNARE, 100), tail=1.0))
    assert at_zero <= EARLY * RATE
    sound = render((frame, SNARE, 100), tail=1.0)
    assert first_sound(sound) == frame + at_zero


def test_two_drums_in_one_block_keep_their_distance(render):
    together = render((1000, KICK, 100), (1017, CRASH, 100), length=0.5, tail=0.0)
    alone = render((1017, CRASH, 100), length=0.5, tail=0.0)
    kick = render((1000, KICK, 100), length=0.5, tail=0.0)
    # What is left without the kick is the crash, on its own frame (up to 16-bit rounding).
    assert np.abs(together - kick - alone).max() < 3 / 32767


def test_a_foreign_soundfont_is_off_by_half_a_block_at_most(render, tmp_path):
    font = plain_soundfont(tmp_path / "plain.sf2")
    zero = first_sound(render((0, KICK, 100), soundfont=font, tail=0.2))
    for frame in (31, 32, 1000, 1023):
        found = first_sound(render((frame, KICK, 100), soundfont=font, tail=0.2)) - zero
        assert abs(found - frame) <= 32


def test_before_the_first_stroke_and_after_the_last_sound_there_is_silence(render):
    sound = render((RATE, CRASH, 127))
    assert not np.abs(sound[:RATE]).any()
    assert 4.0 < len(sound) / RATE < 9.0
    assert np.abs(sound[-64:]).max() <= 2 / 32767


def test_length_and_tail_are_kept_to_the_frame(render):
    assert len(render((0, KICK, 100), length=1.5, tail=0.0)) == 66150
    assert len(render((0, CRASH, 100), length=0.1, tail=0.25)) == 15435
    assert len(render(length=0.5, tail=0.0)) == 22050
    assert not render(length=0.5).any()


def test_the_same_notes_give_the_same_bytes(tmp_path):
    pattern = Pattern(bars=1, hits=tuple(Hit(step, Drum(step % 9), 40 + step) for step in range(16)))
    for name in ("one.wav", "two.wav"):
        render_wav(strokes(pattern), tmp_path / name, qpm=180.0, ticks=pattern.ticks)
    assert (tmp_path / "one.wav").read_bytes() == (tmp_path / "two.wav").read_bytes()


def test_strokes_stand_at_their_ticks_and_early_ones_at_the_start(tmp_path):
    played = [Stroke(-30, Drum.KICK, 100, 0), Stroke(480, Drum.KICK, 100, 4)]
    done = render_wav(played, tmp_path / "a.wav", qpm=120.0, ticks=960, tail=0.0)
    sound = read_wav(tmp_path / "a.wav")
    assert done.seconds == len(sound) / RATE == 1.0
    assert done.notes == 2
    assert first_sound(sound) <= EARLY * RATE
    later = np.abs(sound[22050 : 22050 + 200]).max()
    assert later > 5 * np.abs(sound[21000:22050]).max()


def test_a_drum_with_two_takes_takes_turns(render):
    sound = render((0, KICK, 100), (RATE, KICK, 100), (2 * RATE, KICK, 100), tail=1.0)
    first, second, third = (sound[at : at + 2000] for at in (0, RATE, 2 * RATE))
    assert np.abs(first - second).max() > 0.005
    assert np.abs(first - third).max() < 0.005


def test_the_closed_hat_chokes_the_open_one(render):
    ringing = render((0, OPEN, 110), tail=1.0)
    choked = render((0, OPEN, 110), (8820, CLOSED, 20), tail=1.0)
    after = slice(8820 + 4410, 8820 + 8820)
    assert np.sqrt(np.mean(choked[after] ** 2)) < 0.1 * np.sqrt(np.mean(ringing[after] ** 2))


def test_level_is_squared(render):
    full = render((0, SNARE, 100), tail=0.3)
    half = render((0, SNARE, 100), tail=0.3, level=0.5)
    assert np.abs(half).max() == pytest.approx(0.25 * np.abs(full).max(), abs=2e-4)
    assert not render((0, SNARE, 100), tail=0.3, level=0.0).any()


def test_loud_endless_rolls_are_bent_not_cut(render):
    notes = [
        (frame, note, 127) for frame in range(0, 40000, 1000) for note in (KICK, SNARE, CRASH, 45, 48, 50)
    ]
    sound = render(*notes, tail=0.1)
    assert 0.9 < np.abs(sound).max() <= 0.99


def test_a_bank_without_drums_plays_its_first_preset(render, tmp_path):
    font = plain_soundfont(tmp_path / "melodic.sf2", bank=3, program=17)
    assert np.abs(render((0, KICK, 100), soundfont=font, tail=0.1)).max() > 0.025


def test_what_is_no_soundfont_is_a_sentence_and_leaves_no_file(render, tmp_path):
    wrong = tmp_path / "song.sf2"
    wrong.write_bytes(b"MThd" + bytes(1000))
    with pytest.raises(AudioError, match=r"song\.sf2 is not a SoundFont that FluidSynth can read"):
        render((0, KICK, 100), soundfont=wrong)
    with pytest.raises(AudioError, match=r"there is no soundfont .*gone\.sf2"):
        render((0, KICK, 100), soundfont=tmp_path / "gone.sf2")
    assert [path.name for path in tmp_path.iterdir()] == ["song.sf2"]


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(AudioError, match=r"out\.wav cannot be written"):
        render_notes([Struck(0.0, KICK, 100)], tmp_path / "file" / "out.wav", tail=0.1)


def test_hours_are_refused(tmp_path):
    with pytest.raises(AudioError, match=r"would last 3\.0 hours"):
        render_notes([Struck(10_800.0, KICK, 100)], tmp_path / "out.wav")


def test_cancelling_leaves_the_old_file(tmp_path):
    target = tmp_path / "out.wav"
    target.write_bytes(b"old")
    with pytest.raises(CancelledError):
        render_notes([Struck(5.0, KICK, 100)], target, cancelled=lambda: True)
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_progress_rises_to_one(tmp_path):
    heard: list[float] = []
    render_notes([Struck(2.0, KICK, 100)], tmp_path / "out.wav", progress=heard.append)
    assert heard == sorted(heard)
    assert heard[-1] == 1.0
