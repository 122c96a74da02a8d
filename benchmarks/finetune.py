"""What fine-tuning on one drummer's takes gains: the shipped drummer, before and after.

Trained on a drummer's training takes of the Groove MIDI Dataset and scored on the same drummer's validation
takes and on those of all others, by the splits of its info.csv.  The shipped drummer has heard the
training takes of everybody before; no validation take was ever trained on.

    python benchmarks/finetune.py [groove] [--drummers drummer8 drummer5] [--json]

The folder may also be named by DRUMSTUDIO_GROOVE_DIR.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from drumstudio.app.training.preparing import prepare
from drumstudio.app.training.runs import TrainingPlan
from drumstudio.ml.catalogue import find_model
from drumstudio.ml.data.dataset import DataSet, open_dataset
from drumstudio.ml.training.metrics import evaluate
from drumstudio.ml.training.reports import Report
from drumstudio.ml.training.trainer import load_model
from drumstudio.ml.training.windows import Track


def _perplexity(path: Path, tracks: Sequence[Track]) -> float:
    return evaluate(load_model(path)[1], tracks).perplexity


def _measure(data: DataSet, drummer: str, plan: TrainingPlan, folder: Path) -> dict[str, Any]:
    """Fine-tune on the takes of `drummer` and score what comes of it."""
    assert plan.base is not None
    own = replace(data, sequences=tuple(one for one in data.sequences if one.drummer == drummer))
    others = [one for one in data.split("validation") if one.drummer != drummer]
    path = folder / f"{drummer}.safetensors"
    reports: list[Report] = []
    began = time.perf_counter()
    outcome = prepare(plan, own, path).run(reports.append)
    seconds = time.perf_counter() - began
    assert outcome.best is not None
    held_out = own.split("validation")
    return {
        "drummer": drummer,
        "training_takes": len({one.file for one in own.split("train")}),
        "validation_takes": len({one.file for one in held_out}),
        "validation_steps": sum(len(one.events) - 1 for one in held_out),
        "shipped": _perplexity(plan.base, held_out),
        "tuned": _perplexity(path, held_out),
        "kept_step": outcome.best.step,
        "last": reports[-1].validation_perplexity,
        "takes_better": sum(_perplexity(path, [one]) < _perplexity(plan.base, [one]) for one in held_out),
        "sequences": len(held_out),
        "others_shipped": _perplexity(plan.base, others),
        "others_tuned": _perplexity(path, others),
        "seconds": seconds,
    }


def main() -> int:
    """Measure every drummer and print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("groove", nargs="?", default=os.environ.get("DRUMSTUDIO_GROOVE_DIR"))
    parser.add_argument("--drummers", nargs="+", default=["drummer8", "drummer5"])
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--learning-rate", type=float, default=0.0005)
    parser.add_argument("--dropout", type=float, help="the base's own without")
    parser.add_argument("--anchor", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    if not args.groove:
        print("name the folder of the Groove MIDI Dataset, or set DRUMSTUDIO_GROOVE_DIR", file=sys.stderr)
        return 2
    data = open_dataset(args.groove)
    plan = TrainingPlan(
        "Benchmark",
        base=find_model(None),
        steps=args.steps,
        patience=0,
        learning_rate=args.learning_rate,
        decay=True,
        batch=16,
        dropout=args.dropout,
        anchor=args.anchor,
        seed=args.seed,
        device="cpu",
        report_every=25,
    )
    with tempfile.TemporaryDirectory() as folder:
        for drummer in args.drummers:
            found = _measure(data, drummer, plan, Path(folder))
            print(json.dumps(found) if args.json else _in_words(found), flush=True)
    return 0


def _in_words(found: dict[str, Any]) -> str:
    return (
        "{drummer}: {training_takes} training takes; {validation_takes} validation takes ({validation_steps} "
        "steps): shipped {shipped:.3f}, fine-tuned {tuned:.3f} (step {kept_step}), after the last step "
        "{last:.3f}; better on {takes_better} of {sequences}; validation takes of all others: "
        "{others_shipped:.3f}, then {others_tuned:.3f}; {seconds:.0f} s"
    ).format_map(found)


if __name__ == "__main__":
    sys.exit(main())
