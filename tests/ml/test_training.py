from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from support.beats import Beat, beat

from drumstudio.errors import CheckpointError, DrumStudioError
from drumstudio.ml import checkpoint as files
from drumstudio.ml.checkpoint import Checkpoint, Training, load
from drumstudio.ml.config import GROOVE_MEMORY, KINDS, NetworkConfig
from drumstudio.ml.encoding import Encoding
from drumstudio.ml.playing.stepper import build_player
from drumstudio.ml.training.metrics import evaluate
from drumstudio.ml.training.model import DrumRnn, build
from drumstudio.ml.training.trainer import (
    Outcome,
    Report,
    Settings,
    Trainer,
    load_model,
    state_path,
    weights_of,
)
from drumstudio.ml.training.windows import IGNORED, Windows

SMALL = NetworkConfig(layers=(16,), dropout=0.2)
COUNTERS = NetworkConfig(layers=(16,), place=False)
GROOVE = NetworkConfig(GROOVE_MEMORY, layers=(16,), dropout=0.2)
WIDE = replace(GROOVE, wide=True, quarters=True, styles=("jazz", "rock"), fills=True)
SHORT = Settings(steps=12, batch=4, window=24, learning_rate=0.01, report_every=5, patience=0)


def _trainer(
    path: Path,
    beats: list[Beat],
    settings: Settings = SHORT,
    network: NetworkConfig = SMALL,
    held_out: int = 2,
) -> Trainer:
    model = Checkpoint("small", network, Encoding(), Training(fingerprint="f"))
    return Trainer(path, model, settings, beats[held_out:], beats[:held_out])


def _weights(path: Path) -> dict[str, np.ndarray]:
    return files.read_tensors(state_path(path))


# --- windows


def test_a_batch_is_a_function_of_its_number_and_the_seed(beats: list[Beat]) -> None:
    def batch(seed: int, number: int) -> np.ndarray:
        return Windows(beats, SMALL, Encoding(), 20, seed).batch(number, 6).target

    assert np.array_equal(batch(1, 5), batch(1, 5))
    assert not np.array_equal(batch(1, 5), batch(1, 6))
    assert not np.array_equal(batch(1, 5), batch(2, 5))


def test_a_window_predicts_each_step_from_the_one_before(beats: list[Beat]) -> None:
    batch = Windows(beats, SMALL, Encoding(), 32, 0).batch(1, 50)
    assert batch.before.shape == batch.target.shape == (50, 32)
    assert np.array_equal(batch.before[:, 1:], batch.target[:, :-1])


def test_windows_carry_their_place_and_short_tracks_are_padded() -> None:
    track = Beat(np.arange(1, 21, dtype=np.int16))
    batch = Windows([track, beat(0)], COUNTERS, Encoding(), 50, 0).batch(1, 40)
    short = next(row for row in range(40) if batch.target[row, 0] == 1)
    assert batch.before[short, :21].tolist() == [512, *range(1, 20), 0]
    assert batch.target[short, :20].tolist() == list(range(1, 21))
    assert (batch.target[short, 20:] == IGNORED).all()
    assert (batch.place[short, 3] > 0).tolist() == [True, True, False, False, False, False]


def test_every_step_is_drawn() -> None:
    track = Beat(np.arange(100, dtype=np.int16))
    windows = Windows([track], COUNTERS, Encoding(), 10, 0)
    seen = {int(event) for number in range(60) for event in windows.batch(number, 8).target.ravel()}
    assert seen == set(range(100))


def test_no_tracks_make_no_windows() -> None:
    with pytest.raises(ValueError, match="nothing to draw"):
        Windows([], COUNTERS, Encoding(), 10, 0)


def test_a_groove_memorys_windows_remember_what_came_before_them_or_begin_afresh() -> None:
    """Three in four know of the eight bars before, the others of nothing, at a bar line."""
    track = Beat(np.arange(1, 401, dtype=np.int16))
    batch = Windows([track], GROOVE, Encoding(), 32, 0).batch(1, 400)
    late = np.flatnonzero(batch.target[:, 0] > 130)
    remembering = 0
    for row in late:
        known = batch.before[row, 0, 1:] < 512
        assert known.all() or not known.any()
        remembering += known.all()
        if known.all():
            back = (batch.target[row] - batch.before[row].T).tolist()
            assert back == [[lag] * 32 for lag in (1, *range(16, 129, 16))]
        else:
            assert batch.target[row, 0] % 16 == 1
            assert (batch.place[row, 0, :6] == -1).all()
            assert batch.before[row, 0, 0] == 512
            assert batch.before[row, 16:, 1].tolist() == batch.target[row, :16].tolist()
    assert 0.65 < remembering / len(late) < 0.85


