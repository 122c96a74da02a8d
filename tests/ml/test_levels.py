from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.beats import Beat

from drumstudio.ml.encoding import Encoding
from drumstudio.ml.training.baselines import BASELINES, Baseline
from drumstudio.ml.training.levels import measure_levels

_TRACK = st.builds(
    lambda events, shape: Beat(np.array(events, np.int16), *shape),
    st.lists(st.sampled_from([0, 1, 4, 5, 300]), min_size=2, max_size=40),
    st.sampled_from([(16, 4), (12, 3), (12, 4)]),
)


@given(st.lists(_TRACK, min_size=1, max_size=8), st.lists(_TRACK, min_size=1, max_size=4))
@pytest.mark.parametrize("encoding", [Encoding(), Encoding(1, 2)])
def test_the_levels_are_what_the_baselines_reach(
    encoding: Encoding, train: list[Beat], validation: list[Beat]
) -> None:
    counting, copying = measure_levels(encoding, train, validation)
    for level, name in ((counting, "unigram"), (copying, "copy_bar")):
        slow = Baseline(BASELINES[name], encoding, train).score(validation).perplexity
        assert level == pytest.approx(slow, rel=1e-9)
