"""The choice of PyTorch's build: never CUDA's gigabytes unasked, never a long wait."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from scripts.setup.torch_build import answers, brings_cuda


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


class Page(BaseHTTPRequestHandler):
    """Answers /here and nothing else."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/here" else 404)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Page) as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()
        thread.join()


def test_a_page_that_is_there_answers(server: str) -> None:
    assert answers(f"{server}/here")


def test_an_error_page_does_not_count(server: str) -> None:
    assert not answers(f"{server}/gone")


def test_silence_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert not answers(f"http://127.0.0.1:{silent.getsockname()[1]}/", within_s=0.1)


def test_a_closed_port_does_not_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert not answers(f"http://127.0.0.1:{port}/")
