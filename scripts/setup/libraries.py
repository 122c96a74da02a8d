"""System libraries and tools: which are missing, and how this system's package manager brings them."""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.setup.console import Log, SetupError, say


@dataclass(frozen=True)
class Need:
    """Something of the system's.

    Attributes: `name`, a shared library to load or a command to find; `purpose`, one of
    "window", "sound", "tests", "python"; then the package that brings it, by package manager.
    Debian's and Ubuntu's names can differ by release: the first known one counts.
    """

    name: str
    purpose: str
    apt: tuple[str, ...]
    dnf: str
    pacman: str

    def missing(self) -> bool:
        """Whether this machine lacks it."""
        if ".so." in self.name:
            return not _loads(self.name)
        return not any((Path(folder) / self.name).exists() for folder in _command_folders())


# Tools for tests may lie where only an administrator's PATH reaches.
def _command_folders() -> list[str]:
    return [*os.environ.get("PATH", "").split(os.pathsep), "/usr/local/bin", "/usr/bin", "/bin"]


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


NEEDS = (
    Need("libGL.so.1", "window", ("libgl1",), "mesa-libGL", "libglvnd"),
    Need("libEGL.so.1", "window", ("libegl1",), "mesa-libEGL", "libglvnd"),
    Need("libxkbcommon.so.0", "window", ("libxkbcommon0",), "libxkbcommon", "libxkbcommon"),
    Need("libfontconfig.so.1", "window", ("libfontconfig1",), "fontconfig", "fontconfig"),
    Need("libdbus-1.so.3", "window", ("libdbus-1-3",), "dbus-libs", "dbus"),
    Need("libglib-2.0.so.0", "window", ("libglib2.0-0t64", "libglib2.0-0"), "glib2", "glib2"),
    Need("libxcb-cursor.so.0", "window", ("libxcb-cursor0",), "xcb-util-cursor", "xcb-util-cursor"),
    Need("libxcb-icccm.so.4", "window", ("libxcb-icccm4",), "xcb-util-wm", "xcb-util-wm"),
    Need("libxcb-keysyms.so.1", "window", ("libxcb-keysyms1",), "xcb-util-keysyms", "xcb-util-keysyms"),
    Need("libxcb-shape.so.0", "window", ("libxcb-shape0",), "libxcb", "libxcb"),
    Need("libxcb-xkb.so.1", "window", ("libxcb-xkb1",), "libxcb", "libxcb"),
    Need("libxkbcommon-x11.so.0", "window", ("libxkbcommon-x11-0",), "libxkbcommon-x11", "libxkbcommon-x11"),
    Need("libfluidsynth.so.3", "sound", ("libfluidsynth3",), "fluidsynth-libs", "fluidsynth"),
    Need("libasound.so.2", "sound", ("libasound2t64", "libasound2"), "alsa-lib", "alsa-lib"),
    Need("Xvfb", "tests", ("xvfb",), "xorg-x11-server-Xvfb", "xorg-server-xvfb"),
    Need("xdotool", "tests", ("xdotool",), "xdotool", "xdotool"),
    Need("jackd", "tests", ("jackd2",), "jack-audio-connection-kit", "jack2"),
)

HOMEBREW_LIBRARIES = ("/opt/homebrew/lib", "/usr/local/lib")


def _venv_need() -> Need:
    package = f"python3.{sys.version_info.minor}-venv"
    return Need("ensurepip", "python", (package, "python3-venv"), "python3", "python")


def missing_needs(for_tests: bool) -> list[Need]:
    """What this Linux machine lacks, the `venv` module's own pip included."""
    missing = [need for need in NEEDS if (for_tests or need.purpose != "tests") and need.missing()]
    if not _has_ensurepip():
        missing.append(_venv_need())
    return missing


def _has_ensurepip() -> bool:
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        return False
    return True


def missing_on_mac() -> bool:
    """Whether FluidSynth, the one thing that Homebrew brings, is missing."""
    if ctypes.util.find_library("fluidsynth"):
        return False
    return not any(list(Path(folder).glob("libfluidsynth*.dylib")) for folder in HOMEBREW_LIBRARIES)


def _output(command: Sequence[str]) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"}
    )
    return done.stdout


def _apt_lists() -> bool:
    """Whether apt has ever fetched its lists of packages; a fresh machine's are empty."""
    return any(Path("/var/lib/apt/lists").glob("*_Packages*"))


def _apt_knows(package: str) -> bool:
    policy = _output(["apt-cache", "policy", package])
    return "Candidate:" in policy and "Candidate: (none)" not in policy


def apt_packages(needs: Iterable[Need], knows: Callable[[str], bool] = _apt_knows) -> list[str]:
    """The packages for `needs` by the names that this release of Debian or Ubuntu has."""
    return _unique(next((name for name in need.apt if knows(name)), need.apt[-1]) for need in needs)


def _unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def command_to_type(
    needs: Sequence[Need],
    which: Callable[[str], str | None] = shutil.which,
    knows: Callable[[str], bool] = _apt_knows,
) -> str:
    """The one command that brings `needs` here; for an unknown package manager, the names alone."""
    if which("apt-get"):
        packages = " ".join(apt_packages(needs, knows))
        update = "" if _apt_lists() else "sudo apt-get update && "
        return f"{update}sudo apt-get install --no-install-recommends {packages}"
    if which("dnf"):
        return "sudo dnf install " + " ".join(_unique(need.dnf for need in needs))
    if which("pacman"):
        return "sudo pacman -S --needed " + " ".join(_unique(need.pacman for need in needs))
    return "your package manager for " + ", ".join(need.name for need in needs)


def _administrator() -> list[str] | None:
    """What to put before a command to run it as root: nothing, sudo without a question, or no way."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0:
        return [sudo, "-n"]
    return None


def install_with_apt(needs: Sequence[Need], log: Log) -> bool:
    """Install what brings `needs`, where apt may be used without a question; whether that was tried."""
    if not shutil.which("apt-get"):
        return False
    rights = _administrator()
    if rights is None:
        return False
    apt = [*rights, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-y", "-o", "DPkg::Lock::Timeout=300"]

    def install() -> bool:
        packages = apt_packages(needs)
        say(f"Installing system packages: {' '.join(packages)}")
        return log.run([*apt, "install", "--no-install-recommends", *packages])

    # One source of several that does not answer an update is no reason to stop: what is needed may
    # come from another.
    if not _apt_lists():
        say("Fetching the list of system packages")
        log.run([*apt, "update"])
        return install() or True
    if not install():
        say("Fetching a newer list of system packages")
        log.run([*apt, "update"])
        install()
    return True


def provide(for_tests: bool, opens_window: bool, log: Log) -> list[Need]:
    """Bring what the system lacks or say the command that does; what is still missing.

    Raises SetupError when nothing works without it: the tests need all, the window its libraries.
    """
    if sys.platform == "darwin":
        if missing_on_mac():
            say("No sound yet: FluidSynth is missing; type: brew install fluid-synth")
        return []
    missing = missing_needs(for_tests)
    if missing and install_with_apt(missing, log):
        missing = missing_needs(for_tests)
    if not missing:
        return []
    command = command_to_type(missing)
    purposes = {need.purpose for need in missing}
    if "python" in purposes:
        raise SetupError(
            f"Python's venv module is incomplete here, and that takes an administrator; type: {command}"
        )
    if for_tests:
        raise SetupError(f"The tests need system packages that are missing; type: {command}")
    if "window" in purposes and opens_window:
        raise SetupError(f"The window needs system packages that are missing; type: {command}")
    say(f"Going on without {' and '.join(sorted(purposes))}; to have it, type: {command}")
    return missing
