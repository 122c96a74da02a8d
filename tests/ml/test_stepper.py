from __future__ import annotations

import numpy as np
import pytest
import torch

from drumstudio.errors import CheckpointError
from drumstudio.ml.config import NetworkConfig
from drumstudio.ml.encoding import Encoding, position_features
from drumstudio.ml.model import AttentionLayer, DrumRnn
from drumstudio.ml.stepper import Stepper, expected_shapes

NETWORKS = [
    NetworkConfig(layers=(12,)),
    NetworkConfig(layers=(12, 7, 9), place=False),
    NetworkConfig(layers=(12, 7), attention=5),
    NetworkConfig(layers=(8,), attention=3, place=False),
]


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
    place = position_features(5, 40, 12, network.place)
    with torch.no_grad():
        expected, _ = model(torch.from_numpy(before), torch.from_numpy(np.repeat(place[None], 3, 0)))
    state, places = stepper.start(3), stepper.places(5, 40, 12)
    for step in range(40):
        logits, state = stepper.step(before[:, step], places[step], state)
        assert logits.dtype == np.float32
        np.testing.assert_allclose(logits, expected[:, step].numpy(), rtol=2e-4, atol=2e-4)


@pytest.mark.parametrize("network", NETWORKS)
def test_the_shapes_expected_are_those_the_network_has(network) -> None:
    model = DrumRnn(network, Encoding())
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
