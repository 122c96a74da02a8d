"""kill -9 at any moment, full disks, ports and servers that vanish: what was said to be saved is there.

Trainings that are killed stand in tests/ml/test_finetuning.py and tests/app/test_training.py.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.jack import TIMEOUT, Listener, Performer, jack_server, kill_server
from support.program import ROOT, Program
from support.savers import KINDS

from drumstudio.app.takes.store import load_take
from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.midi.files import export_pattern

SAVERS = ROOT / "tests" / "support" / "savers.py"

RATE = 40  # strokes a second

Messages = list[tuple[float, list[int]]]


@pytest.fixture(autouse=True)
def nothing_is_left_running() -> Iterator[None]:
    yield
    Program.end_all()


@pytest.fixture
def kit() -> Iterator[Performer]:
    with jack_server(2048), Performer("TD-11") as performer:
        yield performer


def strokes(count: int, lead: float = 0.0) -> Messages:
    """Strokes that note and velocity tell apart, and silence after them."""
    found = [(lead + at / RATE, [0x99, 36 + at // 120, 1 + at % 120]) for at in range(count)]
    return [*found, (lead + count / RATE + 0.3, [0xFE])]


def recorded(kit: Performer, out: Path, file_size: int | None = None) -> Program:
    program = Program("record", "--input", kit.name, "--out", str(out), "--json", file_size=file_size)
    program.wait_for("recording from")
    return program


def struck(out: Path) -> list[list[int]]:
    return [list(each.data) for each in load_take(out).take.arrivals]


# -- kill -9


@pytest.mark.parametrize("kind", KINDS)
def test_saving_is_killed_at_any_moment_and_the_last_saved_is_whole(kind: str, tmp_path: Path) -> None:
    name, _, version_of = KINDS[kind]
    chance = random.Random(kind)
    for turn in range(3):
        path = tmp_path / str(turn) / name
        child = subprocess.Popen(
            [sys.executable, str(SAVERS), kind, str(path)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests")))},
        )
        assert child.stdout is not None
        for _ in range(chance.randrange(1, 8)):
            assert child.stdout.readline()
        threading.Event().wait(chance.uniform(0.0, 0.01))
        child.kill()
        said = child.communicate(timeout=TIMEOUT)[0].split()
        at_least = int(said[-1]) if said else 1
        # A version that nobody was told of may be there as well, whole.
        assert at_least <= version_of(path) <= at_least + 9


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_recording_killed_between_strokes_comes_back_but_for_the_last_second(
    kit: Performer, tmp_path: Path, seed: int
) -> None:
    out = tmp_path / "take.mid"
    program = recorded(kit, out)
    played = strokes(150)
    kit.begin(played)
    moment = RATE + random.Random(seed).randrange(2 * RATE)
    threading.Event().wait(played[moment][0])
    os.kill(program.child.pid, signal.SIGKILL)
    program.end()
    kit.wait_played()
    assert not out.exists()
    printed, errors = Program("takes", "--json").end()
    assert json.loads(printed)["problems"] == []
    assert f"that broke off is recovered: {out}" in errors
    found = struck(out)
    assert found == [data for _, data in played[: len(found)]]
    assert len(found) >= moment - RATE


# -- ports and servers that vanish, disks that are full


def test_a_server_that_dies_while_recording_costs_no_stroke_and_no_end(tmp_path: Path) -> None:
    out = tmp_path / "take.mid"
    with jack_server(2048) as name, Performer("TD-11") as kit:
        program = recorded(kit, out)
        kit.play(strokes(30))
        kill_server(name)
        program.wait_for("missing: TD-11:out")
        printed, errors = program.end(signal.SIGINT)
    assert (program.child.returncode, "Traceback" in errors) == (0, False)
    assert json.loads(printed)["hits"] == 30
    assert struck(out) == [data for _, data in strokes(30)[:-1]]


def test_an_output_that_goes_away_ends_playing_in_one_sentence(tmp_path: Path) -> None:
    beat = tmp_path / "beat.mid"
    export_pattern(beat, Pattern(hits=(Hit(0, Drum.SNARE), Hit(8, Drum.KICK))), 240.0)
    with jack_server():
        with Listener("TD-11") as module:
            program = Program("play", str(beat), "--output", module.name, "--loops", "0")
            module.wait(lambda heard: len(heard.note_ons) >= 3)
        errors = program.end()[1]
    assert program.child.returncode == 1
    assert "missing: TD-11:in" in errors
    assert "Traceback" not in errors


def test_a_full_disk_is_told_and_what_is_in_memory_is_saved_once_there_is_room(
    kit: Performer, tmp_path: Path
) -> None:
    out = tmp_path / "take.mid"
    program = recorded(kit, out, file_size=3000)
    kit.play(strokes(160))
    program.wait_for("the recording is only in memory until it ends")
    program.lift()
    printed, errors = program.end(signal.SIGINT)
    assert (program.child.returncode, "Traceback" in errors) == (0, False)
    assert json.loads(printed)["messages"] == 160
    assert struck(out) == [data for _, data in strokes(160)[:-1]]


def test_where_the_disk_stays_full_what_it_took_comes_back(kit: Performer, tmp_path: Path) -> None:
    out = tmp_path / "take.mid"
    program = recorded(kit, out, file_size=3000)
    kit.play(strokes(160))
    program.wait_for("the recording is only in memory until it ends")
    errors = program.end(signal.SIGINT)[1]
    assert (program.child.returncode, "Traceback" in errors) == (1, False)
    assert "what the disk took of the recording is safe and comes back at the next start" in errors
    errors = Program("takes", "--json").end()[1]
    assert f"that broke off is recovered: {out}" in errors
    found = struck(out)
    assert 10 < len(found) < 160
    assert found == [data for _, data in strokes(160)[: len(found)]]
