"""The choice of PyTorch's build: never CUDA's gigabytes unasked, never a long wait.

Small wheels named torch, of a version that nobody has, stand on indexes of this test's own, and
the real pip looks there.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path

import pytest

from scripts.setup import torch_build
from scripts.setup.console import SetupError
from scripts.setup.torch_build import answers, brings_cuda

VERSION = "0.0.9"
PYTHON = Path(sys.executable)
CUDA = "nvidia-cudnn-cu13==9.20.0.48"


def report(*requirements: str) -> str:
    """What pip prints of one package, behind a warning as it may stand there."""
    item = {"metadata": {"name": "torch", "version": "2.13.0", "requires_dist": list(requirements)}}
    return "WARNING: something\n" + json.dumps({"version": "1", "install": [item]})


@pytest.mark.parametrize(
    "requirement",
    [
        'nvidia-cudnn-cu13==9.20.0.48; platform_system == "Linux"',
        "cuda-toolkit[cublas,cudart]==13.0.3",
        "triton==3.7.1",
    ],
)
def test_a_cuda_build_shows_in_what_it_requires(requirement: str) -> None:
    assert brings_cuda(report("filelock", requirement))


def test_the_cpu_build_requires_none_of_it() -> None:
    assert not brings_cuda(report("filelock", "sympy>=1.13.3", 'triton>=3; extra == "compile"'))


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder without a word."""

    def log_message(self, format: str, *args: object) -> None:
        pass


def put_torch(index: Path, version: str, requirement: str) -> None:
    """Put a wheel of torch `version` that requires `requirement` on the index in folder `index`."""
    folder = index / "torch"
    folder.mkdir(parents=True, exist_ok=True)
    name = f"torch-{version}-py3-none-any.whl"
    info = f"torch-{version}.dist-info"
    with zipfile.ZipFile(folder / name, "w") as wheel:
        wheel.writestr(
            f"{info}/METADATA",
            f"Metadata-Version: 2.1\nName: torch\nVersion: {version}\nRequires-Dist: {requirement}\n",
        )
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    (folder / "index.html").write_text(f'<a href="{name.replace("+", "%2B")}">{name}</a>', encoding="utf-8")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder and the address that it is served at."""
    folder = tmp_path / "served"
    folder.mkdir()
    with HTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield folder, f"http://127.0.0.1:{http.server_port}"
        http.shutdown()
        thread.join()


@pytest.fixture
def pip(served: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """What pip is told to install; the usual index and the CPU index are folders `usual` and `cpu`."""
    address = served[1]
    monkeypatch.setattr(torch_build, "CPU_INDEX", f"{address}/cpu")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", f"{address}/usual")
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX"):
        monkeypatch.delenv(name, raising=False)
    return []


def install(told: list[tuple[str, ...]], cuda: bool = False) -> None:
    def record(*words: str) -> bool:
        told.append(words)
        return True

    torch_build.install(PYTHON, VERSION, cuda, record)


def test_the_cpu_index_is_taken_where_it_answers(
    served: tuple[Path, str], pip: list[tuple[str, ...]]
) -> None:
    folder, address = served
    put_torch(folder / "usual", VERSION, CUDA)
    put_torch(folder / "cpu", f"{VERSION}+cpu", "filelock")
    install(pip)
    assert pip == [("install", "--no-deps", "--index-url", f"{address}/cpu", f"torch=={VERSION}")]


def test_without_the_cpu_index_a_cpu_build_that_pip_finds_is_taken(
    served: tuple[Path, str], pip: list[tuple[str, ...]]
) -> None:
    put_torch(served[0] / "usual", f"{VERSION}+cpu", "filelock")
    install(pip)
    assert pip == [("install", "--no-deps", f"torch=={VERSION}")]


def test_a_cpu_index_without_this_version_is_passed_over(
    served: tuple[Path, str], pip: list[tuple[str, ...]]
) -> None:
    put_torch(served[0] / "cpu", "0.0.1+cpu", "filelock")
    put_torch(served[0] / "usual", f"{VERSION}+cpu", "filelock")
    install(pip)
    assert pip == [("install", "--no-deps", f"torch=={VERSION}")]


def test_cuda_is_not_taken_unasked(served: tuple[Path, str], pip: list[tuple[str, ...]]) -> None:
    put_torch(served[0] / "usual", VERSION, CUDA)
    with pytest.raises(SetupError, match=r"only the CUDA build.*\./run --cuda"):
        install(pip)
    assert pip == []


def test_cuda_that_was_asked_for_is_exactly_that_build(pip: list[tuple[str, ...]]) -> None:
    install(pip, cuda=True)
    assert pip == [("install", "--force-reinstall", "--no-deps", f"torch==={VERSION}")]


def test_no_build_at_all_is_a_sentence(served: tuple[Path, str], pip: list[tuple[str, ...]]) -> None:
    put_torch(served[0] / "usual", "0.0.1", "filelock")
    with pytest.raises(SetupError, match=f"no PyTorch {VERSION} for this Python"):
        install(pip)


def test_a_page_that_is_there_answers(served: tuple[Path, str]) -> None:
    (served[0] / "here").touch()
    assert answers(f"{served[1]}/here")
    assert not answers(f"{served[1]}/gone")


def test_silence_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert not answers(f"http://127.0.0.1:{silent.getsockname()[1]}/", within_s=0.1)


def test_a_closed_port_does_not_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert not answers(f"http://127.0.0.1:{port}/")