def test_plain_drum_rnns_windows_are_cut_from_whole_tracks() -> None:
    track = Beat(np.arange(1, 401, dtype=np.int16))
    batch = Windows([track], SMALL, Encoding(), 32, 0).batch(1, 200)
    inner = batch.target[:, 0] > 1
    assert (batch.before[inner, 0] == batch.target[inner, 0] - 1).all()


# --- scoring


@pytest.mark.parametrize("encoding", [Encoding(), Encoding(drums=1, steps_per_quarter=2)])
@pytest.mark.parametrize(
    "network", [NetworkConfig(layers=(9, 8)), NetworkConfig(layers=(9,), attention=4), GROOVE, WIDE]
)
def test_scores_equal_those_of_stepping_through_each_track(network, encoding, make_model) -> None:
    """Tracks of one to 700 steps, so that some end within a stretch and the longest needs three."""
    _, weights = make_model(network, encoding)
    lengths = [1, 2, 16, 255, 256, 257, 700] + [30] * 30
    tracks = [Beat(beat(seed, 50, 0.3).events[:length]) for seed, length in enumerate(lengths)]
    model = build(network, encoding)
    model.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()})
    loss, right, count = 0.0, Counter[bool](), Counter[bool]()
    stepper = build_player(network, encoding, weights)
    for track in tracks:
        classes, state = encoding.encode(track.events), stepper.start(1)
        places = stepper.places(0, len(classes), 16)
        for step, (before, truth) in enumerate(zip([encoding.start, *classes], classes, strict=False)):
            logits, state = stepper.step(np.array([before]), places[step], state)
            if step:
                scores = logits[0].astype(np.float64)
                loss += float(np.log(np.exp(scores - scores.max()).sum()) + scores.max() - scores[truth])
                right[bool(truth)] += scores.argmax() == truth
                count[bool(truth)] += 1
    score = evaluate(model.train(), tracks)
    assert model.training
    assert score.steps == sum(lengths) - len(lengths) == count.total()
    assert score.perplexity == pytest.approx(math.exp(loss / count.total()), rel=1e-5)
    assert score.event_accuracy == pytest.approx(right[True] / count[True], abs=1e-3)
    assert score.silence_accuracy == pytest.approx(right[False] / count[False], abs=1e-3)


def test_accuracy_of_what_does_not_occur_is_not_a_number() -> None:
    model = DrumRnn(SMALL, Encoding())
    assert evaluate(model, [Beat(np.zeros(10, np.int16))]).event_accuracy is None
    assert evaluate(model, [Beat(np.ones(10, np.int16))]).silence_accuracy is None


# --- training


def test_an_untrained_network_is_as_uncertain_as_can_be(beats: list[Beat]) -> None:
    for network in (NetworkConfig(), NetworkConfig(layers=(64, 64), attention=8)):
        assert evaluate(DrumRnn(network, Encoding()), beats).perplexity == pytest.approx(512, rel=0.1)


@pytest.mark.parametrize(
    "network",
    [
        NetworkConfig(layers=(24,)),
        NetworkConfig(layers=(24,), attention=4),
        NetworkConfig(GROOVE_MEMORY, layers=(24,)),
        NetworkConfig(GROOVE_MEMORY, layers=(24,), wide=True),
    ],
)
def test_training_learns_more_than_counting_could(tmp_path: Path, network: NetworkConfig) -> None:
    beats = [beat(seed, bars=6, noise=0.02) for seed in range(10)]
    events = np.concatenate([track.events for track in beats])
    share = np.bincount(events) / len(events)
    counting = math.exp(-(share[share > 0] * np.log(share[share > 0])).sum())
    settings = replace(SHORT, steps=120, report_every=30, learning_rate=0.02)
    outcome = _trainer(tmp_path / "m.safetensors", beats, settings, network).run()
    assert outcome.best is not None
    assert outcome.best.validation_perplexity is not None
    assert outcome.best.validation_perplexity < 0.6 * counting
    assert outcome.best.perplexity < 0.6 * counting


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("steps_per_bar", "steps_per_quarter"), [(8, 2), (12, 3)])
def test_a_one_drum_network_learns_too(
    tmp_path: Path, kind: str, steps_per_bar: int, steps_per_quarter: int
) -> None:
    tracks = [
        Beat((np.arange(96) % 4 == 0).astype(np.int16), steps_per_bar, steps_per_quarter) for _ in range(4)
    ]
    network = NetworkConfig(kind, layers=(8,), quarters=True, wide=kind == GROOVE_MEMORY)
    model = Checkpoint("one", network, Encoding(1, 2), Training())
    settings = replace(SHORT, steps=60, learning_rate=0.03)
    outcome = Trainer(tmp_path / "one.safetensors", model, settings, tracks, tracks[:1]).run()
    assert outcome.best is not None
    assert outcome.best.validation_perplexity == pytest.approx(1.0, abs=0.15)
    assert load(tmp_path / "one.safetensors")[0].encoding == Encoding(1, 2)


