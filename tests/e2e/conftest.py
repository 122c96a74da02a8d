from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.jack import jack_server


@pytest.fixture(scope="session")
def jack() -> Iterator[str]:
    """A JACK server without hardware for all end-to-end tests of this process."""
    with jack_server() as name:
        yield name
