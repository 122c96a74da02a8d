"""`drumstudio render` as a user meets it."""

from __future__ import annotations

import json
import os

import pytest
from support.kits import plain_soundfont, read_wav
from support.smf import chunk, drums, smf, tempo

from drumstudio.app.store import save_project
from drumstudio.cli.main import main
from drumstudio.domain.demo import demo_project


@pytest.fixture
def project(tmp_path):
    """A saved project."""
    path = tmp_path / "demo.drumstudio"
    save_project(demo_project(), path)
    return path


def test_a_project_becomes_a_wav_file(project, tmp_path, capsys):
    out = tmp_path / "demo.wav"
    assert main(["render", str(project), "--out", str(out), "--loops", "2", "--json"]) == 0
    said = capsys.readouterr()
    told = json.loads(said.out)
    assert said.err == ""
    assert told["out"] == str(out)
    assert told["soundfont"].endswith("studio-kit.sf2")
    assert told["seconds"] == pytest.approx(len(read_wav(out)) / 44100, abs=0.001)
    assert 0.05 < told["peak"] <= 0.99


def test_the_sentence_for_people(project, tmp_path, capsys):
    font = plain_soundfont(tmp_path / "plain.sf2")
    out = tmp_path / "demo.wav"
    command = ["render", str(project), "--out", str(out), "--soundfont", str(font), "--level", "0.5"]
    assert main(command) == 0
    assert capsys.readouterr().out.startswith(f"{out}: ")


@pytest.mark.parametrize(
    ("extra", "status", "sentence"),
    [
        (["--soundfont", "/nowhere/a.sf2"], 1, "there is no soundfont /nowhere/a.sf2"),
        (["--loops", "0"], 2, "--loops is 1 to 10000"),
        (["--level", "1.5"], 2, "--level is 0 to 1"),
        (["--channel", "17"], 2, "--channel is 1 to 16"),
    ],
)
def test_mistakes_end_in_one_sentence(project, tmp_path, capsys, extra, status, sentence):
    assert main(["render", str(project), "--out", str(tmp_path / "a.wav"), *extra]) == status
    said = capsys.readouterr()
    assert said.out == ""
    assert sentence in said.err
    assert said.err.count("\n") == 1
    assert not (tmp_path / "a.wav").exists()


@pytest.mark.parametrize("content", [b"", b"RIFF", b"MThd" + bytes(60), b"RIFF\0\0\0\0WAVE"])
def test_what_is_no_soundfont_is_said_once(project, tmp_path, capfd, content):
    font = tmp_path / "fake.sf2"
    font.write_bytes(content)
    assert main(["render", str(project), "--out", str(tmp_path / "a.wav"), "--soundfont", str(font)]) == 1
    said = capfd.readouterr().err
    assert said.startswith("drumstudio: fake.sf2 is not a SoundFont")
    assert said.count("\n") == 1


def test_a_soundfont_may_have_a_name_that_is_no_text(project, tmp_path):
    font = plain_soundfont(tmp_path / os.fsdecode(b"caf\xe9.sf2"))
    assert main(["render", str(project), "--out", str(tmp_path / "a.wav"), "--soundfont", str(font)]) == 0


def test_the_source_is_not_written_over(project, tmp_path, capsys):
    before = project.read_bytes()
    again = tmp_path / "again.wav"
    again.symlink_to(project)
    for out in (project, again):
        assert main(["render", str(project), "--out", str(out)]) == 1
        assert "is what is to be rendered; write the sound to another file" in capsys.readouterr().err
    assert project.read_bytes() == before


def test_a_song_of_hours_is_named(tmp_path, capsys):
    path = tmp_path / "endless.mid"
    path.write_bytes(smf(chunk(tempo(0, 0xFFFFFF), drums([(0, 36), (480 * 500, 36)]))))
    assert main(["render", str(path), "--out", str(tmp_path / "a.wav")]) == 1
    assert f"{path} would last 2.3 hours; 2 are the most" in capsys.readouterr().err
