"""Colours by their names."""

from __future__ import annotations

from PySide6.QtGui import QColor

from drumstudio.ui import theme


def ink(name: str) -> QColor:
    """The colour called `name` in the theme in use; `drum:N` is that of drum N."""
    if name.startswith("drum:"):
        return QColor(theme.current().drums[int(name.removeprefix("drum:"))])
    return QColor(getattr(theme.current(), name))
