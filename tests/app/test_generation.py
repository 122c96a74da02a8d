"""The drummer's thread, with a real (tiny) model."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.tiny_model import tiny_model

from drumstudio.app.generation import (
    DrummerFailed,
    DrummerReady,
    Generation,
    GenerationDone,
    GenerationEvent,
    GenerationFailed,
    GenerationProgress,
    GenerationRequest,
)
from drumstudio.domain.demo import demo_pattern
from drumstudio.domain.pattern import Pattern
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