def test_reports_come_at_the_first_step_and_then_in_even_distances(tmp_path: Path, beats: list[Beat]) -> None:
    reports: list[Report] = []
    steps: list[int] = []
    outcome = _trainer(tmp_path / "m.safetensors", beats).run(reports.append, None, steps.append)
    assert [report.step for report in reports] == [1, 6, 11, 12]
    assert steps == list(range(1, 13))
    assert outcome == Outcome(12, outcome.best, "done")
    for report in reports:
        assert 1 < report.perplexity < 1000
        assert report.steps_per_second > 0
        assert 0 <= report.accuracy <= 1
        assert report.validation_perplexity is not None


def test_the_same_seed_trains_the_same_network(tmp_path: Path, beats: list[Beat]) -> None:
    for name in ("a", "b", "c"):
        settings = replace(SHORT, seed=4 if name == "c" else 0)
        _trainer(tmp_path / f"{name}.safetensors", beats, settings).run()
    whole = [(tmp_path / f"{name}.safetensors").read_bytes() for name in ("a", "b", "c")]
    assert whole[0] == whole[1]
    assert whole[0] != whole[2]


@pytest.mark.parametrize("network", [SMALL, GROOVE, WIDE])
def test_a_resumed_training_equals_one_that_never_stopped(
    tmp_path: Path, beats: list[Beat], network: NetworkConfig
) -> None:
    whole, halves = tmp_path / "whole.safetensors", tmp_path / "halves.safetensors"
    for decay in (False, True):
        settings = replace(SHORT, decay=decay)
        _trainer(whole, beats, settings, network).run()
        first = _trainer(halves, beats, settings, network)
        steps: list[int] = []
        assert first.run(stopped=lambda done=steps: len(done) == 7, on_step=steps.append).reason == "stopped"
        second = _trainer(halves, beats, settings, network)
        assert second.resume() == 7
        second.run()
        assert whole.read_bytes() == halves.read_bytes()
        expected, found = _weights(whole), _weights(halves)
        assert expected.keys() == found.keys()
        assert all(np.array_equal(expected[name], found[name]) for name in expected)


def test_more_steps_can_be_trained_on_top(tmp_path: Path, beats: list[Beat]) -> None:
    path = tmp_path / "m.safetensors"
    _trainer(path, beats).run()
    more = _trainer(path, beats, replace(SHORT, steps=15))
    assert more.resume() == 12
    assert more.run().step == 15


def test_stopping_before_the_first_step_saves_a_model(tmp_path: Path, beats: list[Beat]) -> None:
    path = tmp_path / "m.safetensors"
    outcome = _trainer(path, beats).run(stopped=lambda: True)
    assert outcome == Outcome(0, None, "stopped")
    checkpoint, _ = load_model(path)
    assert checkpoint.training.steps == 0
    assert checkpoint.training.validation_perplexity is None
    assert _trainer(path, beats).resume() == 0


def test_the_best_model_is_kept_and_training_ends_when_nothing_gets_better(tmp_path: Path) -> None:
    """Held out is what the training data never does: the more is learned, the worse it gets."""
    train = [beat(seed, noise=0.0) for seed in range(3)]
    held_out = [Beat(np.random.default_rng(0).integers(300, 500, 64).astype(np.int16))]
    settings = Settings(steps=200, batch=4, window=24, learning_rate=0.02, report_every=5, patience=15)
    path = tmp_path / "m.safetensors"
    model = Checkpoint("m", SMALL, Encoding(), Training())
    reports: list[Report] = []
    outcome = Trainer(path, model, settings, train, held_out).run(reports.append)
    assert outcome.reason == "early"
    assert outcome.best is not None
    assert outcome.best.validation_perplexity == min(report.validation_perplexity or 0 for report in reports)
    assert outcome.step - outcome.best.step == 15
    checkpoint, network = load_model(path)
    assert checkpoint.training.steps == outcome.best.step
    assert evaluate(network, held_out).perplexity == pytest.approx(
        outcome.best.validation_perplexity, rel=1e-5
    )


