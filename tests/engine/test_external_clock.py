"""Playing by a clock that comes in, under a fake clock: how near the strokes come to the other machine."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.led import BAR, Rig, errors, ticks
from support.tape import Tape

from drumstudio.engine.external_clock import CONTINUE, SONG_POSITION, START, STOP
from drumstudio.engine.following import LOST
from drumstudio.engine.outputs import OutputStatus, Pulse
from drumstudio.engine.scheduler import LEAD, EngineEvent


@settings(max_examples=6)
@given(
    qpm=st.floats(90, 150),
    seed=st.integers(0, 2**32),
    latency=st.sampled_from([0.0, 0.012, 0.06]),
    before=st.integers(0, 60),
)
def test_after_two_bars_playing_is_within_five_milliseconds(
    qpm: float, seed: int, latency: float, before: int
) -> None:
    rig = Rig(latency, seed)
    rig.tick(ticks(qpm, before, 101.0), 0.002)
    begin = 101.0 + before * 60 / (qpm * 24)
    rig.hear(START)
    moments = ticks(qpm, 5 * BAR, begin)
    rig.tick(moments, 0.002)
    assert max(errors(rig, moments, 2 * BAR)) < 0.005
    assert rig.state.running
    assert rig.state.qpm == pytest.approx(qpm, abs=0.4)
    assert rig.scheduler.transport.project.qpm == 77.0


def test_a_clock_that_ticks_before_the_start_is_met_from_the_first_stroke_on() -> None:
    rig = Rig()
    rig.tick(ticks(120, 96, 101.0))
    rig.hear(START)
    moments = ticks(120, 3 * BAR, 103.0)
    rig.tick(moments)
    found = errors(rig, moments, 0)
    assert found[0] < 0.002  # the first tick must be heard before anything can sound
    assert max(found[1:]) < 0.001


@settings(max_examples=5)
@given(
    first=st.floats(90, 150), then=st.floats(90, 150), bars=st.sampled_from([0, 4]), seed=st.integers(0, 99)
)
def test_new_tempos_and_ramps_are_followed_without_losing_a_stroke(
    first: float, then: float, bars: int, seed: int
) -> None:
    rig = Rig(0.012, seed)
    moments = ticks(first, 2 * BAR, 101.0)
    for index in range(bars * BAR):
        qpm = first + (then - first) * index / (bars * BAR)
        moments.append(moments[-1] + 60 / (qpm * 24))
    changed = len(moments)
    moments += ticks(then, 4 * BAR, moments[-1] + 60 / (then * 24))
    rig.hear(START)
    rig.tick(moments, 0.002)
    assert max(errors(rig, moments, changed + 2 * BAR)) < 0.005
    assert max(errors(rig, moments, BAR)) < 0.15


def test_stop_stops_and_continue_goes_on_from_the_position_told() -> None:
    rig = Rig()
    rig.hear(START)
    rig.tick(ticks(120, 50, 101.0))
    rig.hear(STOP)
    assert rig.scheduler.score is None
    assert not rig.state.running
    rig.run(1.0)
    count = len(rig.strokes())
    rig.tick(ticks(120, 48, 104.0))  # ticks alone start nothing
    assert rig.scheduler.score is None
    rig.hear(SONG_POSITION, 42, 0)
    rig.hear(CONTINUE)
    moments = ticks(120, 2 * BAR, 105.0)
    rig.tick(moments)
    heard = rig.strokes()[count:]
    assert heard[0] == (pytest.approx(105.0, abs=0.003), 10)
    assert [step for _, step in heard[:6]] == [10, 12, 14, 16, 18, 20]
    assert [at for at, _ in heard[1:6]] == pytest.approx([105.25, 105.5, 105.75, 106.0, 106.25], abs=0.001)


def test_a_position_told_while_running_moves_playing_there() -> None:
    rig = Rig()
    rig.hear(START)
    rig.tick(ticks(120, 47, 101.0))
    rig.hear(SONG_POSITION, 16, 0)
    moments = ticks(120, 2 * BAR, 101.0 + 47 / 48)
    rig.tick(moments)
    late = [(at, step) for at, step in rig.strokes() if at > moments[0] + 0.4]
    assert late[0] == (pytest.approx(moments[0] + 0.5, abs=0.005), 20)


def test_start_while_playing_begins_anew() -> None:
    rig = Rig()
    rig.tick(ticks(100, 48, 101.0))
    rig.do(lambda s: s.play(12))
    rig.run(0.7)
    rig.hear(START)
    begin = rig.clock.now() + 0.01
    moments = ticks(100, 4 * BAR, begin)
    count = len(rig.strokes())
    rig.tick(moments)
    heard = [(at, step) for at, step in rig.strokes()[count:] if at >= begin]
    assert [step for _, step in heard[:4]] == [0, 2, 4, 6]
    assert heard[0][0] - begin < 0.02
    assert heard[3][0] == pytest.approx(moments[36], abs=0.002)


def test_playing_beside_a_running_machine_joins_it_where_it_is() -> None:
    rig = Rig(0.02)
    rig.hear(START)
    moments = ticks(110, 6 * BAR, 101.0)
    rig.tick(moments[:100])
    rig.do(lambda s: s.transport.stop())
    rig.tick(moments[100:200])
    count = len(rig.strokes())
    rig.do(lambda s: s.play(None))
    rig.tick(moments[200:])
    for at, step in rig.strokes()[count:]:
        number = round((at - moments[0]) * 110 * 4 / 60)
        assert number % 32 == step
        assert at == pytest.approx(moments[0] + number * 60 / 440, abs=0.002)


def test_without_a_start_the_tempo_alone_is_taken() -> None:
    rig = Rig()
    rig.tick(ticks(100, 48, 101.0))
    rig.do(lambda s: s.play(None))
    begin = rig.clock.now() + LEAD
    rig.tick(ticks(100, 96, rig.clock.now() + 60 / 2400))
    heard = rig.strokes()
    assert [at for at, _ in heard[:5]] == pytest.approx(
        [begin + index * 0.3 for index in range(5)], abs=0.002
    )
    assert not rig.state.running


def test_a_lost_clock_is_told_and_playing_goes_on_at_its_tempo() -> None:
    rig = Rig()
    rig.hear(START)
    moments = ticks(140, 8 * BAR, 101.0)
    rig.tick(moments[:BAR])
    assert not rig.state.lost
    rig.events.clear()
    rig.run_to(moments[3 * BAR] - 0.02)
    assert rig.state.lost
    assert rig.events == [EngineEvent.EXTERNAL]
    rig.tick(moments[3 * BAR :])
    assert not rig.state.lost
    assert max(errors(rig, moments, BAR)) < 0.001


def test_a_clock_that_never_came_is_not_waited_for() -> None:
    rig = Rig()
    assert not rig.scheduler.external.waiting
    rig.tick(ticks(120, 8, 101.0))
    assert rig.scheduler.external.waiting
    rig.run(LOST + 0.1)
    assert rig.state.lost
    assert not rig.scheduler.external.waiting


def test_edits_do_not_bring_the_project_s_tempo_back_but_the_end_of_following_does() -> None:
    rig = Rig()
    rig.hear(START)
    moments = ticks(120, 3 * BAR, 101.0)
    rig.tick(moments[:BAR])
    rig.do(lambda s: s.transport.set_project(replace(s.transport.project, qpm=200.0)))
    rig.tick(moments[BAR:])
    assert max(errors(rig, moments, BAR)) < 0.001
    rig.do(lambda s: s.follow(None))
    assert rig.scheduler.external.state is None
    assert rig.scheduler.transport.qpm == 200.0
    begin = rig.clock.now()
    rig.run(2.0)
    late = [at for at, _ in rig.strokes() if at > begin + 0.5]
    assert late[1] - late[0] == pytest.approx(60 / 200 / 2, abs=1e-6)


@pytest.mark.parametrize(
    ("name", "sent"), [("Groovebox:in", False), ("GROOVEBOX", False), ("Synth:in", True)]
)
def test_clock_is_never_sent_to_the_device_that_it_comes_from(name: str, sent: bool) -> None:
    rig = Rig()

    class Named(Tape):
        @property
        def status(self) -> OutputStatus:
            return replace(super().status, name=name)

    tape = Named(rig.clock)
    rig.do(lambda s: s.use(tape) and None)
    rig.do(lambda s: s.set_clock(True))
    rig.hear(START)
    rig.tick(ticks(120, BAR, 101.0))
    assert any(isinstance(event, Pulse) for _, event in tape.heard) is sent
    # A synth in its place gets clock again, and so does the device once nothing comes from it.
    other = Tape(rig.clock)
    rig.do(lambda s: s.use(other) and None)
    rig.run(0.5)
    assert any(isinstance(event, Pulse) for _, event in other.heard)


def test_few_changes_of_tempo_keep_a_steady_clock() -> None:
    rig = Rig()
    rig.hear(START)
    moments = ticks(120, 4 * BAR, 101.0)
    rig.tick(moments[: 2 * BAR])
    tempos = set()
    for moment in moments[2 * BAR :]:
        rig.tick([moment])
        assert rig.scheduler.score is not None
        tempos.add(rig.scheduler.score.qpm)
    assert len(tempos) < 16  # of 192 ticks
