"""Drummers side by side: the same question to each, and the measures of what they answer."""

from __future__ import annotations

import queue
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import pytest
from support.tiny_model import tiny_model

from drumstudio.app.drummer.asking import Task, prepare
from drumstudio.app.drummer.comparing import PEOPLE, ROWS, compare, mean_of, with_dials
from drumstudio.app.drummer.generation import Generation, GenerationDone, GenerationEvent, GenerationRequest
from drumstudio.app.drummer.measuring import measured
from drumstudio.domain.demo import demo_pattern
from drumstudio.domain.dials import Dials
from drumstudio.domain.pattern import Pattern
from drumstudio.domain.performance import ALL_LANES
from drumstudio.errors import CancelledError
from drumstudio.ml.encoding import Encoding
from drumstudio.ml.musicality import LABELS, Measures
from drumstudio.ml.playing.sampler import load_sampler

DIALS = Dials(stick=0.3, fills=2)


@pytest.fixture
def models(tmp_path: Path) -> list[Path]:
    return [tiny_model(tmp_path / f"tiny{seed}.safetensors", seed=seed) for seed in (0, 1)]


@pytest.fixture
def task() -> Task:
    return prepare(demo_pattern(), ALL_LANES, 3, dials=DIALS)


def test_each_drummer_plays_the_same_each_time(models: list[Path], task: Task) -> None:
    once, again = (
        compare(task, models, with_dials(DIALS, count=2, seed=7), seed=7, dials=DIALS) for _ in range(2)
    )
    assert once == again
    one, other = once.played
    assert [one.model, other.model] == models
    assert one.wholes != other.wholes
    assert [candidate.index for candidate in one.candidates] == [0, 1]
    assert {candidate.seed for candidate in one.candidates} == {7}


def test_the_drummers_thread_plays_the_same(models: list[Path], task: Task) -> None:
    told: queue.SimpleQueue[GenerationEvent] = queue.SimpleQueue()
    found = compare(task, models, with_dials(DIALS, count=3, seed=7), seed=7, dials=DIALS, qpm=140.0)
    generation = Generation(told.put)
    generation.submit(
        GenerationRequest(1, demo_pattern(), models[0], bars=3, candidates=3, dials=DIALS, seed=7, qpm=140.0)
    )
    done = None
    while not isinstance(done, GenerationDone):
        done = told.get(timeout=20)
    assert generation.close()
    assert set(done.candidates) == set(found.played[0].candidates)


def test_measures_are_those_of_primer_and_continuation(models: list[Path], task: Task) -> None:
    found = compare(task, models, with_dials(DIALS, count=2, seed=1), seed=1, dials=DIALS)
    for one in found.played:
        sampler = load_sampler(one.model)
        for whole, measures, candidate in zip(one.wholes, one.each, one.candidates, strict=True):
            assert whole.seam == task.start == 32
            assert tuple(whole.hits_between(0, 32)) == demo_pattern().hits
            assert len(whole.hits) == len(demo_pattern().hits) + len(candidate.pattern.hits)
            assert measures == measured(whole, 2, sampler)
            assert (measures.bars, measures.primer_bars) == (3, 2)
        assert one.mean is not None
        assert one.mean.hits_a_bar == pytest.approx(sum(each.hits_a_bar or 0 for each in one.each) / 2)
        primer = measured(replace(demo_pattern(), seam=None), sampler=sampler)
        assert one.primer_perplexity == primer.perplexity is not None
        assert found.primer == replace(primer, perplexity=None, struck_perplexity=None)


def test_what_some_lack_is_averaged_over_the_others() -> None:
    mean = mean_of([Measures(bars=4, crashes_on_one=0.5), Measures(bars=4), Measures(bars=4, tom_bars=1.0)])
    assert (mean.bars, mean.crashes_on_one, mean.tom_bars, mean.fill_bars) == (4, 0.5, 1.0, None)


def test_a_drummer_that_cannot_play_keeps_no_other_from_it(models: list[Path], task: Task) -> None:
    models[0].write_bytes(b"nothing")
    found = compare(task, [*models, models[0].with_name("gone.safetensors")], with_dials(DIALS), dials=DIALS)
    broken, fine, gone = found.played
    assert "is not a model, or is damaged" in broken.problem
    assert (broken.mean, broken.candidates) == (None, ())
    assert fine.mean is not None
    assert not fine.problem
    assert "there is no model at" in gone.problem


def test_a_drummer_of_one_drum_plays_without_perplexity(tmp_path: Path, task: Task) -> None:
    one = tiny_model(tmp_path / "one.safetensors", encoding=Encoding(1, 4))
    (played,) = compare(task, [one], with_dials(DIALS), dials=DIALS).played
    assert played.mean is not None
    assert played.mean.perplexity is None is played.primer_perplexity


def test_progress_grows_to_the_end_and_can_stop_it(models: list[Path], task: Task) -> None:
    shares: list[float] = []
    compare(task, models, with_dials(DIALS), dials=DIALS, told=shares.append)
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert 0.5 in shares

    def give_up(share: float) -> None:
        if share > 0.2:
            raise CancelledError("cancelled")

    with pytest.raises(CancelledError):
        compare(task, models, with_dials(DIALS), dials=DIALS, told=give_up)
    with pytest.raises(CancelledError):
        compare(task, models, with_dials(DIALS, cancelled=lambda: True), dials=DIALS)


def test_a_seam_within_a_bar_and_an_empty_primer(models: list[Path]) -> None:
    torn = prepare(replace(demo_pattern(), seam=20), ALL_LANES, 1)
    (played,) = compare(torn, models[:1], with_dials()).played
    assert played.each[0].primer_bars == 2
    empty = prepare(Pattern(), ALL_LANES, 2)
    assert compare(empty, models[:1], with_dials()).primer is None


ALONE = """
import sys
from pathlib import Path
from drumstudio.app.drummer.asking import prepare
from drumstudio.app.drummer.comparing import compare, with_dials
from drumstudio.app.drummer.familiarity import familiarity
from drumstudio.domain.demo import demo_pattern
from drumstudio.domain.performance import ALL_LANES

models = [Path(word) for word in sys.argv[1:]]
found = compare(prepare(demo_pattern(), ALL_LANES, 1), models, with_dials())
knows = familiarity([("a", demo_pattern())], models)
assert all(one.mean for one in found.played) and all(one.perplexity for one in knows.models)
print("torch" in sys.modules)
"""


def test_playback_never_waits_for_torch(models: list[Path]) -> None:
    words = [sys.executable, "-c", ALONE, *map(str, models)]
    assert subprocess.run(words, capture_output=True, text=True, check=True).stdout == "False\n"


def test_the_table_and_people_speak_of_measures() -> None:
    names = {part.name for part in fields(Measures)}
    assert set(ROWS) | set(PEOPLE) <= names & set(LABELS)
    for usual in PEOPLE.values():
        assert usual.low is None or usual.high is None or usual.low < usual.middle < usual.high
