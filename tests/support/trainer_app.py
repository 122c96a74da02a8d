"""A program that trains in the background until it is killed: `python trainer_app.py DATA STEPS`.

It prints the ident of its run, then each report's step.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from drumstudio.app.training.runs import TrainingPlan
from drumstudio.app.training.service import RunChanged, TrainingEvent, Trainings


def _tell(event: TrainingEvent) -> None:
    if isinstance(event, RunChanged) and event.run.reports:
        print(event.run.reports[-1].step, flush=True)


def _main(data: Path, steps: int) -> None:
    trainings = Trainings(_tell)
    plan = TrainingPlan(
        "Lesson",
        layers=(16,),
        steps=steps,
        patience=0,
        batch=8,
        window=32,
        report_every=10,
        date="2026-11-27",
    )
    print(trainings.start(plan, data), flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    _main(Path(sys.argv[1]), int(sys.argv[2]))
