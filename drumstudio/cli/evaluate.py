"""`evaluate`: how well a drummer predicts what people played."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from drumstudio.errors import DatasetError
from drumstudio.midi.files import MAP_NAMES

# The names of drumstudio.ml.baselines.BASELINES, which needs torch and is loaded when asked for.
NAMES = ("unigram", "bigram", "copy_bar", "copies", "running")


if TYPE_CHECKING:
    from drumstudio.ml.dataset import Sequence
    from drumstudio.ml.metrics import Score


def configure(parser: argparse.ArgumentParser) -> None:
    """Options of `evaluate`."""
    parser.epilog = (
        "Every step after the first of each sequence is scored once, with all that came before it; dropout "
        "is off. perplexity is per step; event_accuracy the share of steps with hits whose likeliest "
        "prediction is exactly what was struck, silence_accuracy the share of rests predicted as rests "
        "(null where there are none)."
    )
    player = parser.add_mutually_exclusive_group()
    player.add_argument("--model", help="a model file, or the name of one that `models` lists")
    player.add_argument(
        "--baseline",
        choices=NAMES,
        help="instead of a model, what counting in the train split and copying predict: unigram; bigram "
        "by place in the bar; the last bar and unigram by place; the bars 1, 2 and 4 back and 5-gram by "
        "place; the same with running counts of the piece itself",
    )
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
    from drumstudio.ml.metrics import evaluate
    from drumstudio.ml.trainer import load_model, use_threads

    # These networks are small: a second core costs more than it gives when others work beside it.
    use_threads(1)
    if args.baseline:
        player = args.baseline
        sequences = _sequences(args, 9)
        score = _baseline(args, sequences)
    else:
        path = find_model(args.model)
        _, model = load_model(path)
        player = str(path)
        sequences = _sequences(args, model.encoding.drums)
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
        "baseline" if args.baseline else "model": player,
    }
    if args.json:
        print(json.dumps(result))
    else:
        print(_in_words(result, args.baseline or Path(player).name))
    return 0


def _sequences(args: argparse.Namespace, kit: int) -> tuple[Sequence, ...]:
    """What is to be scored; DatasetError where there is nothing."""
    from drumstudio.ml.dataset import open_dataset

    data = open_dataset(
        *args.data,
        kit=kit,
        styles=args.styles,
        beats_only=args.beats_only,
        fills_only=args.fills_only,
        map=args.map,
    )
    sequences = data.split(args.split)
    if not sequences:
        where = ", ".join(args.data)
        raise DatasetError(f"the {args.split} split of {where} is empty; choose another --split")
    return sequences


def _baseline(args: argparse.Namespace, sequences: tuple[Sequence, ...]) -> Score:
    """Score of the baseline, counted in all of the train split, whatever is scored."""
    from drumstudio.ml.baselines import BASELINES, Baseline
    from drumstudio.ml.dataset import open_dataset
    from drumstudio.ml.encoding import Encoding

    train = open_dataset(*args.data, map=args.map).split("train")
    if not train:
        raise DatasetError(
            f"{', '.join(args.data)}: nothing is in the train split, so there is nothing to count"
        )
    return Baseline(BASELINES[args.baseline], Encoding(), train).score(sequences)


def _in_words(result: dict[str, object], name: str) -> str:
    def percent(which: str) -> str:
        value = result[which]
        return f"{value:.1%}" if isinstance(value, float) else "none"

    return (
        f"{name}: perplexity {result['perplexity']:.3f} a step over {result['steps']} steps of "
        f"{result['files']} files ({result['split']}); right where something is struck "
        f"{percent('event_accuracy')}, on rests {percent('silence_accuracy')}"
    )
