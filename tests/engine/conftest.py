"""What the engine's tests share."""

from __future__ import annotations

import sys

import pytest

from drumstudio.engine import fluid_library


@pytest.fixture
def no_fluidsynth(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without FluidSynth's library: pyfluidsynth cannot be imported there."""
    monkeypatch.setattr(fluid_library, "_loaded", [])
    monkeypatch.setitem(sys.modules, "fluidsynth", None)
