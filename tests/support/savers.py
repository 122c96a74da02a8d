"""A program that saves one version after the other, until it is killed: `python savers.py KIND FILE`.

Each version says its number; "saved NUMBER" is printed once it is said to be on disk.  `version_of` reads
the number back.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from drumstudio.domain.demo import demo_project
from drumstudio.domain.drums import ROLAND
from drumstudio.domain.take import Arrival, Take

LEAST = 40  # of the tempo that tells a project's version


def _save_project(path: Path, number: int) -> None:
    from drumstudio.app.store import save_project

    save_project(replace(demo_project(), qpm=float(LEAST + number)), path)


def _save_take(path: Path, number: int) -> None:
    from drumstudio.app.takes.store import save_take

    strokes = tuple(Arrival(at / 16, bytes((0x99, 38, 1 + at % 127))) for at in range(200 + number))
    save_take(path, Take(strokes, ROLAND))


def _save_model(path: Path, number: int) -> None:
    from support.tiny_model import tiny_model

    tiny_model(path, seed=number, units=8 + number)


def _version_of_project(path: Path) -> int:
    from drumstudio.app.store import load_project

    return int(load_project(path).qpm) - LEAST


def _version_of_take(path: Path) -> int:
    from drumstudio.app.takes.store import load_take

    return len(load_take(path).take.arrivals) - 200


def _version_of_model(path: Path) -> int:
    from drumstudio.ml.checkpoint import load

    return load(path)[0].network.layers[0] - 8


KINDS: dict[str, tuple[str, Callable[[Path, int], None], Callable[[Path], int]]] = {
    "project": ("song.drumstudio", _save_project, _version_of_project),
    "take": ("take.mid", _save_take, _version_of_take),
    "model": ("model.safetensors", _save_model, _version_of_model),
}


def main() -> None:
    """Save without end."""
    kind, path = sys.argv[1], Path(sys.argv[2])
    save = KINDS[kind][1]
    for number in itertools.count(1):
        save(path, number)
        print("saved", number, flush=True)


if __name__ == "__main__":
    main()
