"""`evaluate`: how well drummers predict what people played."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from drumstudio.cli.sources import SOURCES, add_choices, choices_of, words
from drumstudio.cli.tables import aligned
from drumstudio.errors import DatasetError, UsageError

# The names of drumstudio.ml.training.baselines.BASELINES, which needs torch and is loaded when asked for.
NAMES = ("unigram", "bigram", "copy_bar", "copies", "running")

if TYPE_CHECKING:
    from drumstudio.ml.data.dataset import DataSet, Sequence
    from drumstudio.ml.training.metrics import Score

GROUPS: dict[str, Callable[[Sequence], str]] = {
    "style": lambda sequence: sequence.style.split("/")[0] or "unknown",
    "feel": lambda sequence: sequence.feel,
    "drummer": lambda sequence: sequence.drummer or "unknown",
    "meter": lambda sequence: sequence.meter,
    "kind": lambda sequence: sequence.beat_type or "unknown",
}


class _Scored(NamedTuple):
    """A player's scores: what it is, its name in words, and the score of each sequence."""

    role: str
    player: str
    sequences: tuple[Sequence, ...]
    scores: list[Score]


def configure(parser: argparse.ArgumentParser) -> None:
    """Options of `evaluate`."""
    parser.epilog = (
        "Every step after the first of each sequence is scored once, with all that came before it; dropout "
        "is off. perplexity is per step, event_perplexity that of the steps with hits alone; event_accuracy "
        "the share of steps with hits whose likeliest prediction is exactly what was struck, "
        "silence_accuracy the share of rests predicted as rests (null where there are none). With --json "
        "one object comes out: the figures of the first player, its groups as by.style.rock and so on, and "
        "players with the same of each where there are several."
    )
    parser.add_argument(
        "--model",
        nargs="+",
        action="extend",
        help="a model file, or the name of one that `models` lists; several are compared",
    )
    parser.add_argument(
        "--baseline",
        nargs="+",
        action="extend",
        choices=(*NAMES, "all"),
        metavar="NAME",
        help="what counting in the train split and copying predict: unigram; bigram, by place in the bar; "
        "copy_bar, the last bar and unigram by place; copies, the bars 1, 2 and 4 back and 5-gram by "
        "place; running, the same with running counts of the piece itself; all of them beside the model",
    )
    parser.add_argument("--data", nargs="+", action="extend", required=True, metavar="SRC", help=SOURCES)
    parser.add_argument("--split", choices=("train", "validation", "test", "all"), default="all")
    parser.add_argument(
        "--by",
        type=_groups,
        action="extend",
        default=[],
        metavar="GROUP",
        help=f"figures for each {', '.join(GROUPS)} too; several as style,feel",
    )
    add_choices(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of words")


def _groups(text: str) -> tuple[str, ...]:
    for word in words(text):
        if word not in GROUPS:
            raise argparse.ArgumentTypeError(f"no group {word!r}; choose of {', '.join(GROUPS)}")
    return words(text)


def run(args: argparse.Namespace) -> int:
    """Score the players and print the figures."""
    from drumstudio.ml.training.trainer import use_threads

    # These networks are small: a second core costs more than it gives when others work beside it.
    use_threads(1)
    scored = _scored(args)
    by = list(dict.fromkeys(args.by))
    results = [_result(one, args.split, by) for one in scored]
    if args.json:
        print(json.dumps(results[0] | ({"players": results} if len(results) > 1 else {})))
    elif len(scored) == 1 and not by:
        print(_in_words(results[0]))
    else:
        print("\n\n".join([_overall(results, args.split), *(_grouped(results, group) for group in by)]))
    return 0


def _scored(args: argparse.Namespace) -> list[_Scored]:
    """Every player that was asked for with its scores: the models first."""
    from drumstudio.ml.catalogue import find_model
    from drumstudio.ml.training.metrics import evaluate_each
    from drumstudio.ml.training.trainer import load_model

    baselines = list(dict.fromkeys(args.baseline or ()))
    wanted: list[str | None] = list(dict.fromkeys(args.model or ()))
    if "all" in baselines:
        baselines = list(NAMES)
        wanted = wanted or [None]
    models = [(path, load_model(path)[1]) for path in map(find_model, wanted or [None] * (not baselines))]
    kits = {model.encoding.drums for _, model in models} or {9}
    if len(kits) > 1:
        raise UsageError("models of nine drums and of one cannot be compared; evaluate them one by one")
    sequences = _sequences(args, min(kits))
    scored = [
        _Scored("model", str(path), sequences, evaluate_each(model, sequences)) for path, model in models
    ]
    if baselines:
        scored += _counted(args, baselines, min(kits), sequences)
    return scored


def _opened(args: argparse.Namespace, kit: int, everything: bool = False) -> DataSet:
    """The data as it is asked for, or with `everything` all that the sources hold."""
    from drumstudio.ml.data.dataset import open_dataset

    choices = choices_of(args, kit)
    if everything:
        choices["styles"] = choices["meters"] = ()
        choices["beats_only"] = choices["fills_only"] = False
    return open_dataset(*args.data, **choices)


def _sequences(args: argparse.Namespace, kit: int) -> tuple[Sequence, ...]:
    """What is to be scored; DatasetError where there is nothing."""
    sequences = _opened(args, kit).split(args.split)
    if not sequences:
        where = ", ".join(args.data)
        raise DatasetError(f"the {args.split} split of {where} is empty; choose another --split")
    return sequences


def _counted(
    args: argparse.Namespace, names: list[str], kit: int, sequences: tuple[Sequence, ...]
) -> list[_Scored]:
    """Scores of baselines, counted in all of the train split, whatever is scored."""
    from drumstudio.ml.encoding import Encoding
    from drumstudio.ml.training.baselines import BASELINES, Baseline

    data = _opened(args, kit, everything=True)
    train = data.split("train")
    if not train:
        raise DatasetError(
            f"{', '.join(args.data)}: nothing is in the train split, so there is nothing to count"
        )
    encoding = Encoding(kit, data.steps_per_quarter)
    return [
        _Scored("baseline", name, sequences, Baseline(BASELINES[name], encoding, train).score_each(sequences))
        for name in names
    ]


def _result(scored: _Scored, split: str, by: list[str]) -> dict[str, Any]:
    """A player's figures for JSON, those of its groups included."""
    pairs = list(zip(scored.sequences, scored.scores, strict=True))
    result = _figures(pairs) | {"split": split, scored.role: scored.player}
    if by:
        result["by"] = {group: _by(pairs, GROUPS[group]) for group in by}
    return result


def _by(
    pairs: list[tuple[Sequence, Score]], named: Callable[[Sequence], str]
) -> dict[str, dict[str, object]]:
    """Figures of each group, by its name."""
    groups: dict[str, list[tuple[Sequence, Score]]] = {}
    for sequence, score in pairs:
        groups.setdefault(named(sequence), []).append((sequence, score))
    return {name: _figures(groups[name]) for name in sorted(groups)}


def _figures(pairs: list[tuple[Sequence, Score]]) -> dict[str, object]:
    from drumstudio.ml.training.metrics import Score

    total = sum((score for _, score in pairs), Score())
    return {
        "perplexity": total.perplexity,
        "event_perplexity": total.event_perplexity,
        "steps": total.steps,
        "event_accuracy": total.event_accuracy,
        "silence_accuracy": total.silence_accuracy,
        "accuracy": total.accuracy,
        "files": len({sequence.file for sequence, _ in pairs}),
        "sequences": len(pairs),
        "bars": sum(sequence.bars for sequence, _ in pairs),
    }


def _name(result: dict[str, Any]) -> str:
    return str(result["baseline"]) if "baseline" in result else Path(result["model"]).stem


def _in_words(result: dict[str, Any]) -> str:
    return (
        f"{_name(result)}: perplexity {result['perplexity']:.3f} a step over {result['steps']} steps of "
        f"{result['files']} files ({result['split']}), {_number(result['event_perplexity'])} without rests; "
        f"right where something is struck {_percent(result['event_accuracy'])}, on rests "
        f"{_percent(result['silence_accuracy'])}"
    )


def _overall(results: list[dict[str, Any]], split: str) -> str:
    """The table of all players."""
    first = results[0]
    rows = [["player", "perplexity", "without rests", "right on hits", "right on rests"]]
    rows += [
        [
            _name(result),
            _number(result["perplexity"]),
            _number(result["event_perplexity"]),
            _percent(result["event_accuracy"]),
            _percent(result["silence_accuracy"]),
        ]
        for result in results
    ]
    what = f"{first['steps']} steps, {first['bars']} bars of {first['files']} files ({split})"
    return f"{what}\n{aligned(rows)}"


def _grouped(results: list[dict[str, Any]], group: str) -> str:
    """The table of perplexities in each group: a column a player."""
    rows = [[group, "files", "bars", "steps", *map(_name, results)]]
    for name, first in results[0]["by"][group].items():
        counts = [str(first[what]) for what in ("files", "bars", "steps")]
        rows.append(
            [name, *counts, *(_number(result["by"][group][name]["perplexity"]) for result in results)]
        )
    return aligned(rows)


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.3f}"


def _percent(value: float | None) -> str:
    return "none" if value is None else f"{value:.1%}"
