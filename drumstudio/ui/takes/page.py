"""The Takes page."""

from __future__ import annotations

from drumstudio.ui.pages import Page


class TakesPage(Page):
    """Recorded takes."""

    name = "takes"
    title = "Takes"
