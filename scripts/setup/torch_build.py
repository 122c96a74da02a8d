"""Which build of PyTorch to install: on Linux the CPU's, unless CUDA's was asked for.

On Linux the plain package index has the CUDA build under the same version, which brings several
gigabytes of libraries.  PyTorch's own CPU index has a small build; where that index is out of
reach, whatever pip finds with the user's own settings is taken, if it is free of CUDA.  That is
read from the metadata, before anything large is downloaded.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable
from pathlib import Path

from scripts.setup.console import SetupError, say

CPU_INDEX = "https://download.pytorch.org/whl/cpu"
ANSWER_WITHIN_S = 3.0
CUDA_PACKAGES = re.compile(r"(nvidia|cuda|triton|pytorch-triton)\b", re.IGNORECASE)


def answers(url: str, within_s: float = ANSWER_WITHIN_S) -> bool:
    """Whether `url` can be read within `within_s` seconds, name look-up included."""
    found: list[bool] = []

    def ask() -> None:
        try:
            with urllib.request.urlopen(url, timeout=within_s) as reply:
                found.append(reply.status == 200)
        except (OSError, ValueError):
            pass

    # A look-up of a name has no time limit of its own: it is left behind in its thread.
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(within_s)
    return bool(found and found[0])


def brings_cuda(report: str) -> bool:
    """Whether the one package in pip's installation `report` (JSON) depends on CUDA's libraries."""
    start = report.find("{")
    items, _ = json.JSONDecoder().raw_decode(report, start) if start >= 0 else ({}, 0)
    return any(
        CUDA_PACKAGES.match(requirement) and "extra ==" not in requirement
        for item in items.get("install", [])
        for requirement in item["metadata"].get("requires_dist", [])
    )


def _installed(python: Path) -> str:
    code = "from importlib.metadata import version; print(version('torch'))"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _would_install(python: Path, words: list[str]) -> subprocess.CompletedProcess[str]:
    command = [str(python), "-m", "pip", "install", "--dry-run", "--quiet", "--no-deps", "--report", "-"]
    return subprocess.run(
        [*command, "--ignore-installed", *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PIP_USER": "0"},
    )


def install(python: Path, version: str, cuda: bool, pip: Callable[..., bool]) -> None:
    """Install torch `version` into the environment of `python`, by `pip` (gives whether it worked).

    Raises SetupError when only a CUDA build can be had and `cuda` is false, or when there is none.
    """
    installed = _installed(python)
    if sys.platform != "linux":
        if cuda:
            say("CUDA builds are for Linux alone; going on with the usual build of PyTorch")
        return  # the usual build is small there; the project's own requirement brings it
    if cuda:
        # Three equals signs: exactly this name, which leaves out the +cpu build.
        if installed != version and not pip(
            "install", "--force-reinstall", "--no-deps", f"torch==={version}"
        ):
            raise SetupError(f"No CUDA build of PyTorch {version} can be had here; start without --cuda")
        return
    if installed.split("+")[0] == version:
        return
    wanted = f"torch=={version}"
    index = ["--index-url", CPU_INDEX] if answers(f"{CPU_INDEX}/torch/") else []
    report = _would_install(python, [*index, wanted])
    if index and report.returncode != 0:
        index = []
        report = _would_install(python, [wanted])
    if report.returncode != 0:
        raise SetupError(
            f"pip finds no PyTorch {version} for this Python and processor: {report.stderr.strip()[-300:]}"
        )
    if brings_cuda(report.stdout):
        raise SetupError(
            f"PyTorch's CPU index ({CPU_INDEX}) does not answer, and the usual index has only the CUDA "
            "build, several gigabytes; connect and start again, or take that build with: ./run --cuda"
        )
    if not pip("install", "--no-deps", *index, wanted):
        raise SetupError(f"PyTorch {version} could not be installed; start again to try once more")
