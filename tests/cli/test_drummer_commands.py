"""train, evaluate, generate and models, as a user calls them."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support.tiny_model import tiny_model

from drumstudio.cli.main import main
from drumstudio.cli.primers import parse_primer_drums
from drumstudio.domain.drums import MAGENTA, ROLAND, Drum
from drumstudio.domain.pattern import Pattern, pattern_from_events
from drumstudio.domain.timing import Grid, Meter
from drumstudio.errors import UsageError
from drumstudio.midi.files import export_pattern, import_pattern
from drumstudio.ml.catalogue import default_model
from drumstudio.ml.checkpoint import load
from drumstudio.ml.data.dataset import DataSet, open_dataset
from drumstudio.ml.encoding import Encoding
from drumstudio.ml.training.figures import measure
from drumstudio.paths import user_models

BAR = [5, 0, 4, 0, 6, 0, 4, 0, 5, 1, 4, 0, 6, 0, 4, 2]


@pytest.fixture
def songs(tmp_path: Path) -> Path:
    """A folder of twelve beats, each a little different."""
    folder = tmp_path / "songs"
    for number in range(12):
        events = (BAR * 4)[: 48 + number]
        events[number + 3] ^= 1 << Drum.CRASH
        export_pattern(folder / f"{number}_rock_120_beat_4-4.mid", pattern_from_events(events), 120)
    return folder


@pytest.fixture
def primer(tmp_path: Path) -> Path:
    """Two bars of rock at 93 quarters a minute."""
    path = tmp_path / "primer.mid"
    export_pattern(path, pattern_from_events(BAR * 2, velocity=77), 93)
    return path


@pytest.fixture
def tiny(tmp_path: Path) -> str:
    return str(tiny_model(tmp_path / "tiny.safetensors"))


TRAIN = [
    "--layers",
    "1",
    "--units",
    "8",
    "--steps",
    "6",
    "--batch",
    "4",
    "--window",
    "16",
    "--report-every",
    "5",
]


def _train(songs: Path, out: Path, *more: str) -> int:
    return main(["train", str(songs), "--out", str(out), *TRAIN, *more])


# --- train


def test_training_reports_json_lines_and_leaves_a_model(songs, tmp_path, capsys) -> None:
    out = tmp_path / "own beats.safetensors"
    assert _train(songs, out, "--licence", "CC0", "--json") == 0
    printed = capsys.readouterr()
    reports = [json.loads(line) for line in printed.out.splitlines()]
    assert [report["step"] for report in reports] == [1, 6]
    assert {"perplexity", "validation_perplexity", "accuracy", "event_accuracy"} < set(reports[0])
    assert {"silence_accuracy", "steps_per_second"} < set(reports[0])
    assert reports[0]["perplexity"] == pytest.approx(512, rel=0.15)
    assert "step 6: done" in printed.err
    checkpoint, _ = load(out)
    assert checkpoint.name == "Own beats — 1 x 8 LSTM"
    assert checkpoint.training.data == "songs"
    assert checkpoint.training.licence == "CC0"
    assert checkpoint.training.styles == ("rock",)
    assert checkpoint.training.fingerprint
    assert checkpoint.training.date[:2] == "20"
    assert checkpoint.training.figures_of == "validation split, unfiltered"
    figures = checkpoint.training.figures
    assert figures["all"] == figures["rock beats"] == pytest.approx(reports[-1]["validation_perplexity"])
    assert (checkpoint.network.styles, checkpoint.network.fills) == ((), False)


def test_a_groove_memory_learns_to_be_asked_for_the_styles_it_hears(songs, tmp_path, capsys) -> None:
    (songs / "0_rock_120_beat_4-4.mid").rename(songs / "0_jazz_120_beat_4-4.mid")
    (songs / "1_rock_120_beat_4-4.mid").rename(songs / "1_jazz-swing_120_beat_4-4.mid")
    asked, plain, rock = (tmp_path / f"{name}.safetensors" for name in ("asked", "plain", "rock"))
    groove = ("--network", "groove_memory", "--seed", "3")
    assert _train(songs, asked, *groove) == 0
    assert load(asked)[0].network.styles == ("jazz", "rock")
    assert load(asked)[0].network.fills
    assert _train(songs, plain, *groove, "--no-controls") == 0
    assert (load(plain)[0].network.styles, load(plain)[0].network.fills) == ((), False)
    assert _train(songs, rock, *groove, "--styles", "rock") == 0
    network = load(rock)[0].network
    assert (network.styles, network.fills, network.wide, network.quarters) == ((), True, True, True)


def test_a_model_is_measured_on_all_that_is_held_out_but_never_on_what_it_learned(songs, tmp_path) -> None:
    """Files without an official split are drawn anew where fewer of them are wanted."""
    for number in range(6):
        (songs / f"{number}_rock_120_beat_4-4.mid").rename(songs / f"{number}_jazz_120_fill_4-4.mid")
    out = tmp_path / "rock.safetensors"
    assert _train(songs, out, "--styles", "rock") == 0
    data = open_dataset(songs)
    learned = {one.file for one in open_dataset(songs, styles=("rock",)).split("train")}
    wanted = [one for one in data.split("validation") if one.file not in learned]
    assert load(out)[0].training.figures == (measure(out, wanted) if wanted else {})


def test_a_saved_data_set_trains_the_same_model(songs, tmp_path, capsys) -> None:
    assert main(["dataset", str(songs), "--out", str(tmp_path / "set.drumdata")]) == 0
    assert _train(songs, tmp_path / "a.safetensors", "--data-name", "x", "--name", "x") == 0
    assert (
        _train(tmp_path / "set.drumdata", tmp_path / "b.safetensors", "--data-name", "x", "--name", "x") == 0
    )
    assert (tmp_path / "a.safetensors").read_bytes() == (tmp_path / "b.safetensors").read_bytes()


def test_training_resumes(songs, tmp_path, capsys) -> None:
    out = tmp_path / "m.safetensors"
    assert _train(songs, out, "--resume") == 1
    assert "no training to resume" in capsys.readouterr().err
    assert _train(songs, out) == 0
    assert _train(songs, out, "--resume", "--steps", "8") == 0
    printed = capsys.readouterr()
    assert "resuming after step 6" in printed.err
    assert json.loads(printed.out.splitlines()[-1])["step"] == 8


@pytest.mark.parametrize("network", ["drum_rnn", "groove_memory"])
def test_one_drum_models_train_score_and_play(songs, primer, network, tmp_path, capsys) -> None:
    out = tmp_path / "tap.safetensors"
    assert _train(songs, out, "--kit", "1", "--network", network) == 0
    assert not load(out)[0].network.fills
    assert load(out)[0].encoding == Encoding(1, 2)
    capsys.readouterr()
    assert main(["evaluate", "--model", str(out), "--data", str(songs), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["perplexity"] < 3
    target = tmp_path / "out"
    assert (
        main(["generate", "--model", str(out), "--primer", str(primer), "--seed", "1", "--out", str(target)])
        == 0
    )
    assert {hit.drum for hit in import_pattern(target / "drumstudio_seed1_1.mid").pattern.hits} == {
        Drum.SNARE
    }


def test_on_a_terminal_reports_are_words(songs, tmp_path) -> None:
    ours, theirs = pty.openpty()
    words = ["train", str(songs), "--out", str(tmp_path / "m.safetensors"), *TRAIN]
    child = subprocess.Popen(
        [sys.executable, "-m", "drumstudio", *words], stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    seen = b""
    # The terminal's other end gives an error, not an end of file, once all have left.
    with contextlib.suppress(OSError):
        while chunk := os.read(ours, 4096):
            seen += chunk
    os.close(ours)
    assert child.wait(timeout=60) == 0
    text = seen.decode()
    assert "step 1: perplexity" in text
    assert "steps/s" in text
    assert "6/6" in text
    assert "{" not in text


@pytest.mark.parametrize("how", ["interrupt", "terminate", "stdin"])
def test_a_stopped_training_saves_and_resumes(songs, tmp_path, how, capsys) -> None:
    out = tmp_path / "m.safetensors"
    words = ["train", str(songs), "--out", str(out), *TRAIN, "--steps", "1000000", "--patience", "0"]
    child = subprocess.Popen(
        [sys.executable, "-m", "drumstudio", *words, "--stop-on-stdin"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert json.loads(child.stdout.readline())["step"] == 1
    if how == "stdin":
        _, err = child.communicate("stop\n", timeout=60)
    else:
        child.send_signal(signal.SIGINT if how == "interrupt" else signal.SIGTERM)
        _, err = child.communicate(timeout=60)
    assert child.returncode == 0
    assert "stopped; --resume goes on" in err
    assert load(out)[0].training.steps >= 1
    words = ["train", str(songs), "--out", str(out), *TRAIN, "--steps", "1", "--patience", "0", "--resume"]
    assert main(words) == 0
    assert "resuming after step" in capsys.readouterr().err


def test_a_killed_training_leaves_its_last_model_whole(songs, tmp_path) -> None:
    out = tmp_path / "m.safetensors"
    words = ["train", str(songs), "--out", str(out), *TRAIN, "--steps", "1000000", "--report-every", "1"]
    child = subprocess.Popen(
        [sys.executable, "-m", "drumstudio", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert child.stdout is not None
    for _ in range(5):
        assert child.stdout.readline()
    child.kill()
    child.communicate(timeout=60)
    assert load(out)[0].training.steps >= 1
    assert main([*words, "--resume", "--steps", "2"]) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        ["--steps", "0"],
        ["--learning-rate", "0"],
        ["--learning-rate", "nan"],
        ["--units", "8,x"],
        ["--units", "8,8"],
        ["--dropout", "1"],
        ["--layers", "99"],
        ["--attention", "-1"],
    ],
)
def test_trainings_that_make_no_sense_are_usage_errors(songs, tmp_path, wrong, capsys) -> None:
    assert _train(songs, tmp_path / "m.safetensors", *wrong) == 2
    assert capsys.readouterr().err.startswith("drumstudio: ")


def test_a_model_goes_into_a_model_file(songs, tmp_path, capsys) -> None:
    assert _train(songs, tmp_path / "m.mid") == 2
    assert ".safetensors" in capsys.readouterr().err


# --- evaluate


def test_evaluate_prints_its_figures(songs, tiny, capsys) -> None:
    assert main(["evaluate", "--model", tiny, "--data", str(songs), "--json"]) == 0
    whole = json.loads(capsys.readouterr().out)
    assert whole["files"] == 12
    assert whole["split"] == "all"
    assert whole["perplexity"] > 1
    parts = []
    for split in ("train", "validation", "test"):
        assert main(["evaluate", "--model", tiny, "--data", str(songs), "--split", split, "--json"]) == 0
        parts.append(json.loads(capsys.readouterr().out))
    assert sum(part["steps"] for part in parts) == whole["steps"]
    assert sum(part["files"] for part in parts) == 12
    assert main(["evaluate", "--model", tiny, "--data", str(songs)]) == 0
    assert f"perplexity {whole['perplexity']:.3f} a step" in capsys.readouterr().out


def test_the_reported_validation_perplexity_is_what_evaluate_finds(songs, tmp_path, capsys) -> None:
    out = tmp_path / "m.safetensors"
    assert _train(songs, out) == 0
    capsys.readouterr()
    words = ["evaluate", "--model", str(out), "--data", str(songs), "--split", "validation", "--json"]
    assert main(words) == 0
    found = json.loads(capsys.readouterr().out)["perplexity"]
    assert found == pytest.approx(load(out)[0].training.validation_perplexity)


def test_a_groove_memory_trains_scores_and_plays(songs, primer, tmp_path, capsys) -> None:
    out, target = tmp_path / "groove.safetensors", tmp_path / "out"
    assert _train(songs, out, "--network", "groove_memory") == 0
    assert load(out)[0].network.kind == "groove_memory"
    capsys.readouterr()
    words = ["evaluate", "--model", str(out), "--data", str(songs), "--split", "validation", "--json"]
    assert main(words) == 0
    found = json.loads(capsys.readouterr().out)["perplexity"]
    assert found == pytest.approx(load(out)[0].training.validation_perplexity)
    assert main(["generate", "--model", str(out), "--primer", str(primer), "--out", str(target)]) == 0
    assert list(target.iterdir())
    assert _train(songs, out, "--network", "groove_memory", "--attention", "4") == 2
    assert "no attention" in capsys.readouterr().err


def test_without_a_word_the_plain_network_is_trained(songs, tmp_path) -> None:
    assert _train(songs, tmp_path / "m.safetensors") == 0
    assert load(tmp_path / "m.safetensors")[0].network.kind == "drum_rnn"


@pytest.mark.parametrize("baseline", ["unigram", "bigram", "copy_bar", "copies", "running"])
def test_baselines_are_scored_like_models(songs, tiny, baseline, capsys) -> None:
    words = ["--data", str(songs), "--split", "validation", "--json"]
    assert main(["evaluate", "--baseline", baseline, *words]) == 0
    found = json.loads(capsys.readouterr().out)
    assert main(["evaluate", "--model", tiny, *words]) == 0
    model = json.loads(capsys.readouterr().out)
    assert found["baseline"] == baseline
    assert 1 < found["perplexity"] < 512
    assert (found["steps"], found["files"]) == (model["steps"], model["files"])


def test_a_baseline_counts_in_the_train_split_and_needs_one(songs, tmp_path, capsys) -> None:
    one = next(songs.iterdir())
    words = ["evaluate", "--baseline", "unigram", "--data", str(one), "--split", "train"]
    assert main(words) == 0
    capsys.readouterr()
    held_out = tmp_path / "held-out.drumdata"
    data = open_dataset(str(songs))
    DataSet(data.split("validation")).save(held_out)
    assert main(["evaluate", "--baseline", "unigram", "--data", str(held_out), "--split", "validation"]) == 1
    assert "nothing to count" in capsys.readouterr().err


def test_evaluating_nothing_says_why(songs, tiny, tmp_path, capsys) -> None:
    assert main(["evaluate", "--model", tiny, "--data", str(songs), "--styles", "polka"]) == 1
    assert "polka" in capsys.readouterr().err
    assert main(["evaluate", "--model", "nobody", "--data", str(songs)]) == 1
    assert "nobody" in capsys.readouterr().err
    one = next(songs.iterdir())
    assert main(["evaluate", "--model", tiny, "--data", str(one), "--split", "test"]) == 1
    assert "the test split" in capsys.readouterr().err


# --- generate


def _generate(out: Path, *more: str) -> int:
    return main(["generate", "--out", str(out), *more])


def test_generate_writes_the_continuation_alone(primer, tiny, tmp_path, capsys) -> None:
    out = tmp_path / "out"
    words = [
        "--model",
        tiny,
        "--primer",
        str(primer),
        "--bars",
        "3",
        "--outputs",
        "2",
        "--seed",
        "7",
        "--json",
    ]
    assert _generate(out, *words) == 0
    result = json.loads(capsys.readouterr().out)
    assert [Path(name).name for name in result["files"]] == [
        "drumstudio_seed7_1.mid",
        "drumstudio_seed7_2.mid",
    ]
    assert (result["seed"], result["model"], result["primer_steps"]) == (7, tiny, 32)
    found = import_pattern(result["files"][0])
    assert found.pattern.bars == 3
    assert found.qpm == pytest.approx(93)


def test_with_primer_the_same_continuation_follows_the_primer(primer, tiny, tmp_path) -> None:
    words = ["--model", tiny, "--primer", str(primer), "--bars", "2", "--seed", "7"]
    assert _generate(tmp_path / "a", *words) == 0
    assert _generate(tmp_path / "b", *words, "--with-primer") == 0
    alone = import_pattern(tmp_path / "a" / "drumstudio_seed7_1.mid").pattern
    both = import_pattern(tmp_path / "b" / "drumstudio_seed7_1.mid").pattern
    assert both.events() == (*BAR, *BAR, *alone.events())
    assert both.seam == 32
    assert {hit.velocity for hit in both.hits_between(0, 32)} == {77}


def test_the_same_seed_writes_the_same_bytes(primer, tiny, tmp_path, capsys) -> None:
    words = ["--model", tiny, "--primer", str(primer), "--seed", "11"]
    assert _generate(tmp_path / "a", *words) == _generate(tmp_path / "b", *words, "--outputs", "3") == 0
    name = "drumstudio_seed11_1.mid"
    assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_a_seed_that_is_drawn_is_told_and_repeats(primer, tiny, tmp_path, capsys) -> None:
    words = ["--model", tiny, "--primer", str(primer), "--json"]
    assert _generate(tmp_path / "a", *words) == 0
    first = json.loads(capsys.readouterr().out)
    assert _generate(tmp_path / "b", *words, "--seed", str(first["seed"])) == 0
    again = json.loads(capsys.readouterr().out)
    assert Path(first["files"][0]).read_bytes() == Path(again["files"][0]).read_bytes()
    assert _generate(tmp_path / "c", "--model", tiny, "--primer", str(primer)) == 0
    assert "--seed" in capsys.readouterr().err


def test_primer_bars_cut_the_primer(primer, tiny, tmp_path, capsys) -> None:
    words = ["--model", tiny, "--primer", str(primer), "--bars", "1", "--seed", "1", "--with-primer"]
    assert _generate(tmp_path, *words, "--primer-bars", "1") == 0
    found = import_pattern(tmp_path / "drumstudio_seed1_1.mid").pattern
    assert (found.bars, found.seam) == (2, 16)
    assert _generate(tmp_path, *words, "--primer-bars", "3") == 2
    assert "has 2" in capsys.readouterr().err


def test_the_primers_meter_is_kept(tiny, tmp_path) -> None:
    path = tmp_path / "waltz.mid"
    export_pattern(path, pattern_from_events([5, 0, 4, 0] * 6, Grid(Meter(3, 4))), 150)
    assert _generate(tmp_path, "--model", tiny, "--primer", str(path), "--bars", "2", "--seed", "1") == 0
    found = import_pattern(tmp_path / "drumstudio_seed1_1.mid")
    assert found.pattern.grid == Grid(Meter(3, 4))
    assert found.pattern.bars == 2
    assert found.qpm == pytest.approx(150)


def test_a_listed_primer_is_continued_at_the_very_next_step(tiny, tmp_path) -> None:
    drums = "[(36, 42), (), 42, [], (38, 42)]"
    words = ["--model", tiny, "--primer-drums", drums, "--bars", "1", "--seed", "5", "--temperature", "1.5"]
    assert _generate(tmp_path / "a", *words, "--with-primer") == 0
    assert _generate(tmp_path / "b", *words) == 0
    both = import_pattern(tmp_path / "a" / "drumstudio_seed5_1.mid").pattern
    alone = import_pattern(tmp_path / "b" / "drumstudio_seed5_1.mid").pattern
    assert both.events()[:5] == (5, 0, 4, 0, 6)
    assert (alone.bars, both.bars) == (1, 2)
    assert both.events()[5:21] == alone.events()
    assert not any(both.events()[21:])


def test_an_empty_primer_begins_from_nothing(tiny, tmp_path) -> None:
    words = ["--model", tiny, "--primer-drums", "[]", "--bars", "2", "--seed", "5", "--with-primer"]
    assert _generate(tmp_path, *words) == 0
    assert import_pattern(tmp_path / "drumstudio_seed5_1.mid").pattern.bars == 2


def test_a_primer_as_long_as_a_pattern_can_be_is_continued_by_its_end(tiny, tmp_path, capsys) -> None:
    path = tmp_path / "long.mid"
    export_pattern(path, Pattern(Grid(), 1, pattern_from_events(BAR).hits), 120, repeats=256)
    words = ["--model", tiny, "--primer", str(path), "--bars", "2", "--seed", "5"]
    assert _generate(tmp_path, *words) == 0
    assert import_pattern(tmp_path / "drumstudio_seed5_1.mid").pattern.bars == 2
    assert _generate(tmp_path, *words, "--with-primer") == 2
    assert "256 bars" in capsys.readouterr().err


def test_the_default_model_is_the_shipped_one(primer, tmp_path, capsys) -> None:
    assert _generate(tmp_path, "--primer", str(primer), "--seed", "1", "--json") == 0
    assert json.loads(capsys.readouterr().out)["model"] == str(default_model().path)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["--temperature", "-1"], "temperature"),
        (["--temperature", "nan"], "temperature"),
        (["--temperature", "hot"], "temperature"),
        (["--top-p", "0"], "top-p"),
        (["--bars", "0"], "--bars"),
        (["--outputs", "0"], "--outputs"),
        (["--seed", "-1"], "--seed"),
        (["--primer-bars", "0"], "--primer-bars"),
        (["--qpm", "0"], "--qpm"),
        (["--primer-drums", "[36]"], "either"),
    ],
)
def test_generations_that_make_no_sense_are_usage_errors(primer, tiny, tmp_path, wrong, said, capsys) -> None:
    assert _generate(tmp_path, "--model", tiny, "--primer", str(primer), *wrong) == 2
    assert said in capsys.readouterr().err


def test_a_primer_is_needed(tmp_path, capsys) -> None:
    assert _generate(tmp_path) == 2
    assert _generate(tmp_path, "--primer-drums", "[36]", "--primer-bars", "1") == 2
    assert _generate(tmp_path, "--primer", str(tmp_path / "none.mid")) == 1
    assert "none.mid" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("36, 42", None),
        ("[36,", "Python list"),
        ("__import__('os')", "Python list"),
        ("36", "not int"),
        ("{36: 1}", "not dict"),
        ("['36']", "step 1"),
        ("[36, 1.5]", "step 2"),
        ("[True]", "True"),
        ("[(36, (42,))]", "step 1"),
        ("[36, 20]", "note 20"),
        ("(" * 5000, "Python list"),
    ],
)
def test_lists_that_are_none(text: str, said: str | None) -> None:
    if said is None:
        assert parse_primer_drums(text, MAGENTA) == [1, 4]
    else:
        with pytest.raises(UsageError, match=said):
            parse_primer_drums(text, MAGENTA)


def test_the_maps_mean_what_they_mean() -> None:
    assert parse_primer_drums("[58, 36]", MAGENTA) == [1 << Drum.CRASH, 1]
    assert parse_primer_drums("[58, 36]", ROLAND) == [1 << Drum.LOW_TOM, 1]


# --- models


def test_models_lists_shipped_own_and_damaged(tiny, capsys) -> None:
    user_models().mkdir(parents=True)
    (user_models() / "mine.safetensors").write_bytes(Path(tiny).read_bytes())
    (user_models() / "torn.safetensors").write_bytes(Path(tiny).read_bytes()[:100])
    assert main(["models", "--json"]) == 0
    models = {Path(model["path"]).stem: model for model in json.loads(capsys.readouterr().out)["models"]}
    assert models["groove_drummer"]["shipped"] is True
    assert models["groove_drummer"]["problem"] is None
    assert models["mine"]["shipped"] is False
    assert models["mine"]["network"] == "1 x 12 LSTM"
    assert "torn.safetensors" in models["torn"]["problem"]
    assert main(["models"]) == 0
    table = capsys.readouterr().out
    assert "cannot be used" in table
    shipped = models["groove_drummer"]
    line = next(line for line in table.splitlines() if line.startswith("groove_drummer "))
    for told in (shipped["name"], shipped["network"], shipped["trained_on"], shipped["date"]):
        assert told in line
    for figure in (shipped["figures"]["rock beats"], shipped["figures"]["all"]):
        assert f" {figure:.2f} " in line
    own = next(line for line in table.splitlines() if line.startswith("mine "))
    assert (own.endswith(" own"), line.endswith(" shipped")) == (True, True)
    assert len(own) == len(line)


def test_a_damaged_model_is_refused_in_a_sentence(primer, tmp_path, capsys) -> None:
    bad = tmp_path / "bad.safetensors"
    bad.write_bytes(b"not a model")
    assert _generate(tmp_path, "--model", str(bad), "--primer", str(primer)) == 1
    assert "bad.safetensors is not a model" in capsys.readouterr().err
    assert not list(tmp_path.glob("drumstudio_*.mid"))
