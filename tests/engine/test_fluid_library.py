"""FluidSynth's library: found, or missed in a sentence."""

from __future__ import annotations

import re
import sys
from types import SimpleNamespace

import pytest

from drumstudio.engine import fluid_library
from drumstudio.engine.fluid_library import find_library
from drumstudio.errors import AudioError


def test_the_library_is_found_once():
    library = find_library()
    assert re.match(r"[23]\.\d+\.\d+", library.version)
    assert find_library() is library


def test_a_missing_library_is_a_sentence_with_the_way_out(no_fluidsynth):
    with pytest.raises(AudioError, match=r"FluidSynth, .* is not installed: .*install"):
        find_library()


def test_a_library_that_is_too_old_is_not_taken(monkeypatch):
    monkeypatch.setattr(fluid_library, "_loaded", [])
    monkeypatch.setitem(sys.modules, "fluidsynth", SimpleNamespace(cfunc=lambda *_: None))
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


def test_functions_that_are_not_there_cannot_be_called():
    with pytest.raises(AttributeError, match="fluid_unheard_of"):
        _ = find_library().fluid_unheard_of
