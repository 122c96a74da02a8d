"""Small pieces that several panels are made of."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton, QWidget


def restyle(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet looks at, and let it look."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def enter_clicks(parent: QWidget) -> None:
    """Let Enter press the buttons inside `parent` that have the focus: Space is the transport's."""
    for button in parent.findChildren(QPushButton):
        button.setAutoDefault(True)
