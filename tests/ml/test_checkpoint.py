from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.numpy import save_file

from drumstudio.errors import CheckpointError
from drumstudio.ml import checkpoint as files
from drumstudio.ml.catalogue import default_model, describe, find_model, list_models
from drumstudio.ml.checkpoint import Training, load, read_info, save
from drumstudio.ml.config import NetworkConfig
from drumstudio.ml.playing.sampler import load_sampler
from drumstudio.paths import shipped_models, user_models

TRAINING = Training(
    steps=7,
    perplexity=5.5,
    validation_perplexity=5.25,
    seed=3,
    data="beats",
    licence="CC BY 4.0",
    fingerprint="abc",
    splits={"train": 3, "validation": 1},
    styles=("funk", "rock"),
)


def test_a_model_comes_back_as_it_was(tmp_path: Path, make_model) -> None:
    network = NetworkConfig(
        layers=(8, 4), attention=3, dropout=0.25, quarters=True, styles=("funk", "rock"), fills=True
    )
    checkpoint, weights = make_model(network)
    checkpoint = replace(checkpoint, name="Mine – ♪", training=TRAINING)
    path = tmp_path / "deep" / "mine.safetensors"
    save(path, checkpoint, weights)
    found, back = load(path)
    assert found == checkpoint == read_info(path)
    assert back.keys() == weights.keys()
    assert all(np.array_equal(back[name], weights[name]) for name in weights)


def test_the_same_model_is_the_same_bytes_and_plain_safetensors(tmp_path: Path, make_model) -> None:
    checkpoint, weights = make_model()
    save(tmp_path / "a.safetensors", checkpoint, weights)
    save(tmp_path / "b.safetensors", checkpoint, dict(reversed(weights.items())))
    assert (tmp_path / "a.safetensors").read_bytes() == (tmp_path / "b.safetensors").read_bytes()
    with safe_open(tmp_path / "a.safetensors", framework="numpy") as file:
        metadata = file.metadata()
    assert metadata["format"] == "drumstudio-model"
    assert metadata["format_version"] == "1"
    assert json.loads(metadata["network"])["layers"] == [12, 10]
    assert json.loads(metadata["encoding"]) == {"drums": 9, "steps_per_quarter": 4}
    assert json.loads(metadata["training"])["steps"] == 3


def _rewritten(path: Path, **changes: str | None) -> None:
    metadata = files.read_metadata(path)
    tensors = files.read_tensors(path)
    for name, value in changes.items():
        metadata.pop(name) if value is None else metadata.__setitem__(name, value)
    save_file(tensors, path, metadata)


def _network(**changes: object) -> str:
    return json.dumps(NetworkConfig().to_json() | changes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"format": "another"}, "not a model of DrumStudio"),
        ({"format": None}, "not a model of DrumStudio"),
        ({"format_version": "2"}, "newer DrumStudio"),
        ({"format_version": "9" * 5000}, "newer DrumStudio"),
        ({"format_version": "one"}, "no format version"),
        ({"network": "{"}, "damaged"),
        ({"network": "[]"}, "damaged"),
        (
            {"network": '{"kind": "oracle", "layers": [1], "attention": 0, "dropout": 0, "place": true}'},
            "oracle",
        ),
        (
            {"network": '{"kind": "drum_rnn", "layers": [1e9], "attention": 0, "dropout": 0, "place": 1}'},
            "units",
        ),
        ({"network": _network(kind="groove_memory", attention=4)}, "attention"),
        ({"network": _network(wide=True)}, "groove memory"),
        ({"network": _network(styles=["rock", "rock"])}, "styles"),
        ({"encoding": '{"drums": 4, "steps_per_quarter": 4}'}, "1 drum or 9"),
        ({"training": '{"steps": "many"}'}, "damaged"),
        ({"training": '{"perplexity": []}'}, "damaged"),
        ({"training": '{"figures": {"all": "good"}}'}, "damaged"),
        ({"training": '{"figures": 3}'}, "damaged"),
        ({"training": '{"date": 20261122}'}, "damaged"),
        ({"training": "[" * 100_000}, "damaged"),
        ({"name": None}, "damaged"),
        ({"network": _network(dropout=10**400)}, "damaged"),
    ],
)
def test_foreign_damaged_and_newer_headers_are_refused(model_file: Path, changes: dict, said: str) -> None:
    _rewritten(model_file, **changes)
    with pytest.raises(CheckpointError, match=said) as refused:
        read_info(model_file)
    assert str(model_file) in str(refused.value)


def test_a_network_of_earlier_versions_knows_no_styles_fills_or_quarters(model_file: Path) -> None:
    old = {name: NetworkConfig().to_json()[name] for name in ("kind", "attention", "dropout", "place")}
    _rewritten(model_file, network=json.dumps(old | {"layers": [12, 10]}))
    network = read_info(model_file).network
    assert network == NetworkConfig(layers=(12, 10))
    assert not network.styles
    assert not network.fills
    assert not network.quarters
    assert load_sampler(model_file).continue_([1], 3).shape == (1, 3)


def test_what_a_later_version_adds_to_the_training_is_passed_over(model_file: Path) -> None:
    _rewritten(model_file, training='{"steps": 5, "mood": "good"}')
    assert read_info(model_file).training.steps == 5


