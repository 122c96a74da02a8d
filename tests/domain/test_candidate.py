"""Continuations on offer, and those a project keeps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from drumstudio.domain.candidate import Candidate
from drumstudio.domain.dials import Dials
from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.domain.project import MAX_KEPT, Project

ONE = Candidate(Pattern(hits=(Hit(0, Drum.KICK),)), 32, 16, 7, 0, 0.5, "Steady", Dials(), "Drummer")


@pytest.mark.parametrize(
    "wrong",
    [
        {"start": -1}, {"seed": -1}, {"index": -1}, {"steps": 0}, {"steps": 17}, {"groove": 1.1},
        {"groove": float("nan")},
    ],
)  # fmt: skip
def test_bounds_are_held(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"continuation|likeness"):
        replace(ONE, **wrong)


def test_a_project_keeps_each_once() -> None:
    other = replace(ONE, index=1)
    project = Project().with_kept(ONE, True).with_kept(other, True)
    assert project.with_kept(ONE, True) is project
    assert project.kept == (ONE, other)
    assert project.with_kept(ONE, False).kept == (other,)
    with pytest.raises(ValueError, match="twice"):
        Project(kept=(ONE, ONE))
    with pytest.raises(ValueError, match="at most"):
        Project(kept=tuple(replace(ONE, index=index) for index in range(MAX_KEPT + 1)))
