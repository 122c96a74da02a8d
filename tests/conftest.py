"""What every test stands on: a home of its own and a screen that needs no display."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes is the machine's matter, not the test's.
settings.register_profile("drumstudio", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("drumstudio")

# Qt reads this once, at import: it must be set before any test module is collected.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point the user's folders at an empty place, so that no test reads or leaves anything there."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("DRUMSTUDIO_HOME", str(home))
    return home
