"""Where to train: the processor, an NVIDIA card (CUDA) or a Mac's own (MPS)."""

from __future__ import annotations

import torch

from drumstudio.errors import DrumStudioError

AUTO, CPU, CUDA, MPS = "auto", "cpu", "cuda", "mps"


def present() -> tuple[str, ...]:
    """The devices that are there, the quickest first."""
    there = {CUDA: torch.cuda.is_available(), MPS: torch.backends.mps.is_available(), CPU: True}
    return tuple(name for name, found in there.items() if found)


def device_called(name: str) -> torch.device:
    """The device called `name`; "auto" takes CUDA, else MPS, else the processor.

    DrumStudioError where it is not there.
    """
    there = present()
    if name == AUTO:
        return torch.device(there[0])
    if name not in (CPU, CUDA, MPS):
        raise DrumStudioError(f"there is no device called {name!r}; choose auto, cpu, cuda or mps")
    if name == CUDA and CUDA not in there:
        raise DrumStudioError(
            "there is no CUDA device, or PyTorch is its CPU build; "
            "train with --device cpu, or set up with ./run --cuda"
        )
    if name == MPS and MPS not in there:
        raise DrumStudioError(
            "there is no MPS device (Macs with Apple's own chips have one); use --device cpu"
        )
    return torch.device(name)
