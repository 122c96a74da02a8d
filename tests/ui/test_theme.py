"""The two palettes: fonts load, every text stands out from its ground."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QFontDatabase, QFontInfo
from PySide6.QtWidgets import QApplication

from drumstudio import paths
from drumstudio.ui import theme


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.1 defines it."""

    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4

    made = QColor(colour)
    return 0.2126 * linear(made.redF()) + 0.7152 * linear(made.greenF()) + 0.0722 * linear(made.blueF())


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", sorted(theme.THEMES))
def test_text_has_contrast(name: str) -> None:
    palette = theme.THEMES[name]
    inks = ("text", "text_muted", "text_faint", "accent_text", "bad", "go", "warn", "primer")
    grounds = ("window", "panel", "raised", "field", "accent_ground")
    poor = {
        (ink, ground): round(contrast(getattr(palette, ink), getattr(palette, ground)), 2)
        for ink in inks
        for ground in grounds
        if contrast(getattr(palette, ink), getattr(palette, ground)) < 4.5
    }
    assert poor == {}
    assert contrast(palette.on_accent, palette.accent) >= 4.5
    assert contrast(palette.on_accent, palette.accent_hover) >= 4.5
    assert contrast(palette.text, palette.go_ground) >= 4.5


@pytest.mark.parametrize("name", sorted(theme.THEMES))
def test_hits_stand_out_from_every_cell(name: str) -> None:
    palette = theme.THEMES[name]
    for colour in palette.drums:
        for ground in ("window", "cell_even", "cell_odd", "made_even", "made_odd"):
            assert contrast(colour, getattr(palette, ground)) >= 3.0, (colour, ground)
        assert contrast(palette.on_lit, colour) >= 4.5
    assert len(set(palette.drums)) == 9


def test_shipped_fonts_are_faces_of_inter(qapp: QApplication) -> None:
    for path in sorted((paths.resources() / "fonts").glob("*.otf")):
        number = QFontDatabase.addApplicationFont(str(path))
        assert number >= 0, path
        assert any(family.startswith("Inter") for family in QFontDatabase.applicationFontFamilies(number))


def test_apply_changes_the_palette_in_use(qapp: QApplication) -> None:
    try:
        assert theme.apply(qapp, "light") is theme.LIGHT is theme.current()
        assert QFontInfo(qapp.font()).family() == theme.FONT_FAMILY
        assert theme.apply(qapp, "no such theme") is theme.DARK is theme.current()
        assert theme.apply(qapp, "system") in (theme.DARK, theme.LIGHT)
    finally:
        theme.apply(qapp, "dark")


def test_style_sheet_names_no_missing_colour() -> None:
    for palette in theme.THEMES.values():
        assert "$" not in theme.stylesheet(palette)
