"""Five hundred damaged MIDI files among good ones: the good come out, the others get a sentence."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from support.smf import beat, chunk, drums, event, meter, rock_file, smf, tempo, write

from drumstudio.cli.main import main
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.errors import MidiFileError
from drumstudio.midi.files import import_pattern
from drumstudio.midi.steps import MAX_STEPS
from drumstudio.midi.writer import encode

GOOD = 5


def originals() -> list[bytes]:
    conductor = chunk(tempo(0, 600_000), meter(0, 3, 2), meter(2880, 4, 2), tempo(960, 400_000))
    pedal = b"".join(event(30, 0xB9, 4, value) for value in range(100))
    return [
        smf(chunk(tempo(0, 500_000), meter(0, 4, 2), drums(beat(8))), kind=0),
        smf(conductor, chunk(drums(beat(6))), chunk(pedal)),
        smf(chunk(drums(beat(4))), chunk(drums(beat(3, step=160))), kind=2, ppq=96),
        encode(Pattern(bars=4, hits=tuple(Hit(step, 1, 99, -0.3) for step in range(64))), 93),  # type: ignore[arg-type]
    ]


def mutated(data: bytes, draw: random.Random) -> bytes:
    """`data` with one kind of damage."""
    out = bytearray(data)
    match draw.randrange(7):
        case 0:
            for _ in range(draw.choice((1, 2, 8, 64))):
                out[draw.randrange(len(out))] ^= 1 << draw.randrange(8)
        case 1:
            del out[draw.randrange(len(out)) :]
        case 2:  # lying lengths: of the header, of the first track
            at = draw.choice((4, 18))
            out[at : at + 4] = draw.choice((draw.randbytes(4), b"\xff\xff\xff\xff", b"\0\0\0\0"))
        case 3:  # type, number of tracks, division
            at = draw.choice((8, 10, 12))
            out[at : at + 2] = draw.randbytes(2)
        case 4:  # the longest time that can be written
            at = draw.randrange(22, len(out))
            out[at : at + 1] = b"\xff\xff\xff\x7f"
        case 5:
            at = draw.randrange(22, len(out))
            out[at : at + draw.randrange(40)] = draw.randbytes(draw.randrange(40))
        case _:
            out = bytearray(draw.randbytes(draw.randrange(200)))
    return bytes(out)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("damaged")
    draw = random.Random(500)
    sound = originals()
    for index in range(500):
        write(root / f"{index:03}.mid", mutated(draw.choice(sound), draw))
    write(root / "empty.mid", b"")
    write(root / "noise.mid", draw.randbytes(20 << 20))
    write(root / "noise-with-header.mid", sound[0][:22] + draw.randbytes(1 << 20))
    write(root / "text.mid", b"kick on one, snare on three\n")
    (root / "folder.mid").mkdir()
    (root / "dangling.mid").symlink_to(root / "nowhere")
    for index in range(GOOD):
        rock_file(root / f"good{index}.mid", bars=4 + index)
    return root


def test_steps_come_from_the_good_files(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = sorted(str(path) for path in folder.iterdir())
    assert main(["steps", "--map", "magenta", "--json", *files]) == 1
    out, err = capsys.readouterr()
    lines = {Path(line["file"]).name: line for line in map(json.loads, out.splitlines())}
    for index in range(GOOD):
        events = lines[f"good{index}.mid"]["events"]
        assert events[: 2 * 8] == [1, 0, 4, 0, 2, 0, 4, 0, 1, 0, 4, 0, 2, 0, 4, 0]
        assert len(events) == 16 * (4 + index) - 1
    assert all(len(line["events"]) <= MAX_STEPS for line in lines.values())
    assert len(lines) + len(err.splitlines()) == len(files)
    assert len(lines) < 250
    assert all(line.startswith("drumstudio: ") and "bug" not in line for line in err.splitlines())


def test_a_data_set_is_built_of_the_good_files(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["dataset", str(folder), "--out", str(tmp_path / "set.drumdata"), "--json"]) == 0
    out, _ = capsys.readouterr()
    result = json.loads(out)
    by_name = {Path(verdict["file"]).name: verdict for verdict in result["verdicts"]}
    assert len(by_name) == 500 + 5 + GOOD
    assert all(by_name[f"good{index}.mid"]["bars"] == 4 + index for index in range(GOOD))
    for verdict in by_name.values():
        assert verdict["reason"]
        assert "\n" not in verdict["reason"]
        assert verdict["used"] == (verdict["kind"] == "used") == (verdict["bars"] >= 2)
    assert by_name["noise.mid"]["reason"] == "it is not a MIDI file"
    assert by_name["empty.mid"]["reason"] == "it is empty"


def test_patterns_are_imported_or_refused(folder: Path) -> None:
    outcomes = set()
    for path in folder.iterdir():
        try:
            outcomes.add(import_pattern(path).pattern.bars > 0)
        except MidiFileError as error:
            outcomes.add("\n" in str(error))
    assert outcomes == {True, False}
