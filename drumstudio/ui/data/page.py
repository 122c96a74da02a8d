"""The Data page."""

from __future__ import annotations

from drumstudio.ui.pages import Page


class DataPage(Page):
    """Training data."""

    name = "data"
    title = "Data"
