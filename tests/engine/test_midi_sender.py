"""The sender's queue under a fake clock; over a real port it is tested end to end."""

from __future__ import annotations

from drumstudio.engine.clock import FakeClock
from drumstudio.engine.midi_frames import (
    CANCEL,
    CONTROL,
    FRAME_SIZE,
    HALT,
    NOTE,
    PANIC,
    PULSE,
    SONG,
    TOUCH,
    Frame,
    pack,
    unpack,
)
from drumstudio.engine.midi_sender import OPEN_RING, SONG_LEAD, Sender
from drumstudio.engine.output_options import GATE

KICK, SNARE = 36, 38


class Wire:
    """Remembers (time, message)."""

    def __init__(self, clock: FakeClock) -> None:
        self.sent: list[tuple[float, list[int]]] = []
        self._clock = clock

    def send(self, message: list[int]) -> None:
        self.sent.append((round(self._clock.now(), 6), message))


class Rig:
    def __init__(self, gate: float = GATE) -> None:
        self.clock = FakeClock()
        self.wire = Wire(self.clock)
        self.sender = Sender(self.wire, self.clock.now, gate)

    def note(self, note: int, due: float, velocity: int = 100) -> None:
        self.sender.take(Frame(NOTE, 9, note, velocity, due))

    def run(self, until: float) -> None:
        """Come back exactly when the sender asks for it."""
        while (due := self.sender.next_due()) is not None and due <= until:
            self.clock.advance(max(0.0, due - self.clock.now()))
            self.sender.turn()
        self.clock.advance(until - self.clock.now())


def test_frames_survive_the_pipe() -> None:
    frames = [Frame(NOTE, 9, 36, 127, 12.5), Frame(CANCEL, time=0.25), Frame(PANIC, 9)]
    data = b"".join(pack(frame) for frame in frames)
    assert len(data) == 3 * FRAME_SIZE
    assert unpack(data) == frames


def test_notes_go_out_when_due_and_note_offs_follow() -> None:
    rig = Rig()
    rig.note(SNARE, 0.5)
    rig.note(KICK, 0.25, 90)
    rig.run(1.0)
    assert rig.wire.sent == [
        (0.25, [0x99, KICK, 90]),
        (0.25 + GATE, [0x89, KICK, 64]),
        (0.5, [0x99, SNARE, 100]),
        (0.5 + GATE, [0x89, SNARE, 64]),
    ]
    assert rig.sender.next_due() is None
    assert rig.sender.late == [(0.0, 0.25), (0.0, 0.5)]


def test_notes_are_as_long_as_was_asked() -> None:
    rig = Rig(gate=0.375)
    rig.note(SNARE, 0.5)
    rig.run(1.0)
    assert rig.wire.sent == [(0.5, [0x99, SNARE, 100]), (0.875, [0x89, SNARE, 64])]


def test_notes_of_one_moment_keep_their_order() -> None:
    rig = Rig()
    for note in (51, KICK, 42):
        rig.note(note, 0.25)
    rig.run(0.3)
    assert [message[1] for _, message in rig.wire.sent] == [51, KICK, 42]


def test_a_repeated_note_is_ended_before_it_begins_again() -> None:
    rig = Rig()
    rig.note(SNARE, 0.25)
    rig.note(SNARE, 0.3125)
    rig.run(1.0)
    assert rig.wire.sent == [
        (0.25, [0x99, SNARE, 100]),
        (0.3125, [0x89, SNARE, 64]),
        (0.3125, [0x99, SNARE, 100]),
        (0.3125 + GATE, [0x89, SNARE, 64]),
    ]


def test_a_note_whose_time_is_past_goes_out_at_once() -> None:
    rig = Rig()
    rig.clock.advance(5.0)
    rig.note(KICK, 4.0)
    rig.run(5.05)
    assert rig.wire.sent == [(5.0, [0x99, KICK, 100])]
    assert rig.sender.late == [(1.0, 4.0)]


def test_cancel_forgets_what_is_ahead_but_not_the_note_offs() -> None:
    rig = Rig()
    for index in range(8):
        rig.note(KICK, 0.25 * index)
    rig.run(0.26)
    rig.sender.take(Frame(CANCEL, time=0.5))
    rig.run(2.0)
    assert [message[0] for _, message in rig.wire.sent] == [0x99, 0x89, 0x99, 0x89]


