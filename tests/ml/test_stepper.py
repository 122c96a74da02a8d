from __future__ import annotations

import numpy as np
import pytest
import torch

from drumstudio.errors import CheckpointError
from drumstudio.ml.config import GROOVE_MEMORY, NetworkConfig
from drumstudio.ml.control import control_features
from drumstudio.ml.encoding import Encoding, Floats
from drumstudio.ml.playing.stepper import GrooveStepper, Stepper, build_player, expected_shapes
from drumstudio.ml.reading import places as places_of
from drumstudio.ml.reading import read
from drumstudio.ml.training.model import AttentionLayer, DrumRnn, GrooveMemory, build

NETWORKS = [
    NetworkConfig(layers=(12,)),
    NetworkConfig(layers=(12, 7, 9), place=False),
    NetworkConfig(layers=(12, 7), attention=5),
    NetworkConfig(layers=(8,), attention=3, place=False),
    NetworkConfig(layers=(12,), quarters=True, styles=("jazz", "rock"), fills=True),
]
GROOVES = [
    NetworkConfig(GROOVE_MEMORY, layers=(12,)),
    NetworkConfig(GROOVE_MEMORY, layers=(12, 7), place=False),
    NetworkConfig(GROOVE_MEMORY, layers=(12, 7), wide=True, place=False),
    NetworkConfig(GROOVE_MEMORY, layers=(12,), quarters=True, styles=("jazz", "rock"), fills=True, wide=True),
]


def _control(network: NetworkConfig, steps: int) -> Floats:
    """A style, and fills that are unknown, absent and there."""
    return control_features(network, steps, "rock", (np.arange(steps) // 5 % 3 - 1).astype(np.int8))


def _torch_model(network: NetworkConfig, encoding: Encoding, weights: dict) -> DrumRnn:
    model = DrumRnn(network, encoding)
    model.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()})
    return model.eval()


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("encoding", [Encoding(), Encoding(drums=1, steps_per_quarter=2)])
def test_stepping_gives_what_torch_gives(network, encoding, make_model) -> None:
    _, weights = make_model(network, encoding)
    model, stepper = _torch_model(network, encoding, weights), Stepper(network, encoding, weights)
    before = np.random.default_rng(0).integers(0, encoding.classes + 1, (3, 40))
    control = _control(network, 40)
    place = places_of(network, 5, 40, 12, 3, control)
    with torch.no_grad():
        expected, _ = model(torch.from_numpy(before), torch.from_numpy(np.repeat(place[None], 3, 0)))
    state, places = stepper.start(3), stepper.places(5, 40, 12, 3, control)
    for step in range(40):
        logits, state = stepper.step(before[:, step], places[step], state)
        assert logits.dtype == np.float32
        np.testing.assert_allclose(logits, expected[:, step].numpy(), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("network", GROOVES)
@pytest.mark.parametrize("encoding", [Encoding(), Encoding(drums=1, steps_per_quarter=2)])
@pytest.mark.parametrize("steps_per_bar", [5, 12, 16])
def test_a_groove_memory_steps_as_torch_runs_it(network, encoding, steps_per_bar, make_model) -> None:
    """Three tracks of eleven bars side by side, so that every bar back is there in the end."""
    _, weights = make_model(network, encoding)
    model = GrooveMemory(network, encoding)
    model.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()})
    steps = 11 * steps_per_bar
    choices = np.array([0, 1, 5, 509]) % encoding.classes
    tracks = choices[np.random.default_rng(0).integers(0, 4, (3, steps))]
    control = _control(network, steps)
    tables = [read(network, encoding, track, steps_per_bar, 3, control) for track in tracks]
    with torch.no_grad():
        expected, _ = model.eval()(*(torch.from_numpy(np.stack(part)) for part in zip(*tables, strict=True)))
    stepper = GrooveStepper(network, encoding, weights)
    state = stepper.start(3, steps_per_bar, 3)
    places = stepper.places(0, steps, steps_per_bar, 3, control)
    for step in range(steps):
        before = tracks[:, step - 1] if step else np.full(3, encoding.start)
        logits, after = stepper.step(before, places[step], state)
        assert logits.dtype == np.float32
        np.testing.assert_allclose(np.exp(logits).sum(1), 1.0, rtol=1e-4)
        np.testing.assert_allclose(logits, expected[:, step].numpy(), rtol=1e-5, atol=1e-5)
        state = stepper.advance(before, places[step], state)
        for one, other in zip(after, state, strict=True):
            assert all(np.array_equal(here, there) for here, there in zip(one, other, strict=True))


def test_the_gates_bias_moves_between_inventing_and_copying(make_model) -> None:
    network, encoding = GROOVES[0], Encoding()
    player = build_player(network, encoding, make_model(network)[1])
    state, places = player.start(1, 4), player.places(0, 13, 4)
    events = [encoding.start, *[3, 0, 8, 0] * 3]
    for step in range(12):
        state = player.advance(np.array([events[step]]), places[step], state)
    shares = [
        float(np.exp(player.step(np.array([0]), places[12], state, bias)[0][0, 3])) for bias in (-8, 0, 8)
    ]
    assert shares[0] < 0.1 < shares[1] < 0.99 < shares[2]


@pytest.mark.parametrize("network", [NETWORKS[-1], GROOVES[-1]])
def test_what_is_asked_for_and_the_grid_reach_the_network(network, make_model) -> None:
    player = build_player(network, Encoding(), make_model(network)[1])
    nothing = player.places(0, 12, 12, 3)
    assert np.array_equal(nothing, player.places(0, 12, 12, 3, _control(network, 12) * 0))
    assert (nothing != player.places(0, 12, 12, 3, _control(network, 12))).any()
    assert (nothing != player.places(0, 12, 12, 4)).any()


@pytest.mark.parametrize("network", [*NETWORKS, *GROOVES])
def test_the_shapes_expected_are_those_the_network_has(network) -> None:
    model = build(network, Encoding())
    assert expected_shapes(network, Encoding()) == {
        name: tuple(value.shape) for name, value in model.state_dict().items()
    }


def test_attention_remembers_its_last_outputs_and_no_others() -> None:
    torch.manual_seed(0)
    layer = AttentionLayer(inputs=3, units=4, length=5)
    with torch.no_grad():
        outputs, (_, _, _, memory, keys) = layer(torch.randn(2, 12, 3), layer.start(2))
        torch.testing.assert_close(memory, outputs[:, -5:])
        torch.testing.assert_close(keys, layer.key(outputs[:, -5:]))


def test_weights_that_do_not_fit_are_refused(make_model) -> None:
    checkpoint, weights = make_model()
    del weights["out.bias"]
    with pytest.raises(CheckpointError, match="do not fit"):
        Stepper(checkpoint.network, checkpoint.encoding, weights)
