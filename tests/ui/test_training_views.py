"""Chart, heat map and tables of the Training page as widgets: what they show, say and hear."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from support.runs import reports, run, sweep
from support.window import LEFT

from drumstudio.app.training.runs import CellState, RunState
from drumstudio.ui import theme
from drumstudio.ui.training.chart import Chart
from drumstudio.ui.training.curves import Level
from drumstudio.ui.training.heat_map import HeatMap, best_cell, readable_on, warmth
from drumstudio.ui.training.paint import ink
from drumstudio.ui.training.shown import REFERENCE, Shown, laid_beside, levels
from drumstudio.ui.training.sweep_view import SweepView
from drumstudio.ui.training.words import duration, perplexity

Key = Qt.Key


def show(qtbot: QtBot, widget: QWidget, width: int, height: int) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    theme.apply(application)
    qtbot.addWidget(widget)
    widget.resize(width, height)
    with qtbot.waitExposed(widget):
        widget.show()


@pytest.fixture
def chart(qtbot: QtBot) -> Chart:
    made = Chart()
    show(qtbot, made, 800, 400)
    front = run("a", RunState.TRAINING, 40)
    curves = Shown().curves(front, None, [run("b", floor=8.0, name="rock 2 × 64")], reference=True)
    made.show_curves(curves, levels(front))
    made.grab()
    return made


def near(image: QImage, x: float, y: float, colour: QColor) -> bool:
    """Whether a pixel within 2 of (x, y) has about this colour."""
    for dx in range(-2, 3):
        for dy in range(-2, 3):
            seen = image.pixelColor(round(x) + dx, round(y) + dy)
            parts = zip(seen.getRgb()[:3], colour.getRgb()[:3], strict=True)  # type: ignore[index]
            if all(abs(one - other) < 40 for one, other in parts):
                return True
    return False


def test_a_chart_draws_every_curve_where_it_belongs(chart: Chart) -> None:
    assert [curve.label for curve in chart.curves] == [
        "training",
        "validation",
        "your earlier attempt",
        "rock 2 × 64",
    ]
    image = chart.grab().toImage()
    for curve in chart.curves[:2]:
        for step, value in curve.points[::5]:
            assert near(image, chart.scale.x(step), chart.scale.y(value), ink(curve.colour)), (
                curve.label,
                step,
            )
    assert chart.labels.keys() == {
        *(curve.key for curve in chart.curves),
        "level:counting events",
        "level:copying the last bar",
    }


def test_a_chart_tells_screen_readers_the_latest_figures(chart: Chart) -> None:
    told = chart.accessibleDescription()
    assert "training 4.2 at step 391, validation 5.0 at step 391" in told
    assert "your earlier attempt 13.0 at step 91" in told
    assert "counting events 17.8, copying the last bar 6.7" in told


def test_the_mouse_reads_out_the_nearest_step(chart: Chart) -> None:
    plot = chart.scale.plot
    QTest.mouseMove(chart, QPoint(round(chart.scale.x(203)), round(plot.top + 50)))
    assert chart.step == 201
    values = {curve.label: (at, round(value, 1)) for curve, at, value in chart.readings()}
    assert values == {"training": (201, 13.1), "validation": (201, 15.7)}
    assert chart.accessibleDescription().startswith("Step 201: training 13.1")
    QTest.mouseMove(chart, QPoint(round(chart.scale.x(50)), 5))
    assert chart.step is None


def test_a_reading_of_another_step_says_so(chart: Chart) -> None:
    chart.read_out(83)
    assert chart.step == 81
    assert "your earlier attempt (step 91) 13.0" in chart.accessibleDescription()


def test_keys_read_out_point_by_point(chart: Chart) -> None:
    chart.setFocus()
    steps = []
    for key in (Key.Key_Right, Key.Key_Right, Key.Key_PageDown, Key.Key_Left, Key.Key_End, Key.Key_Home):
        QTest.keyClick(chart, key)
        steps.append(chart.step)
    assert steps == [1, 11, 111, 101, 391, 1]


def test_the_read_out_is_painted_over_the_same_picture(chart: Chart) -> None:
    before = chart.grab().toImage()
    chart.read_out(201)
    with_reading = chart.grab().toImage()
    assert with_reading != before
    chart.read_out(None)
    assert chart.grab().toImage() == before


def test_the_theme_changes_the_picture(chart: Chart) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    before = chart.grab().toImage()
    try:
        theme.apply(application, "light")
        assert chart.grab().toImage() != before
    finally:
        theme.apply(application, "dark")


def test_an_empty_chart_teaches(qtbot: QtBot) -> None:
    chart = Chart()
    show(qtbot, chart, 700, 300)
    bare = chart.grab().toImage()
    chart.teach("Nothing trained yet", "Press Train.")
    assert chart.accessibleDescription() == "Nothing trained yet Press Train."
    assert chart.grab().toImage() != bare


def test_a_level_without_figures_is_left_out() -> None:
    assert levels(None) == ()
    assert levels(run("a")) == (Level("counting events", 17.8), Level("copying the last bar", 6.7))


def test_the_newest_that_are_over_lie_beside_until_the_user_says_otherwise() -> None:
    runs = [
        run("front"),
        run("now", RunState.TRAINING),
        run("c"),
        sweep(),
        run("b", RunState.STOPPED),
        run("a"),
    ]

    def beside(turned: dict[str, bool]) -> list[str]:
        return [each.ident for each in laid_beside(runs, runs[0], turned)]

    assert beside({}) == ["c", "b"]
    assert beside({"c": False}) == ["b"]
    assert beside({"a": True, "now": True}) == ["now", "c", "b", "a"]
    assert laid_beside([run("empty", count=0)], None, {"empty": True}) == []


def test_curves_of_reports_that_stay_are_kept() -> None:
    shown, front = Shown(), run("a")
    first = shown.curves(front, None, [], reference=False)
    again = shown.curves(front, None, [], reference=False)
    assert all(one.points is other.points for one, other in zip(first, again, strict=True))
    assert shown.curves(None, None, [], reference=True) == (REFERENCE,)


def test_what_is_no_number_is_left_out_of_a_curve() -> None:
    made = run("a")
    broken = (*made.reports, *(type(made.reports[0])(*(401, float("inf"), float("nan"), 0, 0, 0, 0, 1.0)),))
    curves = Shown().curves(run("a", reports=broken), None, [], reference=False)
    assert [curve.points[-1][0] for curve in curves] == [191, 191]


def test_a_sweep_shows_the_picked_cell_and_the_others_beside() -> None:
    made = sweep()
    best = Shown().curves(made, None, [], reference=False)
    assert [curve.label for curve in best[:2]] == ["training 2 × 128", "validation 2 × 128"]
    assert {curve.label for curve in best[2:]} == {"1 × 64", "1 × 128", "2 × 64"}
    assert all(curve.dimmed for curve in best[2:])
    picked = Shown().curves(made, (1, 64), [], reference=False)
    assert picked[0].label == "training 1 × 64"
    assert picked[0].points[-1][1] == reports(60, 6.0)[-1].perplexity


# -- heat map


@pytest.fixture
def heat(qtbot: QtBot) -> HeatMap:
    made = HeatMap()
    show(qtbot, made, 420, 320)
    made.show_cells(sweep().cells, None)
    return made


def test_the_best_is_the_warmest() -> None:
    assert [warmth(value, (4.0, 8.0, 16.0)) for value in (4.0, 8.0, 16.0)] == pytest.approx([1.0, 0.5, 0.0])
    assert warmth(5.0, (5.0,)) == 1.0
    best = best_cell(sweep().cells)
    assert best is not None
    assert (best.layers, best.units) == (2, 128)
    assert best_cell(()) is None


def test_numbers_stand_out_from_every_ground(qtbot: QtBot) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)

    def luminance(colour: QColor) -> float:
        parts = [colour.redF(), colour.greenF(), colour.blueF()]
        red, green, blue = (
            part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    try:
        for name in theme.THEMES:
            theme.apply(application, name)
            for share in range(11):
                ground = HeatMap.ground(share / 10)
                low, high = sorted((luminance(ground), luminance(readable_on(ground))))
                assert (high + 0.05) / (low + 0.05) >= 4.5, (name, share)
    finally:
        theme.apply(application, "dark")


def test_a_click_picks_a_cell(qtbot: QtBot, heat: HeatMap) -> None:
    with qtbot.waitSignal(heat.picked) as picked:
        QTest.mouseClick(heat, LEFT, pos=heat.cell_rect(1, 128).center().toPoint())
    assert picked.args == [1, 128]
    assert heat.chosen == (1, 128)
    assert heat.accessibleDescription() == "1 layer of 128 units, validation 64.3, stopped at 121"


def test_keys_go_from_cell_to_cell(qtbot: QtBot, heat: HeatMap) -> None:
    heat.setFocus()
    told = []
    for key in (Key.Key_Down, Key.Key_Right, Key.Key_Down, Key.Key_Down, Key.Key_Left):
        QTest.keyClick(heat, key)
        told.append(heat.accessibleDescription())
    assert told[0] == "2 layers of 64 units, validation 7.8, step 291 …"
    assert told[1] == "2 layers of 128 units, validation 4.8, the best so far"
    assert told[2] == told[3] == "3 layers of 128 units, failed: training went astray"
    assert told[4] == "3 layers of 64 units, waiting"
    with qtbot.waitSignal(heat.picked) as picked:
        QTest.keyClick(heat, Key.Key_Return)
    assert picked.args == [3, 64]


def test_cells_lie_side_by_side_within_the_map(heat: HeatMap) -> None:
    boxes = [heat.cell_rect(cell.layers, cell.units) for cell in sweep().cells]
    assert all(QPointF(box.right(), box.bottom()).x() <= heat.width() for box in boxes)
    for at, box in enumerate(boxes):
        assert not any(box.intersects(other) for other in boxes[at + 1 :])


def test_a_stopped_cell_is_hatched_and_a_good_one_is_not(heat: HeatMap) -> None:
    image = heat.grab().toImage()

    def colours(layers: int, units: int) -> int:
        box = heat.cell_rect(layers, units).toRect().adjusted(8, 8, -8, -60)
        return len(
            {
                image.pixel(x, y)
                for x in range(box.left(), box.right())
                for y in range(box.top(), box.bottom())
            }
        )

    assert colours(1, 128) > colours(1, 64) == 1


def test_a_sweep_can_be_read_as_a_table(qtbot: QtBot) -> None:
    view = SweepView()
    show(qtbot, view, 460, 320)
    view.show_cells(sweep().cells, (2, 128))
    assert not view.table.isVisible()
    view.as_table.click()
    assert view.table.isVisible()
    rows = [[view.table.item(row, column).text() for column in (0, 1, 4)] for row in range(6)]
    assert rows[0] == ["1", "64", "done"]
    assert rows[1] == ["1", "128", "stopped at 121"]
    assert rows[3] == ["2", "128", "best"]
    assert rows[5] == ["3", "128", "failed"]
    assert view.table.currentRow() == 3
    view.table.setFocus()
    QTest.keyClick(view.table, Key.Key_Up)
    with qtbot.waitSignal(view.picked) as picked:
        QTest.keyClick(view.table, Key.Key_Return)
    assert picked.args == [2, 64]


def test_every_state_of_a_cell_has_a_word() -> None:
    notes = {cell.state for cell in sweep().cells}
    assert notes == set(CellState)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (19.4, "19 s"), (59.6, "1 m 00 s"), (252, "4 m 12 s"), (7500, "2 h 05 m")],
)
def test_times_are_short(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("value", "words"), [(None, "—"), (510.2, "510"), (13.04, "13.0"), (2.306, "2.31"), (1.07, "1.07")]
)
def test_perplexities_are_as_precise_as_they_mean_something(value: float | None, words: str) -> None:
    assert perplexity(value) == words
