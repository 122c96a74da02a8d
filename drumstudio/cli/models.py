"""`models`: list the drummers that are installed."""

from __future__ import annotations

import argparse
import json
from typing import Any

from drumstudio import paths
from drumstudio.ml.catalogue import ModelInfo, list_models


def configure(parser: argparse.ArgumentParser) -> None:
    """Options of `models`."""
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")


def run(args: argparse.Namespace) -> int:
    """Print the shipped models and the user's own, damaged ones with the reason."""
    found = list_models()
    if args.json:
        print(json.dumps({"models": [_as_json(model) for model in found]}))
        return 0
    for model in found:
        if model.problem is not None:
            print(f"{model.name:32} cannot be used: {model.problem}")
            continue
        perplexity = f"perplexity {model.perplexity:.2f}" if model.perplexity is not None else ""
        print(f"{model.name:32} {perplexity:16} {'shipped' if model.shipped else 'own':8} {model.path}")
    if not found:
        print(f"No drummer is installed; put a model into {paths.user_models()} or train one.")
    return 0


def _as_json(model: ModelInfo) -> dict[str, Any]:
    return {
        "path": str(model.path),
        "name": model.name,
        "shipped": model.shipped,
        "network": model.network,
        "kind": model.kind,
        "encoding": model.encoding,
        "trained_on": model.trained_on,
        "licence": model.licence,
        "steps": model.steps,
        "validation_perplexity": model.perplexity,
        "problem": model.problem,
    }
