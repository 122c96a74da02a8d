"""The Training page."""

from __future__ import annotations

from drumstudio.ui.pages import Page


class TrainingPage(Page):
    """Training."""

    name = "training"
    title = "Training"