def test_without_a_validation_split_the_newest_is_kept(tmp_path: Path, beats: list[Beat]) -> None:
    path = tmp_path / "m.safetensors"
    trainer = _trainer(path, beats, held_out=0)
    outcome = trainer.run()
    assert outcome.best is not None
    assert (outcome.best.step, outcome.best.validation_perplexity) == (12, None)
    saved = load(path)[1]
    assert all(np.array_equal(saved[name], value) for name, value in weights_of(trainer.model).items())


def test_dropout_is_off_when_scoring_and_on_when_training(tmp_path: Path, beats: list[Beat]) -> None:
    trainer = _trainer(tmp_path / "m.safetensors", beats, network=replace(SMALL, dropout=0.9))
    trainer.run(lambda _: None)
    assert trainer.model.training
    assert evaluate(trainer.model, beats) == evaluate(trainer.model, beats)


def test_the_checkpoint_tells_how_it_was_made(tmp_path: Path, beats: list[Beat]) -> None:
    path = tmp_path / "m.safetensors"
    outcome = _trainer(path, beats, replace(SHORT, seed=9)).run()
    training = load(path)[0].training
    assert outcome.best is not None
    assert training.steps == outcome.best.step
    assert training.validation_perplexity == outcome.best.validation_perplexity
    assert (training.seed, training.batch, training.window, training.fingerprint) == (9, 4, 24, "f")


def test_resuming_what_is_not_there_or_differs_is_refused(tmp_path: Path, beats: list[Beat]) -> None:
    path = tmp_path / "m.safetensors"
    with pytest.raises(CheckpointError, match="no training to resume"):
        _trainer(path, beats).resume()
    _trainer(path, beats).run()
    with pytest.raises(CheckpointError, match="other data or with other settings"):
        _trainer(path, beats, replace(SHORT, seed=1)).resume()
    state_path(path).write_bytes(path.read_bytes())
    with pytest.raises(CheckpointError, match="not a stopped training"):
        _trainer(path, beats).resume()
    state_path(path).write_bytes(b"junk")
    with pytest.raises(CheckpointError, match=r"m\.resume"):
        _trainer(path, beats).resume()


def test_a_damaged_state_is_refused(tmp_path: Path, beats: list[Beat]) -> None:
    path = tmp_path / "m.safetensors"
    _trainer(path, beats).run()
    data = bytearray(state_path(path).read_bytes())
    data[-50] ^= 4
    state_path(path).write_bytes(data)
    with pytest.raises(CheckpointError, match="damaged"):
        _trainer(path, beats).resume()


@pytest.mark.parametrize(
    "change",
    [
        {"step": ""},
        {"step": "1e9"},
        {"best": ""},
        {"best": "7"},
        {"best": '{"step": 1}'},
        {"best": json.dumps(dict.fromkeys(Report.__slots__, "x"))},
        {"best": "[" * 9999},
    ],
)
def test_a_state_with_a_damaged_account_is_refused(
    change: dict[str, str], tmp_path: Path, beats: list[Beat]
) -> None:
    path = tmp_path / "m.safetensors"
    _trainer(path, beats).run()
    state = state_path(path)
    files.write_tensors(state, files.read_tensors(state), files.read_metadata(state) | change)
    with pytest.raises(CheckpointError, match=r"m\.resume is damaged; train without --resume"):
        _trainer(path, beats).resume()


def test_a_device_that_is_not_there_is_said(
    tmp_path: Path, beats: list[Beat], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    model = Checkpoint("m", SMALL, Encoding(), Training())
    with pytest.raises(DrumStudioError, match="no CUDA device"):
        Trainer(tmp_path / "m.safetensors", model, SHORT, beats, [], device="cuda")


def test_a_training_that_goes_astray_says_so(tmp_path: Path, beats: list[Beat]) -> None:
    wild = replace(SHORT, learning_rate=3e37)
    with pytest.raises(DrumStudioError, match="learning-rate"):
        _trainer(tmp_path / "m.safetensors", beats, wild).run()