def test_one_flipped_bit_of_the_weights_is_noticed(model_file: Path) -> None:
    data = bytearray(model_file.read_bytes())
    data[-100] ^= 1
    model_file.write_bytes(data)
    assert read_info(model_file).name == "test"
    with pytest.raises(CheckpointError, match="damaged"):
        load(model_file)


@given(st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_mutated_files_are_refused_in_a_sentence_or_still_whole(
    model_file: Path, data: st.DataObject
) -> None:
    whole = model_file.read_bytes()
    header = int.from_bytes(whole[:8], "little") + 8
    mutant = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        mutant[data.draw(st.integers(0, header))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del mutant[data.draw(st.integers(0, len(mutant))) :]
    path = model_file.with_name("mutant.safetensors")
    path.write_bytes(mutant)
    said = str(path)
    try:
        load_sampler(path).continue_([1], 1)
    except CheckpointError as error:
        said = str(error)
    assert "mutant.safetensors" in said


@pytest.mark.parametrize("kind", ["BF16", "F8_E4M3", "I8"])
def test_numbers_of_another_kind_are_refused(model_file: Path, kind: str) -> None:
    """A header that is whole in itself, of weights that no network here has."""
    metadata = files.read_metadata(model_file)
    size = {"BF16": 2}.get(kind, 1)
    tensor = {"dtype": kind, "shape": [4], "data_offsets": [0, 4 * size]}
    header = json.dumps({"__metadata__": metadata, "out.bias": tensor}).encode()
    model_file.write_bytes(len(header).to_bytes(8, "little") + header + bytes(4 * size))
    with pytest.raises(CheckpointError, match="damaged"):
        load_sampler(model_file)


@pytest.mark.parametrize("content", [b"", b"MThd", b"\0" * 100, b"\xff" * 4096, b"{}" * 50])
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match=r"x\.safetensors is not a model"):
        load(path)


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="no model at"):
        load(tmp_path / "none.safetensors")
    with pytest.raises(CheckpointError, match="no model at"):
        load(tmp_path)


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path, make_model) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CheckpointError, match="cannot be written"):
        save(tmp_path / "file" / "x.safetensors", *make_model())


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "groove_memory", "attention": 4},
        {"kind": "x"},
        {"layers": ()},
        {"layers": (0,)},
        {"attention": -1},
        {"dropout": 1.0},
        {"styles": ("rock", "rock")},
        {"styles": ("",)},
    ],
)
def test_networks_that_cannot_be_are_refused(wrong: dict) -> None:
    with pytest.raises(ValueError, match=r"network|layer|attention|dropout|style"):
        NetworkConfig(**wrong)


def test_networks_have_names() -> None:
    assert NetworkConfig(layers=(128, 128)).label == "2 x 128 LSTM"
    assert NetworkConfig("groove_memory", (128,)).label == "groove memory, 1 x 128 LSTM"
    assert NetworkConfig(layers=(64, 32), attention=8).label == "64, 32 LSTM with attention over 8 steps"


def test_the_shipped_drummer_is_listed_and_plays() -> None:
    model = default_model()
    assert model.shipped
    assert model.path.parent == shipped_models()
    assert model.kind == "groove_memory"
    assert model.figures["rock beats"] < 2.5
    assert model.figures["all"] < 2.5
    assert {"rock", "jazz", "funk", "latin", "hiphop"} < set(model.styles)
    assert model.fills
    assert "CC BY 4.0" in model.licence
    assert load_sampler(model.path).continue_([1, 0, 4, 0], 16, candidates=2).shape == (2, 16)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("groove_drummer", "groove_memory"), ("rock_drummer", "groove_memory"), ("drum_rnn", "drum_rnn")],
)
def test_every_shipped_drummer_says_what_it_is_and_plays(name: str, kind: str) -> None:
    model = describe(find_model(name), shipped=True)
    assert model.problem is None
    assert (model.kind, model.encoding) == (kind, "nine drums")
    assert 1 < model.figures["rock beats"] < 10
    assert 1 < model.figures["all"] < 10
    assert "validation" in model.figures_of
    assert model.steps > 0
    assert model.date
    assert model.size == model.path.stat().st_size
    assert load_sampler(model.path).continue_([1, 0, 4, 0], 16, candidates=2).shape == (2, 16)


def test_what_is_shipped_is_small() -> None:
    assert sum(path.stat().st_size for path in shipped_models().iterdir()) < 12e6


def test_the_users_own_are_listed_damaged_ones_with_the_reason(model_file: Path) -> None:
    user_models().mkdir(parents=True)
    (user_models() / "good.safetensors").write_bytes(model_file.read_bytes())
    (user_models() / "bad.safetensors").write_bytes(b"nothing")
    own = {model.path.stem: model for model in list_models() if not model.shipped}
    assert set(own) == {"good", "bad"}
    assert own["good"].problem is None
    assert own["good"].network == "12, 10 LSTM"
    assert own["good"].encoding == "nine drums"
    assert "not a model" in (own["bad"].problem or "")
    assert find_model("good") == find_model("test") == own["good"].path


def test_models_are_found_by_path_and_by_name(model_file: Path) -> None:
    assert find_model(str(model_file)) == model_file
    assert find_model(None) == default_model().path == find_model(default_model().name)
    with pytest.raises(CheckpointError, match="no model 'nobody'"):
        find_model("nobody")
    assert describe(model_file).steps == 3


def test_no_model_at_all_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("drumstudio.paths.shipped_models", lambda: tmp_path)
    with pytest.raises(CheckpointError, match="no drummer is installed"):
        default_model()
