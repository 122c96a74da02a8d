"""Projects and MIDI files to WAV: times, maps, loops."""

from __future__ import annotations

import mido
import pytest
from support.kits import first_sound, read_wav

from drumstudio.app.rendering import render_file, render_project, song_notes, sounding_note
from drumstudio.app.store import save_project
from drumstudio.domain.drums import GENERAL_MIDI, ROLAND, Drum
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.domain.project import Lane, Project
from drumstudio.errors import MidiFileError, ProjectError
from drumstudio.midi.files import read_song

QUARTER = 480


def midi_file(path, notes, tempos=((0, 500_000),), channel=9, meter=(4, 4)):
    """A type 1 file of (tick, note, velocity) and (tick, microseconds a quarter)."""
    file, marks, drums = mido.MidiFile(ticks_per_beat=QUARTER), mido.MidiTrack(), mido.MidiTrack()
    file.tracks += [marks, drums]
    marks.append(mido.MetaMessage("time_signature", numerator=meter[0], denominator=meter[1]))
    at = 0
    for tick, tempo in tempos:
        marks.append(mido.MetaMessage("set_tempo", tempo=tempo, time=tick - at))
        at = tick
    events = [(tick, "note_on", note, velocity) for tick, note, velocity in notes]
    events += [(tick + 10, "note_off", note, 0) for tick, note, _ in notes]
    at = 0
    for tick, kind, note, velocity in sorted(events):
        drums.append(mido.Message(kind, channel=channel, note=note, velocity=velocity, time=tick - at))
        at = tick
    file.save(path)
    return path


def test_notes_stand_at_the_seconds_of_the_files_own_tempo_map(tmp_path):
    path = midi_file(
        tmp_path / "a.mid",
        [(0, 36, 100), (480, 38, 90), (973, 42, 80), (1920, 36, 70)],
        tempos=[(0, 500_000), (480, 1_000_000), (960, 250_000)],
    )
    notes, length = song_notes(read_song(path))
    seconds = [note.seconds for note in notes]
    assert seconds == pytest.approx([0.0, 0.5, 1.5 + 13 * 0.25 / 480, 2.0])
    assert [note.velocity for note in notes] == [100, 90, 80, 70]
    # Two whole bars of 4/4.
    assert length == pytest.approx(3.0)


def test_loops_follow_at_the_next_bar_line_with_the_tempo_of_the_start(tmp_path):
    path = midi_file(
        tmp_path / "a.mid", [(0, 36, 100)], tempos=[(0, 500_000), (480, 1_000_000)], meter=(3, 4)
    )
    notes, length = song_notes(read_song(path), loops=3)
    assert [note.seconds for note in notes] == pytest.approx([0.0, 2.5, 5.0])
    assert length == pytest.approx(7.5)


@pytest.mark.parametrize(
    ("note", "heard"),
    [(36, 36), (22, 42), (26, 46), (43, 43), (45, 48), (48, 50), (58, 45), (37, 37), (53, 53)],
)
def test_roland_notes_become_those_that_sound_alike(note, heard):
    assert sounding_note(note, ROLAND) == heard
    assert GENERAL_MIDI.drum_of(heard) == ROLAND.drum_of(note)


def test_notes_that_no_map_knows_stay_themselves():
    assert sounding_note(54, GENERAL_MIDI) == 54


def test_other_channels_are_left_out(tmp_path):
    path = midi_file(tmp_path / "a.mid", [(0, 36, 100)], channel=2)
    assert len(song_notes(read_song(path), channel=2)[0]) == 1
    with pytest.raises(MidiFileError, match="--channel 3"):
        song_notes(read_song(path), channel=9)


def test_a_midi_file_sounds_at_its_own_times(tmp_path):
    path = midi_file(tmp_path / "a.mid", [(487, 38, 100)])
    done = render_file(path, tmp_path / "a.wav")
    frame = round((487 / 480) * 0.5 * 44100)
    assert 0 <= first_sound(read_wav(done.path)) - frame < 30
    assert done.notes == 1


def test_a_project_renders_its_pattern_its_tempo_and_its_mutes(tmp_path):
    pattern = Pattern(bars=1, hits=(Hit(0, Drum.KICK), Hit(8, Drum.SNARE)))
    lanes = (Lane(muted=True),) + (Lane(),) * 8
    project = Project((pattern,), qpm=240.0, lanes=lanes)
    done = render_project(project, tmp_path / "a.wav", loops=2)
    assert done.notes == 2
    assert done.seconds >= 2.0
    assert 0 <= first_sound(read_wav(done.path)) - 22050 < 30
    save_project(project, tmp_path / "a.drumstudio")
    again = render_file(tmp_path / "a.drumstudio", tmp_path / "b.wav", loops=2)
    assert again.path.read_bytes() == done.path.read_bytes()


def test_what_cannot_be_read_is_a_sentence(tmp_path):
    with pytest.raises(ProjectError, match=r"gone\.drumstudio cannot be read"):
        render_file(tmp_path / "gone.drumstudio", tmp_path / "a.wav")
    with pytest.raises(MidiFileError, match=r"gone\.mid cannot be read"):
        render_file(tmp_path / "gone.mid", tmp_path / "a.wav")
