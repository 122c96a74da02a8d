from __future__ import annotations

import queue
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from support.strategies import patterns
from support.tiny_model import tiny_model

from drumstudio.app.drummer.surprise import (
    SurpriseDone,
    SurpriseEvent,
    SurpriseFailed,
    SurpriseRequest,
    Surprising,
    cell_words,
    most_surprising,
    nats_words,
    surprise_of,
)
from drumstudio.domain import edits
from drumstudio.domain.demo import demo_pattern
from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.domain.timing import Grid, Meter
from drumstudio.errors import CancelledError, DrumStudioError
from drumstudio.ml.playing.sampler import Sampler, load_sampler
from drumstudio.ml.surprise import surprise

WAIT = 20


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("model") / "tiny.safetensors")


@pytest.fixture(scope="module")
def sampler(model: Path) -> Sampler:
    return load_sampler(model)


def test_on_the_drummers_own_grid_every_cell_has_its_value(sampler: Sampler) -> None:
    pattern = demo_pattern()
    found = surprise_of(sampler, pattern)
    table = surprise(sampler, pattern.events(), 16)
    cells = list(found.cells())
    assert len(cells) == pattern.steps * len(Drum)
    for (step, drum), struck, nats in cells:
        assert struck == (pattern.hit_at(step, drum) is not None)
        assert nats == pytest.approx(table[step, drum])


@settings(max_examples=25, deadline=None)
@given(patterns(max_bars=2))
def test_every_hit_of_any_grid_has_its_value(sampler: Sampler, pattern: Pattern) -> None:
    found = surprise_of(sampler, pattern)
    assert set(found.hits) == {(hit.step, hit.drum) for hit in pattern.hits}
    assert not set(found.hits) & set(found.silences)
    assert all(nats >= 0 for _, _, nats in found.cells())


def test_a_finer_grid_has_values_on_the_drummers_steps_alone(sampler: Sampler) -> None:
    pattern = edits.toggle(demo_pattern(), 1, Drum.RIDE)
    fine = edits.set_grid(pattern, Grid(Meter(), 8))
    coarse, found = surprise_of(sampler, pattern), surprise_of(sampler, fine)
    assert found.hits == {(2 * step, drum): nats for (step, drum), nats in coarse.hits.items()}
    assert found.silences == {(2 * step, drum): nats for (step, drum), nats in coarse.silences.items()}
    between = edits.place(fine, [Hit(3, Drum.CRASH)])
    heard_at_two = edits.place(pattern, [Hit(2, Drum.CRASH)])
    assert surprise_of(sampler, between).hits[3, Drum.CRASH] == pytest.approx(
        surprise_of(sampler, heard_at_two).hits[2, Drum.CRASH]
    )
    assert (4, Drum.CRASH) not in surprise_of(sampler, between).silences


def test_triplets_are_heard_as_triplets(sampler: Sampler) -> None:
    grid = Grid(Meter(), 3)
    pattern = Pattern(grid, 1, tuple(Hit(step, Drum.RIDE) for step in (0, 2, 3, 5)))
    table = surprise(sampler, pattern.events(), 12, 3)
    found = surprise_of(sampler, pattern)
    assert found.hits[5, Drum.RIDE] == pytest.approx(table[5, Drum.RIDE])
    assert len(found.hits) + len(found.silences) == 12 * len(Drum)


def test_a_meter_that_the_drummer_cannot_count_is_a_sentence(sampler: Sampler) -> None:
    with pytest.raises(DrumStudioError, match="5/32"):
        surprise_of(sampler, Pattern(Grid(Meter(5, 32), 8)))


def test_the_most_surprising_come_first() -> None:
    cells = {(4, Drum.SNARE): 1.0, (0, Drum.KICK): 3.0, (8, Drum.KICK): 2.0}
    assert most_surprising(cells, 2) == [((0, Drum.KICK), 3.0), ((8, Drum.KICK), 2.0)]


def test_words() -> None:
    pattern = Pattern(bars=3)
    crash = cell_words(pattern, 38, Drum.CRASH, True, 7.1)
    assert crash == "bar 3 beat 2 and: crash, 7.1 nats, 0.083%"
    snare = cell_words(pattern, 4, Drum.SNARE, False, 2.31)
    assert snare == "bar 1 beat 2: snare left out, 2.3 nats, 9.9%"
    assert nats_words(0.05) == "0.1 nats, 95%"
    assert nats_words(15) == "15.0 nats, under 0.01%"


# -- the thread


class Heard:
    """What the thread told, and the thread itself."""

    def __init__(self) -> None:
        self.events: queue.Queue[SurpriseEvent] = queue.Queue()
        self.surprising = Surprising(self.events.put)

    def next(self) -> SurpriseEvent:
        return self.events.get(timeout=WAIT)


@pytest.fixture
def heard() -> Iterator[Heard]:
    heard = Heard()
    yield heard
    assert heard.surprising.close()


def test_the_thread_answers(heard: Heard, model: Path, sampler: Sampler) -> None:
    heard.surprising.ask(SurpriseRequest(3, demo_pattern(), model))
    assert heard.next() == SurpriseDone(3, surprise_of(sampler, demo_pattern()))


def test_only_the_newest_question_is_answered(heard: Heard, model: Path) -> None:
    long = demo_pattern()
    while long.bars < 256:
        long = edits.double(long)
    for revision in range(5):
        heard.surprising.ask(SurpriseRequest(revision, long, model))
    heard.surprising.ask(SurpriseRequest(9, demo_pattern(), model))
    event = heard.next()
    assert isinstance(event, SurpriseDone)
    assert event.revision == 9
    assert heard.events.empty()


def test_what_is_cancelled_is_not_answered(heard: Heard, model: Path) -> None:
    heard.surprising.ask(SurpriseRequest(1, demo_pattern(), model))
    heard.surprising.cancel()
    heard.surprising.ask(SurpriseRequest(2, Pattern(), model))
    event = heard.next()
    while event.revision == 1:  # it may have been quicker than the cancelling
        event = heard.next()
    assert event.revision == 2


def test_a_model_that_is_not_there_is_a_sentence_and_the_thread_lives(
    heard: Heard, model: Path, tmp_path: Path
) -> None:
    heard.surprising.ask(SurpriseRequest(1, demo_pattern(), tmp_path / "gone.safetensors"))
    failed = heard.next()
    assert isinstance(failed, SurpriseFailed)
    assert "gone.safetensors" in failed.message
    heard.surprising.ask(SurpriseRequest(2, demo_pattern(), model))
    assert isinstance(heard.next(), SurpriseDone)


def test_closing_without_a_question_starts_no_thread() -> None:
    surprising = Surprising(lambda _: None)
    assert surprising.close()
    surprising.cancel()


def test_looking_is_cancelled(sampler: Sampler) -> None:
    with pytest.raises(CancelledError):
        surprise_of(sampler, demo_pattern(), lambda: True)
