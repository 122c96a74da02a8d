"""Colours by their names."""

from __future__ import annotations

from PySide6.QtGui import QColor

from drumstudio.ui import theme


def ink(name: str) -> QColor:
    """The colour called `name` in the theme in use; `drum:N` is that of drum N."""
    if name.startswith("drum:"):
        return QColor(theme.current().drums[int(name.removeprefix("drum:"))])
    return QColor(getattr(theme.current(), name))


def mixed(one: QColor, other: QColor, share: float) -> QColor:
    """The colour at `share` of the way from `one` to `other`."""
    red = one.redF() + share * (other.redF() - one.redF())
    green = one.greenF() + share * (other.greenF() - one.greenF())
    blue = one.blueF() + share * (other.blueF() - one.blueF())
    return QColor.fromRgbF(red, green, blue)
