"""Adam (Kingma & Ba 2015), step for step as PyTorch's own computes it.

PyTorch's optimizers load its compiler at their first step, which takes longer than loading all the rest;
nothing here is compiled.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch

_BETA_1, _BETA_2, _EPSILON = 0.9, 0.999, 1e-8


class Adam:
    """Moves `values` against their gradients by about `rate` a step.

    `state` holds of each value that was ever moved "step", and the running means "exp_avg" of its
    gradient and "exp_avg_sq" of the gradient's square.
    """

    def __init__(self, values: Iterable[torch.nn.Parameter], rate: float) -> None:
        self._values = list(values)
        self.rate = rate
        self.state: dict[torch.nn.Parameter, dict[str, torch.Tensor]] = {}

    def forget_gradients(self) -> None:
        """Let the next gradients begin from nothing."""
        for value in self._values:
            value.grad = None

    @torch.no_grad()
    def step(self) -> None:
        """Move every value that has a gradient."""
        for value in self._values:
            if value.grad is not None:
                self._move(value, value.grad)

    def _move(self, value: torch.nn.Parameter, gradient: torch.Tensor) -> None:
        if value not in self.state:
            self.state[value] = {
                "step": torch.zeros(()),
                "exp_avg": torch.zeros_like(value),
                "exp_avg_sq": torch.zeros_like(value),
            }
        kept = self.state[value]
        kept["step"] += 1
        step = kept["step"].item()
        kept["exp_avg"].lerp_(gradient, 1 - _BETA_1)
        kept["exp_avg_sq"].mul_(_BETA_2).addcmul_(gradient, gradient, value=1 - _BETA_2)
        spread = (kept["exp_avg_sq"].sqrt() / (1 - _BETA_2**step) ** 0.5).add_(_EPSILON)
        value.addcdiv_(kept["exp_avg"], spread, value=-self.rate / (1 - _BETA_1**step))
