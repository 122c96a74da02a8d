"""generate with the dials, with rows that stay, with taps and with a beam, as a user calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.tiny_model import tiny_model

from drumstudio.cli.main import main
from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Hit, Pattern, pattern_from_events
from drumstudio.domain.timing import Grid, Meter
from drumstudio.midi.files import export_pattern, import_pattern
from drumstudio.ml.musicality import TOMS

BAR = [5, 0, 4, 0, 6, 0, 4, 0, 5, 1, 4, 0, 6, 0, 4, 2]
OTHER = [5, 0, 4, 0, 6, 0, 4, 1, 4, 0, 5, 0, 6, 0, 4, 0]


@pytest.fixture
def primer(tmp_path: Path) -> str:
    path = tmp_path / "primer.mid"
    export_pattern(path, pattern_from_events(BAR + OTHER), 101)
    return str(path)


@pytest.fixture
def tiny(tmp_path: Path) -> str:
    return str(tiny_model(tmp_path / "tiny.safetensors"))


def _generate(out: Path, *more: str) -> int:
    return main(["generate", "--out", str(out), "--seed", "3", *more])


def _made(out: Path, index: int = 1) -> Pattern:
    return import_pattern(out / f"drumstudio_seed3_{index}.mid").pattern


def test_a_loop_without_fills_is_the_primer_again(primer, tiny, tmp_path) -> None:
    assert _generate(tmp_path, "--model", tiny, "--primer", primer, "--stick", "100", "--fills", "none") == 0
    assert _made(tmp_path).events() == tuple((BAR + OTHER) * 2)


def test_fills_come_where_they_are_asked(primer, tmp_path) -> None:
    words = ["--primer", primer, "--bars", "6", "--stick", "80", "--outputs", "4"]
    assert _generate(tmp_path / "a", *words, "--fills", "none", "--fill-bars", "4, 7", "--crash") == 0
    for index in range(1, 5):
        pattern = _made(tmp_path / "a", index)
        crashes = [hit.step for hit in pattern.hits if hit.drum is Drum.CRASH]
        assert crashes == [2 * 16, 5 * 16]
        toms = {hit.step // 8 for hit in pattern.hits if hit.drum in TOMS}
        assert toms <= {3, 9}
    assert _generate(tmp_path / "b", *words, "--fills", "4", "--no-crash") == 0
    assert not any(hit.drum is Drum.CRASH for hit in _made(tmp_path / "b").hits)


def test_busyness_and_wildness_change_what_is_played(primer, tmp_path) -> None:
    words = ["--primer", primer, "--fills", "none", "--bars", "8"]
    hits = []
    for busyness in ("50", "100", "200"):
        assert _generate(tmp_path / busyness, *words, "--busyness", busyness) == 0
        hits.append(len(_made(tmp_path / busyness).hits))
    assert hits == sorted(set(hits))
    assert _generate(tmp_path / "calm", *words, "--wildness", "0", "--outputs", "2") == 0
    assert _made(tmp_path / "calm").events() == _made(tmp_path / "calm", 2).events()


def test_feel_changes_the_touch_and_not_the_hits(primer, tmp_path) -> None:
    for feel in ("0", "100"):
        assert _generate(tmp_path / feel, "--primer", primer, "--feel", feel) == 0
    none, all_of_it = _made(tmp_path / "0"), _made(tmp_path / "100")
    assert none.events() == all_of_it.events()
    assert none.hits != all_of_it.hits


def test_rows_that_stay_go_on_as_in_the_primer(primer, tiny, tmp_path) -> None:
    assert (
        _generate(tmp_path, "--model", tiny, "--primer", primer, "--lock", "Kick, snare", "--bars", "3") == 0
    )
    wanted = [event & 3 for event in BAR + OTHER + BAR]
    assert [event & 3 for event in _made(tmp_path).events()] == wanted


def test_rows_that_stay_go_on_as_they_are_given(primer, tiny, tmp_path) -> None:
    given = tmp_path / "given.mid"
    export_pattern(given, pattern_from_events([1, 0, 0, 1] * 4 + [2, 1] * 8), 120)
    words = ["--model", tiny, "--lock", "kick", "--given", str(given), "--bars", "3"]
    assert _generate(tmp_path / "a", "--primer", primer, *words) == 0
    wanted = ([1, 0, 0, 1] * 4 + [0, 1] * 8) * 2
    assert [event & 1 for event in _made(tmp_path / "a").events()] == wanted[:48]
    assert _generate(tmp_path / "b", "--primer-drums", "[]", *words) == 0
    assert [event & 1 for event in _made(tmp_path / "b").events()] == wanted[:48]
    # A primer that ends inside a bar: rows stay in step with the bars.
    assert _generate(tmp_path / "c", "--primer-drums", "[36, (), (), (), 38]", *words) == 0
    assert [event & 1 for event in _made(tmp_path / "c").events()] == (wanted + wanted)[5:53]


def test_given_rows_on_another_grid_or_meter(primer, tiny, tmp_path, capsys) -> None:
    given = tmp_path / "given.mid"
    words = ["--model", tiny, "--primer", primer, "--lock", "snare", "--given", str(given), "--bars", "1"]
    hits = tuple(Hit(step, Drum.SNARE) for step in (2, 6))
    export_pattern(given, Pattern(Grid(steps_per_quarter=2), 1, hits), 120)
    assert _generate(tmp_path, *words) == 0
    assert [step for step, event in enumerate(_made(tmp_path).events()) if event & 2] == [4, 12]
    export_pattern(given, Pattern(Grid(Meter(3, 4)), 1, hits), 120)
    assert _generate(tmp_path, *words) == 2
    assert "3/4" in capsys.readouterr().err


def test_completing_keeps_rows_and_writes_the_others(tiny, tmp_path, capsys) -> None:
    path = tmp_path / "beat.mid"
    export_pattern(path, pattern_from_events(BAR + OTHER), 90)
    assert (
        _generate(tmp_path / "a", "--model", tiny, "--complete", str(path), "--lock", "kick,snare", "--json")
        == 0
    )
    assert json.loads(capsys.readouterr().out)["mode"] == "complete"
    made = _made(tmp_path / "a")
    assert made.bars == 2
    assert [event & 3 for event in made.events()] == [event & 3 for event in BAR + OTHER]
    assert _generate(tmp_path / "b", "--complete", str(path), "--fills", "none") == 0
    assert [event & 7 for event in _made(tmp_path / "b").events()] == BAR + OTHER


def test_taps_on_any_notes_become_a_beat(tmp_path) -> None:
    path = tmp_path / "taps.mid"
    hits = tuple(Hit(step, Drum(step % 3)) for step in (0, 4, 8, 12, 16, 20, 24, 28, 32, 40, 48, 60))
    export_pattern(path, Pattern(Grid(), 4, hits), 96)
    assert _generate(tmp_path, "--dress", str(path), "--fills", "none") == 0
    made = _made(tmp_path)
    assert made.bars == 4
    struck = {hit.step for hit in made.hits if hit.drum in (Drum.KICK, Drum.SNARE)}
    assert struck <= {hit.step for hit in hits}
    assert {hit.step for hit in hits} <= {hit.step for hit in made.hits}
    assert {hit.drum for hit in made.hits} >= {Drum.KICK, Drum.SNARE}


def test_beams_of_one_are_plain_sampling(primer, tiny, tmp_path) -> None:
    words = ["--model", tiny, "--primer", primer, "--bars", "2"]
    assert _generate(tmp_path / "raw", *words, "--raw") == 0
    beam = ["--beam-size", "1", "--branch-factor", "1", "--steps-per-iteration", "1"]
    assert _generate(tmp_path / "one", *words, *beam) == 0
    assert _generate(tmp_path / "wide", *words, "--beam-size", "4", "--branch-factor", "4") == 0
    assert _generate(tmp_path / "warm", *words, "--temperature", "1.0") == 0
    assert _made(tmp_path / "raw").events() == _made(tmp_path / "one").events()
    assert _made(tmp_path / "raw").events() == _made(tmp_path / "warm").events()
    assert _made(tmp_path / "raw").events() != _made(tmp_path / "wide").events()


def test_json_says_all_that_a_run_needs(primer, tiny, tmp_path, capsys) -> None:
    words = ["--model", tiny, "--primer", primer, "--stick", "70", "--fills", "2", "--fill-bars", "5"]
    words += ["--busyness", "120", "--wildness", "1.1", "--feel", "30", "--lock", "ride", "--no-crash"]
    assert _generate(tmp_path, *words, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["dials"] == {
        "stick": 70.0,
        "fills": 2,
        "fill_bars": [5],
        "crash": False,
        "wildness": 1.1,
        "busyness": 120.0,
        "style": "",
    }
    assert found["feel"] == 30.0
    assert (found["raw"], found["beam"], found["mode"], found["lock"]) == (False, None, "continue", "ride")
    assert (found["primer"], found["primer_steps"], found["bars"], found["outputs"]) == (primer, 32, 4, 1)
    assert _generate(tmp_path, *words[:4], "--temperature", "0.8", "--beam-size", "2", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["raw"], found["dials"], found["temperature"], found["top_p"]) == (True, None, 0.8, 1.0)
    assert found["beam"] == {"size": 2, "branch_factor": 1, "steps_per_iteration": 1}


def test_a_style_that_nobody_knows_is_named_with_those_that_are(primer, tmp_path, capsys) -> None:
    assert _generate(tmp_path, "--primer", primer, "--style", "polka") == 2
    said = capsys.readouterr().err
    assert "'polka'" in said
    assert "rock" in said
    assert said.count("\n") == 1
    assert _generate(tmp_path, "--primer", primer, "--style", "rock") == 0


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["--stick", "101"], "--stick is 0 to 100"),
        (["--stick", "nan"], "--stick"),
        (["--feel", "-1"], "--feel"),
        (["--wildness", "2.1"], "--wildness is 0 to 2"),
        (["--busyness", "49"], "--busyness is 50 to 200"),
        (["--busyness", "inf"], "--busyness"),
        (["--fills", "3"], "--fills"),
        (["--fill-bars", "0"], "--fill-bars"),
        (["--fill-bars", "4,"], "--fill-bars"),
        (["--lock", "cowbell"], "'cowbell'"),
        (["--given", "x.mid"], "--lock"),
        (["--temperature", "0.8", "--stick", "50"], "--temperature plays without the dials"),
        (["--raw", "--no-crash"], "--crash"),
        (["--beam-size", "0"], "beam size"),
        (["--beam-size", "2", "--wildness", "1"], "--beam-size"),
        (["--beam-size", "2", "--lock", "kick"], "beam search"),
        (["--complete", "x.mid"], "either"),
        (["--style", "x" * 41], "40 letters"),
    ],
)
def test_wishes_that_make_no_sense_are_usage_errors(primer, tiny, tmp_path, wrong, said, capsys) -> None:
    assert _generate(tmp_path, "--model", tiny, "--primer", primer, *wrong) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("more", [["--bars", "2"], ["--with-primer"], ["--given", "x.mid"]])
def test_completing_and_dressing_take_the_bars_that_are_there(tmp_path, more, capsys) -> None:
    for source in ("--complete", "--dress"):
        assert _generate(tmp_path, source, "x.mid", *more) == 2
        assert more[0] in capsys.readouterr().err
    assert _generate(tmp_path, "--dress", "x.mid", "--lock", "kick") == 2


def test_a_beat_with_nothing_left_to_write_is_refused_in_a_sentence(tmp_path, capsys) -> None:
    path = tmp_path / "full.mid"
    export_pattern(path, pattern_from_events(BAR), 90)
    every = ",".join(drum.name.lower() for drum in Drum)
    assert _generate(tmp_path, "--complete", str(path), "--lock", every) == 1
    assert "locked" in capsys.readouterr().err
