"""The form of the Training page: what it proposes, what it refuses and why, and the plan it makes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from drumstudio.app.training.data import DataPlan
from drumstudio.app.training.runs import SweepGrid
from drumstudio.ml.config import DRUM_RNN, GROOVE_MEMORY
from drumstudio.ui import theme
from drumstudio.ui.fields import ChoiceField, ToggleField
from drumstudio.ui.number_field import NumberField
from drumstudio.ui.training.choices import (
    SCRATCH,
    TUNING,
    Choices,
    Material,
    Start,
    choices_from,
    data_name,
    numbers,
    plan_for,
    problems,
    proposed_name,
    sweep_for,
    sweep_problem,
)
from drumstudio.ui.training.form import Form
from drumstudio.ui.training.sweep_form import SweepForm

MATERIAL = Material(37, 1336, 6, "rock beats")
START = Start(Path("/models/groove.safetensors"), "Groove drummer", GROOVE_MEMORY, (128,), 35, 9)
ONE_DRUM = replace(START, path=Path("/models/one.safetensors"), name="One", kind=DRUM_RNN, drums=1)
NEW = Choices().with_base(None)


def test_from_scratch_takes_large_steps_and_fine_tuning_small_ones() -> None:
    tuned = Choices(base="a")
    assert (tuned.steps, tuned.patience, tuned.learning_rate) == (400, 100, TUNING.learning_rate)
    new = tuned.with_base(None)
    assert (new.steps, new.patience, new.learning_rate) == (2000, 300, SCRATCH.learning_rate)
    assert new.with_base("b") == replace(tuned, base="b")


def test_a_pace_of_the_users_own_stays() -> None:
    own = replace(Choices(base="a"), steps=777)
    assert own.with_base(None).steps == 777
    assert own.with_base(None).patience == SCRATCH.patience


@given(
    st.builds(
        Choices,
        base=st.none() | st.text(max_size=9),
        layers=st.integers(1, 8),
        dropout=st.integers(0, 90),
        learning_rate=st.floats(1e-5, 0.1),
        stops=st.booleans(),
        name=st.text(max_size=9),
    )
)
def test_choices_are_remembered_but_for_the_name(choices: Choices) -> None:
    assert choices_from(choices.kept()) == replace(choices, name="")


@pytest.mark.parametrize(
    "kept",
    [
        "",
        "[]",
        "{",
        '{"steps": "many"}',
        '{"kind": "magic"}',
        '{"drums": 3}',
        '{"new": 1}',
        '{"steps": true}',
    ],
)
def test_what_makes_no_sense_any_more_is_proposed_anew(kept: str) -> None:
    assert choices_from(kept) == Choices()


@pytest.mark.parametrize(
    ("text", "found"),
    [("1-3", (1, 2, 3)), ("64, 128, 256", (64, 128, 256)), ("3 1", (1, 3)), ("1–2,2", (1, 2)), ("8", (8,))],
)
def test_lists_of_numbers_are_read(text: str, found: tuple[int, ...]) -> None:
    assert numbers(text) == found


@pytest.mark.parametrize("text", ["", "a", "1-", "-", "1-99999999", "1.5"])
def test_what_lists_no_numbers_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"numbers|invalid literal"):
        numbers(text)


@pytest.mark.parametrize(
    ("choices", "material", "start", "field", "words"),
    [
        (NEW, Material(), None, "data", "record takes"),
        (NEW, Material(judged=False), None, "data", "being read"),
        (NEW, replace(MATERIAL, held_out=0), None, "patience", "held out"),
        (replace(NEW, steps=300), MATERIAL, None, "patience", "train longer"),
        (Choices(base="/gone"), MATERIAL, None, "base", "no longer there"),
        (Choices(base=str(ONE_DRUM.path)), MATERIAL, ONE_DRUM, "drums", "One plays one drum"),
        (replace(NEW, device="cuda"), MATERIAL, None, "device", "CUDA is not there"),
    ],
)
def test_what_cannot_be_trained_says_why(
    choices: Choices, material: Material, start: Start | None, field: str, words: str
) -> None:
    found = problems(choices, material, start, ("cpu",))
    assert list(found) == [field]
    assert words in found[field]


def test_what_can_be_trained_has_no_problems() -> None:
    assert problems(NEW, MATERIAL, None, None) == {}
    assert problems(replace(NEW, device="cuda"), MATERIAL, None, None) == {}
    assert problems(replace(NEW, device="cuda"), MATERIAL, None, ("cpu", "cuda")) == {}
    assert problems(replace(NEW, stops=False, steps=5), replace(MATERIAL, held_out=0), None, ("cpu",)) == {}
    assert problems(Choices(base=str(START.path)), MATERIAL, START, ("cpu",)) == {}


def test_the_plan_is_what_the_form_says() -> None:
    choices = replace(NEW, kind=DRUM_RNN, layers=3, units=96, dropout=25, seed=5, batch=32, window=64)
    plan = plan_for(choices, MATERIAL, None, "mine")
    assert (plan.name, plan.kind, plan.layers, plan.dropout) == ("mine", DRUM_RNN, (96, 96, 96), 0.25)
    assert (plan.base, plan.steps, plan.patience, plan.data_name) == (None, 2000, 300, "rock beats")
    assert (plan.seed, plan.batch, plan.window, plan.device, plan.grid) == (5, 32, 64, "auto", None)
    tuned = plan_for(replace(choices, stops=False), MATERIAL, START, "tuned")
    assert (tuned.base, tuned.patience) == (START.path, 0)


def test_a_sweep_begins_from_scratch_at_a_pace_of_its_own() -> None:
    choices = replace(Choices(base=str(START.path)), sweep_layers="1,2", sweep_units="16 32")
    plan = sweep_for(choices, MATERIAL, "sweep")
    assert plan.grid == SweepGrid((1, 2), (16, 32))
    assert (plan.base, plan.steps, plan.learning_rate) == (None, SCRATCH.steps, SCRATCH.learning_rate)


@pytest.mark.parametrize(
    ("layers", "units", "words"),
    [
        ("", "64", "Write numbers"),
        ("0-2", "64", "1 to 8 layers"),
        ("1-9", "64", "1 to 8 layers"),
        ("1", "4", "8 to 2,048 units"),
        ("1-8", "64 65 66 67", "32 trainings"),
        ("1-3", "64, 128, 256", ""),
    ],
)
def test_a_sweep_says_what_it_cannot_try(layers: str, units: str, words: str) -> None:
    told = sweep_problem(replace(NEW, sweep_layers=layers, sweep_units=units))
    assert words in told
    assert bool(told) == bool(words)


def test_names_tell_what_is_trained_on_what_and_are_never_taken() -> None:
    choices = replace(NEW, layers=2, units=64)
    assert proposed_name(choices, MATERIAL, None, []) == "rock beats 2 × 64"
    assert proposed_name(choices, MATERIAL, START, []) == "Groove drummer + rock beats"
    assert proposed_name(choices, MATERIAL, None, [], sweep=True) == "Sweep on rock beats"
    taken = ["Rock beats 2 × 64", "rock beats 2 × 64 (2)"]
    assert proposed_name(choices, MATERIAL, None, taken) == "rock beats 2 × 64 (3)"
    long = proposed_name(choices, replace(MATERIAL, name="x" * 200), None, [])
    assert len(long) == 54


def test_data_is_named_by_its_sources() -> None:
    plan = DataPlan(styles=("rock", "funk"), beats_only=True).with_source(Path("/m/groove"))
    assert data_name(plan, takes=True) == "My takes + groove · rock, funk · beats"
    assert data_name(plan, takes=False) == "groove · rock, funk · beats"
    more = plan.with_source(Path("/m/two")).with_source(Path("/m/three"))
    assert data_name(replace(more, styles=(), beats_only=False), takes=True) == "My takes + groove + 2 more"


# -- the widget


@pytest.fixture
def form(qtbot: QtBot) -> Form:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    theme.apply(application)
    made = Form()
    qtbot.addWidget(made)
    made.resize(360, 500)
    with qtbot.waitExposed(made):
        made.show()
    made.set_starts([START, ONE_DRUM])
    return made


def test_the_first_drummer_is_proposed_with_its_own_network(form: Form) -> None:
    assert form.start == START
    assert form.choices.dropout == 35
    assert form.fields["base"].text == "Fine-tune: Groove drummer"
    shown = {name: form.fields[name].text for name in ("kind", "drums", "layers", "units")}
    assert shown == {"kind": "Groove memory", "drums": "Nine drums", "layers": "1", "units": "128"}
    assert not any(form.fields[name].isEnabled() for name in shown)


def test_from_scratch_the_network_can_be_chosen(qtbot: QtBot, form: Form) -> None:
    base = form.fields["base"]
    assert isinstance(base, ChoiceField)
    with qtbot.waitSignal(form.changed):
        base.menu().actions()[0].trigger()
    assert form.start is None
    assert (form.choices.base, form.choices.steps, form.choices.dropout) == (None, SCRATCH.steps, 20)
    layers = form.fields["layers"]
    layers.setFocus()
    QTest.keyClick(layers, Qt.Key.Key_Up)
    assert form.choices.layers == 3
    units = form.fields["units"]
    assert isinstance(units, NumberField)
    units.open_entry()
    entry = units.findChild(QLineEdit)
    assert isinstance(entry, QLineEdit)
    entry.setText("1,024")
    QTest.keyClick(entry, Qt.Key.Key_Return)
    assert form.choices.units == 1024


def test_a_drummer_of_one_drum_makes_it_one_drum(form: Form) -> None:
    base = form.fields["base"]
    assert isinstance(base, ChoiceField)
    base.menu().actions()[2].trigger()
    assert (form.start, form.choices.drums) == (ONE_DRUM, 1)
    assert form.fields["drums"].text == "One drum"


def test_without_any_drummer_it_begins_from_scratch(qtbot: QtBot) -> None:
    made = Form()
    qtbot.addWidget(made)
    made.set_starts([])
    assert (made.choices.base, made.choices.steps) == (None, SCRATCH.steps)


def test_stopping_is_a_switch_with_a_patience(form: Form) -> None:
    stops = form.fields["stops"]
    assert isinstance(stops, ToggleField)
    stops.setFocus()
    QTest.keyClick(stops, Qt.Key.Key_Return)
    assert not form.choices.stops
    assert not form.fields["patience"].isEnabled()


def test_what_is_wrong_stands_below_its_field_and_is_spoken(form: Form) -> None:
    form.show_problems({"patience": "Too long."})
    assert form.errors["patience"].isVisible()
    assert form.errors["patience"].text() == "Too long."
    assert form.fields["patience"].accessibleDescription() == "100 Too long."
    form.show_problems({})
    assert not form.errors["patience"].isVisible()


def test_a_device_that_is_not_there_says_so_and_opens_what_holds_it(form: Form) -> None:
    form.set_devices(("cpu",))
    device = form.fields["device"]
    assert isinstance(device, ChoiceField)
    labels = [label for label, _ in device.options]
    assert labels == ["Automatic", "Processor", "CUDA (not found)", "Apple GPU (not found)"]
    assert not form.advanced.isVisible()
    form.show_problems({"device": "CUDA is not there."})
    assert form.advanced.isVisible()


def test_every_field_is_reached_by_tab_and_has_a_name(form: Form) -> None:
    for name, field in form.fields.items():
        assert field.accessibleName(), name
        assert field.focusPolicy() & Qt.FocusPolicy.TabFocus, name
        assert field.toolTip(), name
    assert form.name.accessibleName()


def test_the_sweep_counts_its_networks_or_says_what_is_wrong(qtbot: QtBot) -> None:
    sweep = SweepForm()
    qtbot.addWidget(sweep)
    sweep.show()
    sweep.show_choices(NEW)
    sweep.show_state(sweep.typed(NEW), "")
    assert sweep.note.text().startswith("9 networks from scratch, up to 2,000 steps each")
    sweep.units.setText("sixty")
    with qtbot.waitSignal(sweep.changed):
        QTest.keyClicks(sweep.units, "!")
    sweep.show_state(sweep.typed(NEW), "")
    assert (sweep.note.text(), sweep.begin.isEnabled()) == ("Write numbers, as 1-3 or 64, 128, 256.", False)
    sweep.units.setText("8")
    sweep.show_state(sweep.typed(NEW), "Nothing to train on yet.")
    assert (sweep.note.text(), sweep.begin.isEnabled()) == ("Nothing to train on yet.", False)
