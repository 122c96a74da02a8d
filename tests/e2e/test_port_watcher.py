"""The watcher of ports over a real JACK server."""

from __future__ import annotations

import queue

import pytest
from support.jack import TIMEOUT, Listener

from drumstudio.midi.ports import Port, PortList, PortWatcher


@pytest.mark.usefixtures("jack")
def test_ports_that_come_and_go_are_told() -> None:
    told: queue.SimpleQueue[PortList] = queue.SimpleQueue()
    watcher = PortWatcher(told.put)
    try:
        first = told.get(timeout=TIMEOUT)
        port = Port("Newcomer:in", "jack")
        assert port not in first.outputs
        assert first.problems == ()
        with Listener("Newcomer"):
            watcher.rescan()
            assert port in told.get(timeout=TIMEOUT).outputs
        watcher.rescan()
        assert port not in told.get(timeout=TIMEOUT).outputs
        assert watcher.latest is not None
        assert port not in watcher.latest.outputs
    finally:
        watcher.close()
