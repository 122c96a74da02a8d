"""Fine-tuning, and trainings that are killed at any moment."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from support.beats import Beat, beat

from drumstudio.errors import CheckpointError, DatasetError, DrumStudioError
from drumstudio.ml import checkpoint as files
from drumstudio.ml.checkpoint import Checkpoint, Training, load, save
from drumstudio.ml.config import GROOVE_MEMORY, NetworkConfig
from drumstudio.ml.encoding import Encoding
from drumstudio.ml.training.devices import device_called
from drumstudio.ml.training.finetune import open_base
from drumstudio.ml.training.metrics import evaluate
from drumstudio.ml.training.reports import Report, Settings, state_path
from drumstudio.ml.training.trainer import Trainer, load_model

SMALL = NetworkConfig(layers=(12,))
SHORT = Settings(steps=9, batch=4, window=24, learning_rate=0.01, report_every=3, patience=0)
BEATS = [beat(seed, bars=4) for seed in range(6)]


class _Killed(BaseException):
    """Ends a training as kill -9 does: nothing is tidied up."""


@contextmanager
def _killed_at(write: int, after: bool) -> Iterator[None]:
    """Whoever writes the `write`th file is killed before it is there, or just `after`."""
    whole = files.write_atomically
    count = 0

    def dying(path: Path, data: bytes) -> None:
        nonlocal count
        count += 1
        if count != write:
            whole(path, data)
            return
        if after:
            whole(path, data)
        raise _Killed

    files.write_atomically = dying  # type: ignore[attr-defined]
    try:
        yield
    except _Killed:
        pass
    finally:
        files.write_atomically = whole  # type: ignore[attr-defined]


def _trainer(path: Path, settings: Settings = SHORT, base: Path | None = None) -> Trainer:
    if base is None:
        model, weights = Checkpoint("small", SMALL, Encoding(), Training(fingerprint="f")), None
    else:
        model, weights = open_base(base, 9, None)
    return Trainer(path, model, settings, BEATS[2:], BEATS[:2], "cpu", weights)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A model that has learned a little."""
    path = tmp_path / "base.safetensors"
    _trainer(path, replace(SHORT, seed=5)).run()
    return path


@pytest.mark.parametrize("tuned", [False, True])
@pytest.mark.parametrize("after", [False, True])
def test_a_training_killed_at_any_write_ends_as_one_that_was_not(
    tmp_path: Path, base: Path, tuned: bool, after: bool
) -> None:
    settings = replace(SHORT, patience=3, learning_rate=0.3, steps=30)
    begin = base if tuned else None
    expected = tmp_path / "whole.safetensors"
    reports: list[Report] = []
    ended = _trainer(expected, settings, begin).run(reports.append)
    assert ended.reason == "early"
    assert 3 <= len(reports) <= 8
    for write in range(1, 2 * len(reports) + 2):
        path = tmp_path / f"{write}.safetensors"
        with _killed_at(write, after):
            _trainer(path, settings, begin).run()
        again = _trainer(path, settings, begin)
        if state_path(path).is_file():
            again.resume()
        outcome = again.run()
        assert path.read_bytes() == expected.read_bytes(), write
        assert (outcome.step, outcome.reason) == (ended.step, ended.reason)


def test_a_resumed_training_tells_of_its_newest_report(tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    reports: list[Report] = []
    _trainer(path).run(reports.append)
    again = _trainer(path)
    again.resume()
    assert again.last == reports[-1]
    assert again.best == min(reports, key=lambda report: report.validation_perplexity or 0)


@hypothesis_settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rate=st.floats(1e-5, 0.9), seed=st.integers(0, 99), anchor=st.sampled_from([0.0, 0.1]))
def test_a_fine_tuning_is_never_worse_than_its_base(
    tmp_path: Path, base: Path, rate: float, seed: int, anchor: float
) -> None:
    path = tmp_path / "tuned.safetensors"
    settings = replace(SHORT, learning_rate=rate, seed=seed, anchor=anchor, steps=4)
    reports: list[Report] = []
    with contextlib.suppress(DrumStudioError):  # it may go astray: what is kept is whole all the same
        _trainer(path, settings, base).run(reports.append)
    before = evaluate(load_model(base)[1], BEATS[:2]).perplexity
    assert reports[0].step == 0
    assert reports[0].validation_perplexity == before
    tuned, model = load_model(path)
    after = evaluate(model, BEATS[:2]).perplexity
    assert after <= before
    assert tuned.training.validation_perplexity == after


def test_a_fine_tuning_goes_on_from_the_bases_weights_and_learns(tmp_path: Path, base: Path) -> None:
    path = tmp_path / "tuned.safetensors"
    outcome = _trainer(path, replace(SHORT, steps=30), base).run()
    assert outcome.best is not None
    assert outcome.best.step > 0
    assert outcome.best.perplexity < 400
    _, weights = load(path)
    _, before = load(base)
    assert all(not np.array_equal(weights[name], before[name]) for name in ("out.weight", "out.bias"))


