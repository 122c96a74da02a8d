"""The dials that were used last, for the projects that begin."""

from __future__ import annotations

from drumstudio.app import store
from drumstudio.domain.dials import MIDDLE, Dials
from drumstudio.settings import Settings

_SETTING = "dials"


def remembered_dials(settings: Settings) -> Dials:
    """The dials of the last time; the middle where there are none that can be read."""
    kept = settings.get(_SETTING, {})
    try:
        return store.dials_from_json(kept)
    except (KeyError, TypeError, ValueError, OverflowError):
        return MIDDLE


def remember_dials(settings: Settings, dials: Dials) -> None:
    """Keep `dials` for the next project."""
    settings.set(_SETTING, store.dials_to_json(dials))
