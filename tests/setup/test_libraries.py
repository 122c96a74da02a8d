"""What the system lacks, and the command that brings it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scripts.setup.libraries import NEEDS, Need, apt_packages, command_to_type

SOUND = [need for need in NEEDS if need.purpose == "sound"]


def only(*names: str) -> dict[str, str]:
    return {name: f"/usr/bin/{name}" for name in names}


def test_a_library_that_loads_and_a_command_that_is_found_are_not_missing() -> None:
    here = replace(NEEDS[0], name="libc.so.6"), replace(NEEDS[0], name="bash")
    assert [need.missing() for need in here] == [False, False]


def test_what_is_not_there_is_missing() -> None:
    gone = replace(NEEDS[0], name="libnosuchdrum.so.1"), replace(NEEDS[0], name="no-such-drum")
    assert [need.missing() for need in gone] == [True, True]


def test_debian_and_ubuntu_get_the_name_that_their_release_has() -> None:
    assert apt_packages(SOUND, {"libfluidsynth3", "libasound2"}.__contains__) == [
        "libfluidsynth3",
        "libasound2",
    ]
    newer = {"libfluidsynth3", "libasound2t64", "libasound2"}
    assert apt_packages(SOUND, newer.__contains__) == ["libfluidsynth3", "libasound2t64"]


def test_the_usual_name_stands_when_no_list_of_packages_is_there_yet() -> None:
    assert apt_packages(SOUND, lambda package: False) == ["libfluidsynth3", "libasound2"]


@pytest.mark.parametrize(
    ("manager", "command"),
    [
        ("apt-get", "sudo apt-get install --no-install-recommends libfluidsynth3 libasound2t64"),
        ("dnf", "sudo dnf install fluidsynth-libs alsa-lib"),
        ("pacman", "sudo pacman -S --needed fluidsynth alsa-lib"),
        ("other", "your package manager for libfluidsynth.so.3, libasound.so.2"),
    ],
)
def test_one_command_to_type_for_each_package_manager(manager: str, command: str) -> None:
    typed = command_to_type(SOUND, only(manager).get, lambda package: True)
    # Where the lists of packages were never fetched, that comes first.
    assert typed.removeprefix("sudo apt-get update && ") == command


def test_a_package_that_brings_several_libraries_is_named_once() -> None:
    twice = [need for need in NEEDS if need.dnf == "libxcb"]
    assert len(twice) == 2
    assert command_to_type(twice, only("dnf").get) == "sudo dnf install libxcb"


def test_every_need_has_a_name_for_each_manager() -> None:
    def named(need: Need) -> bool:
        return bool(need.apt and need.dnf and need.pacman)

    assert all(named(need) for need in NEEDS)
