"""Whether recording loses anything, and how true its stamps are: a second program plays a kit over JACK.

Starts a JACK server without hardware, a program that plays 16 strokes a second with a pedal's
stream and active sensing, `drumstudio record`, and beside it a bare listener.  Compares the take with
what was sent: messages lost or doubled, and the stamps against the moments of sending, less their
median (what the way through JACK takes).  JACK stamps by its period, of 1024 frames (21 ms) unless
another is asked for; where a client misses one on a busy machine, JACK itself loses and doubles
messages, as the bare listener shows, and `gone` counts how often the port seemed to be away.

With --train a model trains meanwhile, in a `drumstudio train` of its own, on beats made up here.

With --realtime the server runs as it does where music is made: it and its clients' threads go before all
else (for root, and members of the group audio).

    python benchmarks/recording.py [--minutes 1] [--period 1024] [--train] [--realtime] [--json]
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from load import figures  # noqa: E402
from support.jack import Listener, Performer, jack_server  # noqa: E402

from drumstudio.app.takes.store import load_take  # noqa: E402
from drumstudio.domain.drums import Drum  # noqa: E402
from drumstudio.domain.pattern import Hit, Pattern  # noqa: E402
from drumstudio.midi.files import export_pattern  # noqa: E402

STROKES = 16  # a second
NOTES = (36, 38, 42, 45, 46, 48, 49, 51)
LEAD = 0.5  # seconds before the first and after the last message


def performance(seconds: float) -> list[tuple[float, list[int]]]:
    """Strokes, their note-offs, a pedal that moves ten times a second, and active sensing."""
    messages: list[tuple[float, list[int]]] = []
    for index in range(int(seconds * STROKES)):
        at, note = LEAD + index / STROKES, NOTES[index % len(NOTES)]
        messages.append((at, [0x99, note, 30 + index % 98]))
        messages.append((at + 0.1, [0x89, note, 64]))
    for index in range(int(seconds * 10)):
        messages.append((LEAD + 0.003 + index / 10, [0xB9, 4, index % 128]))
    messages += [(LEAD + index * 0.25, [0xFE]) for index in range(int(seconds * 4))]
    messages.append((2 * LEAD + seconds, [0xFE]))
    return sorted(messages)


@contextlib.contextmanager
def training(folder: Path, wanted: bool) -> Iterator[None]:
    """Train a model beside the work within, if `wanted`, for as long as that takes."""
    if not wanted:
        yield
        return
    chance = random.Random(1)
    beats = folder / "beats"
    beats.mkdir()
    for number in range(24):
        hits = [Hit(step, Drum.CLOSED_HAT) for step in range(0, 128, 2)]
        hits += [Hit(step, Drum.KICK) for step in range(128) if step % 8 == 0 or chance.random() < 0.1]
        hits += [Hit(step, Drum.SNARE) for step in range(128) if step % 8 == 4 or chance.random() < 0.05]
        export_pattern(beats / f"{number}.mid", Pattern(bars=8, hits=tuple(hits)), 120.0)
    words = [
        "train",
        str(beats),
        "--out",
        str(folder / "m.safetensors"),
        "--steps",
        "10000000",
        "--patience",
        "0",
    ]
    trainer = subprocess.Popen(
        [sys.executable, "-m", "drumstudio", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
    )
    assert trainer.stdout is not None
    reports = trainer.stdout
    assert reports.readline()  # it has begun
    steps = threading.Thread(target=lambda: deque(reports, maxlen=1))
    steps.start()
    try:
        yield
        assert trainer.poll() is None
    finally:
        trainer.kill()
        trainer.wait()
        steps.join()


def measure(minutes: float, period: int, train: bool, realtime: bool) -> dict[str, object]:
    """Record for `minutes`; what was sent, lost and doubled, and the stamps' errors in milliseconds."""
    messages = performance(60 * minutes)
    with (
        tempfile.TemporaryDirectory() as folder,
        training(Path(folder), train),
        jack_server(period, realtime),
        Performer("TD-11") as kit,
        Listener("Bare") as bare,
    ):
        subprocess.run(["jack_connect", kit.name, bare.name], check=True)
        out = Path(folder) / "take.mid"
        recorder = subprocess.Popen(
            [sys.executable, "-m", "drumstudio", "record", "--input", kit.name, "--out", str(out)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "DRUMSTUDIO_HOME": folder},
        )
        assert recorder.stderr is not None
        while "recording from" not in recorder.stderr.readline():
            assert recorder.poll() is None
        sent = kit.play(messages)
        recorder.send_signal(signal.SIGINT)
        _, said = recorder.communicate()
        arrivals = load_take(out).take.arrivals
    kept = [(at, bytes(data)) for at, (_, data) in zip(sent, messages, strict=True) if data[0] != 0xFE]
    wanted, found = Counter(data for _, data in kept), Counter(each.data for each in arrivals)
    beside = Counter(bytes(message) for _, message in bare.messages if message[0] not in (0xF8, 0xFE))
    late = _differences(kept, [(each.seconds, each.data) for each in arrivals])
    middle = statistics.median(late)
    return {
        "strokes": sum(data[0] == 0x99 for _, data in kept),
        "messages": len(kept),
        "lost": sum((wanted - found).values()),
        "doubled": sum((found - wanted).values()),
        "lost by the bare listener": sum((wanted - beside).values()),
        "doubled there": sum((beside - wanted).values()),
        "load average": round(os.getloadavg()[2], 1),
        "gone": said.count("missing:"),
        "stamp error": figures([1000 * abs(each - middle) for each in late]),
    }


def _differences(sent: list[tuple[float, bytes]], heard: list[tuple[float, bytes]]) -> list[float]:
    """Seconds from sending to stamp of each message that came, against the sending of its kind nearest to
    it; stamps count from the first stroke."""
    moments: dict[bytes, list[float]] = {}
    for at, data in sent:
        moments.setdefault(data, []).append(at)
    first = next(at for at, data in sent if data[0] == 0x99)
    found = []
    for at, data in heard:
        times = moments[data]
        index = bisect_left(times, first + at)
        nearest = min(times[max(0, index - 1) : index + 1], key=lambda time: abs(time - first - at))
        found.append(first + at - nearest)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--period", type=int, default=1024, help="of JACK, in frames")
    parser.add_argument("--train", action="store_true", help="while a model trains")
    parser.add_argument("--realtime", action="store_true", help="a JACK server that goes before all else")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    found = measure(args.minutes, args.period, args.train, args.realtime)
    if args.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name}: {value}")


if __name__ == "__main__":
    main()
