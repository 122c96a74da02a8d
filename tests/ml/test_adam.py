from __future__ import annotations

import subprocess
import sys

import pytest
import torch

from drumstudio.ml.training.adam import Adam


@pytest.mark.parametrize("rate", [0.0015, 0.3])
def test_every_step_is_bit_for_bit_that_of_torch(rate: float) -> None:
    torch.manual_seed(1)
    mine = [torch.nn.Parameter(torch.randn(shape)) for shape in ((7, 5), (64,), (3, 2, 2))]
    theirs = [torch.nn.Parameter(value.detach().clone()) for value in mine]
    never = torch.nn.Parameter(torch.ones(2))
    adam, reference = Adam([*mine, never], rate), torch.optim.Adam(theirs, lr=rate)
    for number in range(30):
        for ours, other in zip(mine, theirs, strict=True):
            ours.grad = torch.randn(ours.shape) * 10.0 ** (number % 5 - 2)
            other.grad = ours.grad.clone()
        adam.rate = rate / (1 + number)
        reference.param_groups[0]["lr"] = adam.rate
        adam.step()
        reference.step()
        for ours, other in zip(mine, theirs, strict=True):
            assert torch.equal(ours, other)
            for name, kept in reference.state[other].items():
                assert torch.equal(adam.state[ours][name], kept)
    assert torch.equal(never, torch.ones(2))
    adam.forget_gradients()
    assert all(value.grad is None for value in mine)


def test_a_training_loads_no_compiler() -> None:
    """It would take longer than many a training."""
    program = (
        "import sys, torch; from drumstudio.ml.training.adam import Adam; "
        "value = torch.nn.Parameter(torch.ones(2)); "
        "value.sum().backward(); Adam([value], 0.1).step(); sys.exit('torch._dynamo' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
