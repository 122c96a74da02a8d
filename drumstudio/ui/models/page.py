"""The Models page."""

from __future__ import annotations

from drumstudio.ui.pages import Page


class ModelsPage(Page):
    """Models."""

    name = "models"
    title = "Models"
