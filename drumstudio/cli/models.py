"""`models`: list the drummers that are installed."""

from __future__ import annotations

import argparse
import json
from typing import Any

from drumstudio import paths
from drumstudio.cli.tables import aligned
from drumstudio.ml.catalogue import ModelInfo, list_models


def configure(parser: argparse.ArgumentParser) -> None:
    """Options of `models`."""
    parser.epilog = (
        "Perplexities a step are those on what was held out of the data a model was trained on, on its rock "
        "beats and on all of it; --json has them by style."
    )
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")


def run(args: argparse.Namespace) -> int:
    """Print the shipped models and the user's own, damaged ones with the reason."""
    found = list_models()
    if args.json:
        print(json.dumps({"models": [_as_json(model) for model in found]}))
        return 0
    usable = [model for model in found if model.problem is None]
    if usable:
        print(aligned([_HEAD, *map(_row, usable)], left=4))
    for model in found:
        if model.problem is not None:
            print(f"{model.name} cannot be used: {model.problem}")
    if not found:
        print(f"No drummer is installed; put a model into {paths.user_models()} or train one.")
    return 0


_HEAD = ("file", "name", "network", "trained on", "rock beats", "all", "steps", "date", "size", "")


def _row(model: ModelInfo) -> tuple[str, ...]:
    """A model's line of the table; perplexities are those of its figures."""
    rock, everything = (
        f"{model.figures[group]:.2f}" if group in model.figures else "-" for group in ("rock beats", "all")
    )
    return (
        model.path.stem,
        model.name,
        model.network,
        model.trained_on,
        rock,
        everything,
        f"{model.steps}",
        model.date or "-",
        f"{model.size / 1e6:.2f} MB",
        "shipped" if model.shipped else "own",
    )


def _as_json(model: ModelInfo) -> dict[str, Any]:
    return {
        "path": str(model.path),
        "name": model.name,
        "shipped": model.shipped,
        "network": model.network,
        "kind": model.kind,
        "encoding": model.encoding,
        "trained_on": model.trained_on,
        "base": model.base,
        "licence": model.licence,
        "splits": model.splits,
        "steps": model.steps,
        "validation_perplexity": model.perplexity,
        "figures": model.figures,
        "figures_of": model.figures_of,
        "date": model.date,
        "size": model.size,
        "styles": list(model.styles),
        "fills": model.fills,
        "notes": model.notes,
        "problem": model.problem,
    }
