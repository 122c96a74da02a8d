"""Work off the window's thread: order, progress, cancelling, errors."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator

import pytest

from drumstudio.app.jobs import JobControl, JobDone, JobEvent, JobFailed, JobProgress, Jobs
from drumstudio.errors import ProjectError

Events = queue.SimpleQueue[JobEvent]


@pytest.fixture
def events() -> Events:
    return queue.SimpleQueue()


@pytest.fixture
def jobs(events: Events) -> Iterator[Jobs]:
    made = Jobs(events.put)
    yield made
    assert made.close()


def test_work_is_done_in_order_on_another_thread(jobs: Jobs, events: Events) -> None:
    for number in range(3):
        jobs.submit(lambda _, n=number: (n, threading.current_thread().name))
    found = [events.get(timeout=10) for _ in range(3)]
    assert found == [JobDone(n + 1, (n, "jobs")) for n in range(3)]


def test_progress_is_told(jobs: Jobs, events: Events) -> None:
    def work(control: JobControl) -> str:
        control.progress(0.25)
        return "done"

    number, _ = jobs.submit(work)
    assert [events.get(timeout=10) for _ in range(2)] == [JobProgress(number, 0.25), JobDone(number, "done")]


def test_cancelled_work_ends_at_its_next_word(jobs: Jobs, events: Events) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def work(control: JobControl) -> None:
        begun.set()
        assert go_on.wait(10)
        control.progress(0.5)

    number, control = jobs.submit(work)
    waiting, later = jobs.submit(lambda _: "never")
    assert begun.wait(10)
    control.cancel()
    later.cancel()
    go_on.set()
    assert [events.get(timeout=10) for _ in range(2)] == [JobFailed(number, ""), JobFailed(waiting, "")]


def test_errors_are_sentences_and_bugs_are_handed_over(jobs: Jobs, events: Events) -> None:
    def fails(_: JobControl) -> None:
        raise ProjectError("x is damaged")

    def buggy(_: JobControl) -> None:
        raise ZeroDivisionError("oops")

    jobs.submit(fails)
    jobs.submit(buggy)
    assert events.get(timeout=10) == JobFailed(1, "x is damaged")
    bug = events.get(timeout=10)
    assert isinstance(bug, JobFailed)
    assert isinstance(bug.bug, ZeroDivisionError)


def test_closing_finishes_what_is_queued(events: Events) -> None:
    jobs = Jobs(events.put)
    jobs.submit(lambda _: 1)
    jobs.submit(lambda _: 2)
    assert jobs.close()
    assert [events.get_nowait() for _ in range(2)] == [JobDone(1, 1), JobDone(2, 2)]
