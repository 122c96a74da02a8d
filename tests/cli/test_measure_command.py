from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from support.smf import rock_file
from support.tiny_model import tiny_model

from drumstudio.app.store import save_project
from drumstudio.cli.main import main
from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Hit, Pattern, pattern_from_events
from drumstudio.domain.project import Project
from drumstudio.domain.timing import Grid, Meter
from drumstudio.midi.files import export_pattern
from drumstudio.ml.musicality import LABELS, TOUCH_LABELS, measure
from drumstudio.ml.playing.likelihood import event_losses
from drumstudio.ml.playing.sampler import load_sampler

BAR = [5, 0, 4, 0, 6, 0, 4, 0, 5, 0, 4, 0, 6, 0, 4, 0]
FILL = [5, 0, 4, 0, 6, 0, 4, 0, 2, 2, 64, 64, 32, 32, 16, 16]


@pytest.fixture
def model(tmp_path: Path) -> list[str]:
    return ["--model", str(tiny_model(tmp_path / "tiny.safetensors"))]


def pattern(seam: int | None = None) -> Pattern:
    """Four bars, the last a fill."""
    return pattern_from_events(BAR * 3 + FILL, seam=seam)


def test_a_project_is_measured_from_its_seam_on(
    tmp_path: Path, model: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "song.drumstudio"
    save_project(Project((pattern(32), Pattern(), pattern(), pattern(20))), path)
    assert main(["measure", str(path), "--json", *model]) == 0
    out, err = capsys.readouterr()
    result = json.loads(out)
    assert err == ""
    assert result["failed"] == []
    assert set(result["definitions"]) == set(LABELS)
    first, whole, torn = result["measured"]
    # The empty slot is left out; a seam within a bar leaves that bar to the primer.
    assert [one["pattern"] for one in result["measured"]] == ["A", "C", "D"]
    assert (first["bars"], first["primer_bars"]) == (2, 2)
    assert (torn["bars"], torn["primer_bars"]) == (2, 2)
    assert first["primer_jaccard"] == pytest.approx((1 + 4 / 17) / 2, abs=0.05)
    assert first["fill_bars"] == first["tom_bars"] == first["primer_copies"] == 0.5
    assert (whole["bars"], whole["primer_bars"], whole["primer_jaccard"]) == (4, 0, None)
    assert set(LABELS) | set(TOUCH_LABELS) | {"file", "pattern", "meter", "steps_per_bar"} == set(whole)


def test_midi_files_of_any_meter_agree_with_the_measures(
    tmp_path: Path, model: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    grid = Grid(Meter(6, 8))
    hits = (Hit(0, Drum.KICK, 90), Hit(6, Drum.SNARE, 110, 0.2), Hit(12, Drum.KICK), Hit(18, Drum.CRASH))
    drawn = Pattern(grid, 2, hits)
    path = tmp_path / "six.mid"
    export_pattern(path, drawn, 100)
    assert main(["measure", str(path), "--primer-bars", "1", "--json", *model]) == 0
    found = json.loads(capsys.readouterr().out)["measured"][0]
    struck = [
        [[event >> drum & 1 for drum in Drum] for event in drawn.events()[at : at + 12]] for at in (0, 12)
    ]
    losses = event_losses(load_sampler(Path(model[1])), drawn.events(), 12)
    import numpy as np

    wanted = measure(np.array(struck), grid, primer_bars=1, losses=losses)
    assert {name: found[name] for name in LABELS} == pytest.approx(asdict(wanted))
    assert (found["meter"], found["steps_per_bar"]) == ("6/8", 12)
    assert found["velocity_mean"] == 100
    assert found["back_beat_velocity"] is None


def test_a_bad_file_keeps_no_other_from_being_measured(
    tmp_path: Path, model: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = rock_file(tmp_path / "good.mid"), tmp_path / "bad.mid"
    bad.write_bytes(b"no music")
    empty, torn = tmp_path / "empty.drumstudio", tmp_path / "torn.drumstudio"
    save_project(Project(), empty)
    torn.write_text("{")
    files = [str(path) for path in (bad, good, empty, torn, tmp_path / "gone.mid")]
    assert main(["measure", *files, "--json", *model]) == 1
    out, err = capsys.readouterr()
    result = json.loads(out)
    assert [one["file"] for one in result["measured"]] == [str(good)]
    assert [one["file"] for one in result["failed"]] == [name for name in files if name != str(good)]
    lines = err.splitlines()
    assert len(lines) == 4
    assert all(line.startswith("drumstudio: ") for line in lines)
    assert f"{empty} has no hits to measure" in err


def test_the_table_is_aligned(tmp_path: Path, model: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    files = [str(rock_file(tmp_path / f"{number}.mid", 3)) for number in range(6)]
    assert main(["measure", *files, *model]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    lines = out.splitlines()
    assert lines[0] == f"1: {files[0]} (4/4)"
    rows = [line for line in lines if line.startswith("likeness to the bar before")]
    assert len(rows) == 2
    assert rows[0].split()[-5:] == ["1.000"] * 5
    assert rows[1].split()[-1] == "1.000"
    assert {len(line) for line in lines[5:32]} == {len(rows[0])}
    assert [line.split()[-1] for line in lines if line.startswith("likeness to the primer")] == ["-", "-"]


def test_a_primer_as_long_as_the_file_is_a_sentence(
    tmp_path: Path, model: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    path = rock_file(tmp_path / "rock.mid", 2)
    assert main(["measure", str(path), "--primer-bars", "2", *model]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"drumstudio: {path} has 2 bars; choose fewer --primer-bars than that\n"
    assert main(["measure", str(path), "--primer-bars", "-1", *model]) == 2
    assert main(["measure", str(path), "--model", "nobody"]) == 1
