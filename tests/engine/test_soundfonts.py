"""Soundfonts: the shipped one, those of the machine, and what their headers promise."""

from __future__ import annotations

from support.kits import plain_soundfont

from drumstudio.engine.soundfonts import Traits, general_midi_banks, studio_kit, traits


def test_the_shipped_kit_starts_finely_and_takes_turns():
    found = traits(studio_kit())
    assert found.fine
    assert found.takes == {22: 82, 35: 95, 36: 96, 38: 98, 42: 102}


def test_other_soundfonts_promise_nothing(tmp_path):
    assert traits(plain_soundfont(tmp_path / "plain.sf2")) == Traits()
    assert traits(tmp_path / "missing.sf2") == Traits()


def test_banks_are_found_once_and_by_name(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    for path in (one / "Zeta.sf2", two / "alpha.SF3"):
        path.write_bytes(b"RIFF" + bytes(600_000))
    (one / "default.sf2").symlink_to(one / "Zeta.sf2")
    (one / "broken.sf2").symlink_to(one / "gone.sf2")
    (one / "click.sf2").write_bytes(b"RIFF")
    (one / "notes.txt").write_bytes(bytes(600_000))
    assert general_midi_banks([one, tmp_path / "none", two]) == [two / "alpha.SF3", one / "Zeta.sf2"]


def test_looking_in_the_usual_places_gives_files():
    assert all(path.is_file() for path in general_midi_banks())
