"""What is remembered of MIDI outputs."""

from __future__ import annotations

from drumstudio.app.output_memory import remember, remembered
from drumstudio.domain.velocity import VelocityCurve
from drumstudio.engine.output_options import AS_USUAL, OutputOptions
from drumstudio.settings import Settings

OWN = OutputOptions("roland", False, VelocityCurve(((1, 20), (127, 120))), 0.25, False)


def test_every_output_has_its_own_at_the_next_start() -> None:
    settings = Settings()
    remember(settings, "TD-11:in", OWN)
    remember(settings, "Synth:in", AS_USUAL)
    again = Settings()
    assert remembered(again, "TD-11:in") == OWN
    assert remembered(again, "Synth:in") == AS_USUAL
    assert remembered(again, "Another:in") == AS_USUAL


def test_what_is_damaged_is_left_out_and_the_rest_holds() -> None:
    settings = Settings()
    settings.set("outputs", {"A": {"map": 3, "click": "x", "curve": [[1, 200]], "gate": 0.3}, "B": []})
    assert remembered(settings, "A") == OutputOptions(gate=0.3)
    assert remembered(settings, "B") == AS_USUAL
    settings.set("outputs", {"A": {"gate": 99, "map": "gm"}})
    assert remembered(settings, "A") == OutputOptions("gm")