def test_panic_ends_everything_and_says_all_off() -> None:
    rig = Rig()
    rig.note(KICK, 0.0)
    rig.note(SNARE, 0.0)
    rig.note(KICK, 0.5)
    rig.run(0.05)
    rig.sender.take(Frame(PANIC, 9))
    assert [message for _, message in rig.wire.sent[2:]] == [
        [0x89, KICK, 64],
        [0x89, SNARE, 64],
        [0xB9, 123, 0],
        [0xB9, 120, 0],
    ]
    rig.run(2.0)
    assert len(rig.wire.sent) == 6


def open_hat(rig: Rig, due: float) -> None:
    rig.sender.take(Frame(CONTROL, 9, 4, 15, due))
    rig.note(46, due)


def test_an_open_hat_rings_and_then_its_pedal_goes_back_to_rest() -> None:
    rig = Rig()
    open_hat(rig, 0.5)
    rig.run(4.0)
    assert rig.wire.sent == [
        (0.5, [0xB9, 4, 15]),
        (0.5, [0x99, 46, 100]),
        (0.5 + GATE, [0x89, 46, 64]),
        (0.5 + OPEN_RING, [0xB9, 4, 90]),
    ]


def test_a_closed_hat_closes_the_open_one_for_good() -> None:
    rig = Rig()
    open_hat(rig, 0.25)
    rig.sender.take(Frame(CONTROL, 9, 4, 90, 0.5))
    rig.note(42, 0.5)
    rig.run(4.0)
    assert [message for _, message in rig.wire.sent if message[0] == 0xB9] == [[0xB9, 4, 15], [0xB9, 4, 90]]


def test_panic_closes_an_open_hat_at_once() -> None:
    rig = Rig()
    open_hat(rig, 0.0)
    rig.run(0.2)
    rig.sender.take(Frame(PANIC, 9))
    assert (0.2, [0xB9, 4, 90]) in rig.wire.sent
    assert rig.sender.next_due() is None


def test_a_choke_is_aftertouch_pressed_and_let_go() -> None:
    rig = Rig()
    rig.sender.take(Frame(TOUCH, 9, 49, 127, 0.25))
    rig.sender.take(Frame(TOUCH, 9, 49, 0, 0.26))
    rig.run(1.0)
    assert rig.wire.sent == [(0.25, [0xA9, 49, 127]), (0.26, [0xA9, 49, 0])]


def test_followers_are_started_a_little_before_the_first_tick() -> None:
    rig = Rig()
    rig.sender.take(Frame(PULSE, time=0.5))
    rig.sender.take(Frame(SONG, time=0.5))
    rig.sender.take(Frame(PULSE, time=0.52))
    rig.sender.take(Frame(HALT, time=0.53))
    rig.sender.take(Frame(HALT, time=0.54))
    rig.run(1.0)
    assert rig.wire.sent == [(0.5 - SONG_LEAD, [0xFA]), (0.5, [0xF8]), (0.52, [0xF8]), (0.53, [0xFC])]


def test_a_new_place_is_told_while_stopped() -> None:
    rig = Rig()
    rig.sender.take(Frame(SONG, 0, 0, 0, 0.5))
    rig.sender.take(Frame(SONG, 0, 5, 1, 0.75))
    rig.run(1.0)
    assert [message for _, message in rig.wire.sent] == [[0xFA], [0xFC], [0xF2, 5, 1], [0xFB]]


def test_a_place_that_is_cancelled_is_told_once() -> None:
    rig = Rig()
    rig.sender.take(Frame(SONG, time=0.5))
    rig.sender.take(Frame(CANCEL, time=0.5))
    rig.sender.take(Frame(SONG, time=0.5))
    rig.run(1.0)
    assert [message for _, message in rig.wire.sent] == [[0xFA]]


def test_followers_are_stopped_when_the_sender_ends() -> None:
    rig = Rig()
    rig.sender.take(Frame(SONG, time=0.0))
    rig.run(0.1)
    rig.sender.end(9)
    assert [message for _, message in rig.wire.sent[1:]] == [[0xFC], [0xB9, 123, 0]]
