"""How musical each drummer went on, in numbers, beside the primer and what people do."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from drumstudio.app.drummer.comparing import PEOPLE, ROWS, Comparison, Range
from drumstudio.ui.models.plain_table import PlainTable

_SHARES = ("fill_bars", "tom_bars", "crash_bars", "crashes_on_one")


class MeasuresTable(PlainTable):
    """A row a measure; columns for the primer, each drummer and people."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Measures", parent)

    def show_comparison(self, found: Comparison) -> None:
        """Show the measures of `found`; the drummer nearest to people stands out."""
        from drumstudio.ml.musicality import DEFINITIONS, LABELS

        played = [one for one in found.played if one.mean is not None]
        # The numbers are those of the cards: names may be too long for a column.
        names = [f"{number} {one.name}" for number, one in enumerate(played, 1)]
        heads = ["", "Primer", *names, "People"]
        rows, tips, strong = [], [], []
        for name in ROWS:
            values = [None if one.mean is None else getattr(one.mean, name) for one in played]
            primer = None if found.primer is None else getattr(found.primer, name)
            words = [_words(name, value) for value in (primer, *values)]
            rows.append([_capital(LABELS[name]), *words, _usual(name, PEOPLE.get(name))])
            nearest = _nearest(values, PEOPLE.get(name))
            strong.append(None if nearest is None else nearest + 2)
            tips.append(_tip(DEFINITIONS[name], nearest is not None))
        foreseen = [_words("perplexity", one.primer_perplexity) for one in played]
        rows.append(["Perplexity of the primer", "–", *foreseen, "–"])
        tips.append(
            _tip("how well each foresees the primer: between how many events it wavers at a step", False)
        )
        self.show_rows(heads, rows, tips, strong)


def _nearest(values: list[float | None], usual: Range | None) -> int | None:
    """Place of the value nearest to what is usual; None where nothing tells them apart."""
    known = (
        [(abs(value - usual.middle), place) for place, value in enumerate(values) if value is not None]
        if usual
        else []
    )
    if len(known) < 2 or min(known)[0] == max(known)[0]:
        return None
    return min(known)[1]


def _words(name: str, value: float | None) -> str:
    if value is None:
        return "–"
    if name in _SHARES:
        return f"{value:.0%}"
    return f"{value:.1f}" if name in ("hits_a_bar", "syncopation") else f"{value:.2f}"


def _usual(name: str, usual: Range | None) -> str:
    if usual is None:
        return "–"
    middle = _words(name, usual.middle)
    if usual.low is None or usual.high is None:
        return middle
    return f"{middle}  ({_short(usual.low)}–{_short(usual.high)})"


def _short(value: float) -> str:
    return f"{value:g}"


def _tip(definition: str, told_apart: bool) -> str:
    tail = ". Bold: nearest to what people do in rock beats" if told_apart else ""
    return f"{definition}{tail}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
