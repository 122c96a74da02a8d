"""`evaluate`: how well a drummer predicts what people played."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from drumstudio.errors import DatasetError
from drumstudio.midi.files import MAP_NAMES


def configure(parser: argparse.ArgumentParser) -> None:
    """Options of `evaluate`."""
    parser.epilog = (
        "Every step after the first of each sequence is scored once, with all that came before it; dropout "
        "is off. perplexity is per step; event_accuracy the share of steps with hits whose likeliest "
        "prediction is exactly what was struck, silence_accuracy the share of rests predicted as rests "
        "(null where there are none)."
    )
    parser.add_argument("--model", help="a model file, or the name of one that `models` lists")
    parser.add_argument(
        "--data",
        nargs="+",
        required=True,
        metavar="SRC",
        help="MIDI files, folders, or data sets of `dataset`",
    )
    parser.add_argument("--split", choices=("train", "validation", "test", "all"), default="all")
    parser.add_argument("--styles", type=_words, help="only these, as rock,funk")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--beats-only", action="store_true", help="leave fills out")
    kind.add_argument("--fills-only", action="store_true", help="leave beats out")
    parser.add_argument(
        "--map", choices=MAP_NAMES, default="auto", help="what note numbers mean (recognised)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object instead of words")


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def run(args: argparse.Namespace) -> int:
    """Score the model and print the figures."""
    from drumstudio.ml.catalogue import find_model
    from drumstudio.ml.dataset import open_dataset
    from drumstudio.ml.metrics import evaluate
    from drumstudio.ml.trainer import load_model, use_threads

    # These networks are small: a second core costs more than it gives when others work beside it.
    use_threads(1)
    path = find_model(args.model)
    _, model = load_model(path)
    data = open_dataset(
        *args.data,
        kit=model.encoding.drums,
        styles=args.styles,
        beats_only=args.beats_only,
        fills_only=args.fills_only,
        map=args.map,
    )
    sequences = data.split(args.split)
    if not sequences:
        where = ", ".join(args.data)
        raise DatasetError(f"the {args.split} split of {where} is empty; choose another --split")
    score = evaluate(model, sequences)
    result = {
        "perplexity": score.perplexity,
        "steps": score.steps,
        "event_accuracy": score.event_accuracy,
        "silence_accuracy": score.silence_accuracy,
        "accuracy": score.accuracy,
        "files": len({sequence.file for sequence in sequences}),
        "sequences": len(sequences),
        "split": args.split,
        "model": str(path),
    }
    if args.json:
        print(json.dumps(result))
    else:
        print(_in_words(result, Path(path)))
    return 0


def _in_words(result: dict[str, object], model: Path) -> str:
    def percent(name: str) -> str:
        value = result[name]
        return f"{value:.1%}" if isinstance(value, float) else "none"

    return (
        f"{model.name}: perplexity {result['perplexity']:.3f} a step over {result['steps']} steps of "
        f"{result['files']} files ({result['split']}); right where something is struck "
        f"{percent('event_accuracy')}, on rests {percent('silence_accuracy')}"
    )
