"""The drummer's thread, with a real (tiny) model."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.tiny_model import tiny_model

from drumstudio.app.drummer.generation import (
    DrummerFailed,
    DrummerReady,
    Generation,
    GenerationDone,
    GenerationEvent,
    GenerationFailed,
    GenerationProgress,
    GenerationRequest,
)
from drumstudio.domain.candidate import Candidate, Mode
from drumstudio.domain.demo import demo_pattern
from drumstudio.domain.dials import Dials
from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.domain.timing import Grid, Meter

Final = GenerationDone | GenerationFailed


class Room:
    """A generation and what it told, with a gate that can hold its thread at an event."""

    def __init__(self) -> None:
        self.told: queue.SimpleQueue[GenerationEvent] = queue.SimpleQueue()
        self.hold_at: type[object] | None = None
        self.held, self.let_go = threading.Event(), threading.Event()
        self.generation = Generation(self._hear)

    def _hear(self, event: GenerationEvent) -> None:
        self.told.put(event)
        if self.hold_at is not None and isinstance(event, self.hold_at):
            self.hold_at = None
            self.held.set()
            assert self.let_go.wait(20)

    def until_end(self) -> tuple[list[GenerationEvent], Final]:
        before: list[GenerationEvent] = []
        while True:
            event = self.told.get(timeout=20)
            if isinstance(event, Final):
                return before, event
            before.append(event)


@pytest.fixture
def room() -> Iterator[Room]:
    made = Room()
    yield made
    made.let_go.set()
    assert made.generation.close()


@pytest.fixture
def asked(tmp_path: Path) -> GenerationRequest:
    return GenerationRequest(1, demo_pattern(), tiny_model(tmp_path / "tiny.safetensors"), seed=5)


def test_candidates_come_with_progress_before_them(room: Room, asked: GenerationRequest) -> None:
    room.generation.submit(asked)
    before, done = room.until_end()
    assert isinstance(done, GenerationDone)
    assert (done.revision, done.steps, len(done.candidates)) == (1, 32, 4)
    assert before[0] == DrummerReady(asked.model)
    last = before[-1]
    assert isinstance(last, GenerationProgress)
    assert (last.step, last.steps, last.length) == (32, 32, 32)
    made = {candidate.index: candidate.pattern for candidate in done.candidates}
    assert list(last.partial) == [made[index] for index in range(4)]
    assert any(candidate.pattern.hits for candidate in done.candidates)


def test_the_same_seed_gives_the_same_candidates(room: Room, asked: GenerationRequest) -> None:
    found = []
    for revision, seed in enumerate((5, 5, 6)):
        room.generation.submit(replace(asked, revision=revision, seed=seed))
        _, done = room.until_end()
        assert isinstance(done, GenerationDone)
        found.append([candidate.pattern for candidate in done.candidates])
    assert found[0] == found[1] != found[2]


def test_a_newer_request_takes_the_place_of_older_ones(room: Room, asked: GenerationRequest) -> None:
    room.hold_at = DrummerReady
    room.generation.submit(asked)
    assert room.held.wait(20)
    room.generation.submit(replace(asked, revision=2))
    room.generation.submit(replace(asked, revision=3))
    room.let_go.set()
    ends = [room.until_end()[1] for _ in range(3)]
    assert {end.revision for end in ends[:2]} == {1, 2}
    assert all(isinstance(end, GenerationFailed) and not end.message for end in ends[:2])
    assert isinstance(ends[2], GenerationDone)
    assert ends[2].revision == 3


def test_cancelling_ends_in_silence(room: Room, asked: GenerationRequest) -> None:
    room.hold_at = GenerationProgress
    room.generation.submit(replace(asked, bars=200, candidates=8))
    assert room.held.wait(20)
    room.generation.cancel()
    room.let_go.set()
    assert room.until_end()[1] == GenerationFailed(1)


def test_errors_are_sentences(room: Room, asked: GenerationRequest, tmp_path: Path) -> None:
    room.generation.submit(replace(asked, source=Pattern(Grid(Meter(5, 32), 8))))
    _, end = room.until_end()
    assert isinstance(end, GenerationFailed)
    assert "cannot play 5/32" in end.message
    (tmp_path / "bad.safetensors").write_bytes(b"not a model")
    room.generation.submit(replace(asked, model=tmp_path / "bad.safetensors"))
    _, end = room.until_end()
    assert isinstance(end, GenerationFailed)
    assert "bad.safetensors" in end.message


def test_a_model_is_warmed_up_once(room: Room, asked: GenerationRequest, tmp_path: Path) -> None:
    room.generation.warm_up(asked.model)
    assert room.told.get(timeout=20) == DrummerReady(asked.model)
    room.generation.submit(asked)
    before, _ = room.until_end()
    assert DrummerReady(asked.model) not in before
    room.generation.warm_up(tmp_path / "none.safetensors")
    failed = room.told.get(timeout=20)
    assert isinstance(failed, DrummerFailed)
    assert "none.safetensors" in failed.message


def test_a_bug_is_reported_and_the_thread_lives_on(
    room: Room, asked: GenerationRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: queue.SimpleQueue[threading.ExceptHookArgs] = queue.SimpleQueue()
    monkeypatch.setattr(threading, "excepthook", heard.put)
    room.generation.submit(replace(asked, seed=-1))
    _, end = room.until_end()
    assert isinstance(end, GenerationFailed)
    assert "bug" in end.message
    assert heard.get(timeout=20).exc_type is ValueError
    room.generation.submit(asked)
    assert isinstance(room.until_end()[1], GenerationDone)


def test_a_candidate_is_the_same_in_any_company(room: Room, asked: GenerationRequest) -> None:
    found: list[dict[int, Candidate]] = []
    for revision, count in enumerate((1, 4, 8)):
        room.generation.submit(replace(asked, revision=revision, candidates=count))
        _, done = room.until_end()
        assert isinstance(done, GenerationDone)
        found.append({one.index: one for one in done.candidates})
    assert [len(one) for one in found] == [1, 4, 8]
    for company in found:
        assert company[0].pattern == found[0][0].pattern


def test_dials_reach_what_is_made(room: Room, asked: GenerationRequest) -> None:
    dials = Dials(stick=1.0, fills=0, feel=0.0)
    room.generation.submit(replace(asked, dials=dials))
    _, done = room.until_end()
    assert isinstance(done, GenerationDone)
    primer = {(hit.step, hit.drum) for hit in asked.source.hits}
    for one in done.candidates:
        assert one.dials == dials
        assert one.groove == 1.0  # a strict loop
        assert {(hit.step, hit.drum) for hit in one.pattern.hits} == primer


def test_bars_are_completed_around_what_stays(room: Room, asked: GenerationRequest) -> None:
    source = asked.source.with_hits(hit for hit in asked.source.hits if hit.drum == Drum.SNARE)
    room.generation.submit(replace(asked, source=source, mode=Mode.COMPLETE, span=(1, 2)))
    before, done = room.until_end()
    assert isinstance(done, GenerationDone)
    assert done.steps == 16
    last = before[-1]
    assert isinstance(last, GenerationProgress)
    assert (last.step, last.steps, last.length) == (16, 16, 16)
    stays = [hit for hit in source.hits if hit.step >= 16]
    for one in done.candidates:
        assert (one.mode, one.start, one.steps) == (Mode.COMPLETE, 16, 16)
        snares = [replace(h, step=h.step + 16) for h in one.pattern.hits if h.drum == Drum.SNARE]
        assert snares == stays


def test_triplets_are_made_of_triplets(room: Room, asked: GenerationRequest) -> None:
    shuffle = Pattern(Grid(steps_per_quarter=3), 2, tuple(Hit(s, Drum.RIDE) for s in range(0, 24, 2)))
    room.generation.submit(replace(asked, source=shuffle, dials=Dials(feel=0.0)))
    _, done = room.until_end()
    assert isinstance(done, GenerationDone)
    assert done.steps == 24
    assert all(one.pattern.grid == shuffle.grid and one.steps == 24 for one in done.candidates)
