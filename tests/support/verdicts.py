"""Verdicts and rows of the Data page, made up."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from drumstudio.app.training.data import DataPlan, Judgement
from drumstudio.ml.data.verdicts import Found, Verdict
from drumstudio.ui.data.file_rows import FileRow, rows_of

FOLDER = Path("/music/loops")
FOUND = Found(
    notes=384,
    bars=24,
    seconds=48.0,
    meters=("4/4",),
    qpms=(118.0,),
    channels=((9, 384),),
    drums=(("kick", 96), ("snare", 88), ("closed_hat", 190), ("crash", 10)),
    tracks=1,
)


def used(name: str = "verse.mid", **more: Any) -> Verdict:
    """A file that is used: 24 bars of rock."""
    values: dict[str, Any] = {
        "reason": "24 bars of 4/4 at 118",
        "bars": 24,
        "steps": 384,
        "sequences": 1,
        "meter": "4/4",
        "qpm": 118.0,
        "channel": 9,
        "map": "roland",
        "style": "rock",
        "beat_type": "beat",
        "split": "train",
        "feel": "straight",
        "found": FOUND,
        "source": str(FOLDER),
    }
    return Verdict(str(FOLDER / name), True, "used", **(values | more))


def refused(name: str, kind: str, reason: str, **more: Any) -> Verdict:
    """A file that is not used."""
    return Verdict(str(FOLDER / name), False, kind, reason, **({"source": str(FOLDER)} | more))


def rows(*verdicts: Verdict, plan: DataPlan | None = None) -> tuple[FileRow, ...]:
    """The table's rows of these verdicts, out of one folder as a rule."""
    plan = plan or DataPlan().with_source(FOLDER)
    # All that rows are made of is the verdicts; sequences would need files.
    return rows_of(Judgement(plan, cast(Any, SimpleNamespace(verdicts=verdicts))))
