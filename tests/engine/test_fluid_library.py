"""FluidSynth's library: found, or missed in a sentence."""

from __future__ import annotations

import re

import pytest

from drumstudio.engine.fluid_library import LIBRARY_VARIABLE, find_library
from drumstudio.errors import AudioError


def test_the_library_is_found_once():
    library = find_library()
    assert re.match(r"[23]\.\d+\.\d+", library.version)
    assert find_library() is library


def test_a_missing_library_is_a_sentence_with_the_way_out(monkeypatch):
    monkeypatch.setenv(LIBRARY_VARIABLE, "/nowhere/libfluidsynth.so")
    with pytest.raises(AudioError, match=r"FluidSynth, .* is not installed .*: .*install") as caught:
        find_library()
    assert "/nowhere/libfluidsynth.so" in str(caught.value)


def test_another_library_is_not_taken_for_fluidsynth(monkeypatch):
    monkeypatch.setenv(LIBRARY_VARIABLE, "libc.so.6")
    with pytest.raises(AudioError, match="not installed"):
        find_library()


def test_what_it_was_built_with_is_listed():
    library = find_library()
    settings = library.new_fluid_settings()
    assert "file" in library.audio_drivers(settings)
    library.set(settings, "synth.sample-rate", 48000.0)
    library.set(settings, "audio.period-size", 128)
    assert library.number(settings, "synth.sample-rate") == 48000.0
    assert library.number(settings, "audio.period-size") == 128.0
    library.delete_fluid_settings(settings)


def test_only_declared_functions_can_be_called():
    with pytest.raises(AttributeError, match="fluid_unheard_of"):
        _ = find_library().fluid_unheard_of
