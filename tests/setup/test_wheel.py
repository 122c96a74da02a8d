"""A wheel of the project stands alone: what the program needs travels inside it."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

SHOW_PATHS = """
import drumstudio
from drumstudio import paths
print(drumstudio.__file__)
print(paths.resources())
print(paths.soundfonts())
print(paths.shipped_models())
print(paths.manual().parent)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("drumstudio-*-py3-none-any.whl")
    return built


def shipped(folder: str) -> set[str]:
    """Files of `folder` that the project keeps, relative to the checkout."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", folder], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return {line for line in listed.stdout.splitlines() if not line.endswith(".gitkeep")}


def test_everything_shipped_travels_in_the_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    folders = ("resources", "soundfonts", "docs/manual.md")
    wanted = {f"drumstudio/{name}" for folder in folders for name in shipped(folder)}
    assert len(wanted) > 4
    assert wanted <= names
    assert {name for name in names if name.endswith((".sf2", ".safetensors"))}
    assert not {
        name
        for name in names
        if name.split("/")[0] not in ("drumstudio", wheel.name.rsplit("-", 3)[0] + ".dist-info")
    }


def test_an_installed_wheel_finds_its_own_files(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--no-index",
            "--target",
            str(site),
            str(wheel),
        ],
        check=True,
        capture_output=True,
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", SHOW_PATHS],
        cwd=tmp_path,
        env={"PYTHONPATH": str(site), "PATH": "/usr/bin:/bin"},
        check=True,
        capture_output=True,
        text=True,
    )
    places = [Path(line) for line in done.stdout.splitlines()]
    assert all(place.is_relative_to(site) for place in places)
    assert all(place.is_dir() for place in places[1:])
    assert list(places[2].glob("*.sf2"))
    assert list(places[3].glob("*.safetensors"))
    assert (places[4] / "manual.md").is_file()


def test_a_checkout_finds_its_own_files_too() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SHOW_PATHS], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert done.stdout.splitlines()[1:3] == [str(ROOT / "resources"), str(ROOT / "soundfonts")]