def test_an_anchor_holds_the_weights_near_their_base(tmp_path: Path, base: Path) -> None:
    moved = []
    for number, anchor in enumerate((0.0, 0.01, 1.0)):
        path = tmp_path / f"{number}.safetensors"
        settings = replace(SHORT, steps=20, anchor=anchor, report_every=50)
        _trainer(path, settings, base).run()
        _, weights = load(path)
        _, before = load(base)
        moved.append(sum(float(np.square(weights[name] - before[name]).sum()) for name in weights))
    assert moved[0] > moved[1] > moved[2] > 0


def test_a_fine_tuned_model_names_what_it_came_from(tmp_path: Path, base: Path) -> None:
    once, twice = tmp_path / "once.safetensors", tmp_path / "twice.safetensors"
    found, weights = load(base)
    told = replace(found.training, data="songs", licence="CC0", splits={"train": 4})
    save(base, replace(found, name="Base", training=told), weights)
    for path, begin, name, licence in ((once, base, "Once", "mine"), (twice, once, "Twice", "CC0")):
        model, begun = open_base(begin, 9, 0.5)
        training = Training(data=name, licence=licence, origins=model.training.origins)
        Trainer(
            path, replace(model, name=name, training=training), SHORT, BEATS[2:], BEATS[:2], "cpu", begun
        ).run()
    result = load(twice)[0]
    assert result.network == replace(SMALL, dropout=0.5)
    assert [origin.name for origin in result.training.origins] == ["Once", "Base"]
    assert result.training.base == "Once"
    assert result.training.licences == "CC0; mine"
    last = result.training.origins[1]
    assert (last.data, last.splits, last.steps) == ("songs", {"train": 4}, told.steps)
    assert last.weights == files.digest(weights)
    assert last.validation_perplexity == told.validation_perplexity


def test_data_of_other_drums_does_not_fit(base: Path) -> None:
    with pytest.raises(DatasetError, match="small plays nine drums and the data has one drum; choose"):
        open_base(base, 1, None)


def test_weights_that_do_not_fit_are_refused(tmp_path: Path, base: Path) -> None:
    _, weights = load(base)
    del weights["out.bias"]
    model = Checkpoint("x", SMALL, Encoding(), Training())
    with pytest.raises(CheckpointError, match="to fine-tune is damaged"):
        Trainer(tmp_path / "m.safetensors", model, SHORT, BEATS, [], "cpu", weights)


def test_another_base_is_not_resumed(tmp_path: Path, base: Path) -> None:
    path = tmp_path / "tuned.safetensors"
    _trainer(path, SHORT, base).run()
    other = tmp_path / "other.safetensors"
    _trainer(other, replace(SHORT, seed=6)).run()
    with pytest.raises(CheckpointError, match="other data or with other settings"):
        _trainer(path, SHORT, other).resume()


@pytest.mark.parametrize(
    "origins", ["none", [1], [{"name": 3}], [{"splits": []}], [{"validation_perplexity": "x"}]]
)
def test_origins_that_make_no_sense_are_damage(tmp_path: Path, base: Path, origins: object) -> None:
    metadata = files.read_metadata(base)
    training = json.loads(metadata["training"]) | {"origins": origins}
    metadata["training"] = json.dumps(training)
    path = tmp_path / "odd.safetensors"
    files.write_tensors(path, load(base)[1], metadata)
    with pytest.raises(CheckpointError, match="damaged"):
        load(path)


def test_devices_are_found_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    there = {"cuda": False, "mps": False}
    monkeypatch.setattr(torch.cuda, "is_available", lambda: there["cuda"])
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: there["mps"])
    assert device_called("auto").type == "cpu"
    for name in ("cuda", "mps", "tpu"):
        with pytest.raises(DrumStudioError, match="there is no"):
            device_called(name)
    there["mps"] = True
    assert device_called("auto").type == "mps"
    there["cuda"] = True
    assert device_called("auto").type == "cuda"
    assert device_called("cpu").type == "cpu"


def test_controls_of_a_base_stay(tmp_path: Path) -> None:
    network = NetworkConfig(
        GROOVE_MEMORY, (8,), quarters=True, wide=True, styles=("jazz", "rock"), fills=True
    )
    base = tmp_path / "base.safetensors"
    model = Checkpoint("all", network, Encoding(), Training())
    tracks: list[Beat] = [replace(track, style="rock") for track in BEATS]
    Trainer(base, model, replace(SHORT, steps=2), tracks, []).run()
    path = tmp_path / "tuned.safetensors"
    model, weights = open_base(base, 9, 0.1)
    Trainer(path, model, replace(SHORT, steps=2), BEATS[2:], BEATS[:2], "cpu", weights).run()
    assert load(path)[0].network == replace(network, dropout=0.1)
