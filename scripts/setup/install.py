"""Makes `.venv` ready: system libraries, the environment, the exact tested packages, then a stamp.

Run by ready.sh, which gives the stamp's text on stdin.  Only the standard library is at hand here.
Whatever stops it half way, starting again goes on: the stamp is written last, and an environment
that was left unfinished is made anew from pip's cache.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from drumstudio.__main__ import opens_window
from scripts.setup import libraries, torch_build
from scripts.setup.console import Log, SetupError, say

NO_USER_FOLDER = {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0", "PIP_NO_INPUT": "1"}


class Environment:
    """The `.venv` of the checkout at `root`.

    Attributes: `folder`, where it is; `python`, its interpreter.
    """

    def __init__(self, root: Path, log: Log) -> None:
        self.root = root
        self.log = log
        self.folder = root / ".venv"
        self.python = self.folder / "bin" / "python"
        self._unfinished = self.folder / "unfinished"
        self._cuda = self.folder / "cuda"
        self._missing = self.folder / "missing-libraries"

    def stamp(self, kind: str) -> Path:
        """The file that says what the environment was made for."""
        return self.folder / f"ready-{kind}"

    def is_ready(self, kind: str, wanted: str, cuda: bool) -> bool:
        """Whether packages need nothing."""
        stamp = self.stamp(kind)
        current = stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted and self._works("")
        return current and (self._cuda.exists() or not cuda)

    def _works(self, statement: str) -> bool:
        version = "import sys; assert (3, 11) <= sys.version_info[:2] <= (3, 12)"
        command = [str(self.python), "-c", f"{version}; {statement}"]
        try:
            return subprocess.run(command, capture_output=True, check=False).returncode == 0
        except OSError:
            return False

    def begin(self) -> None:
        """Make the environment, or take up the one that is there; it counts as unfinished from here."""
        moved = any(
            stamp.read_text(encoding="utf-8").split("\n", 1)[0] != str(self.root)
            for stamp in self.folder.glob("ready-*")
        )
        if self.folder.exists() and (moved or self._unfinished.exists() or not self._works("")):
            say("Making the Python environment anew: it was moved, broken or left unfinished")
            shutil.rmtree(self.folder)
        fresh = not self.folder.exists()
        self.folder.mkdir(exist_ok=True)
        self._unfinished.touch()
        for stamp in self.folder.glob("ready-*"):
            stamp.unlink()
        if fresh:
            say("Making the Python environment .venv")
            # By its real path, so that the environment is seen to be broken, and made anew, when
            # the system moves on to another Python.
            self._command(
                os.path.realpath(getattr(sys, "_base_executable", sys.executable)),
                "-m",
                "venv",
                str(self.folder),
            )
        elif not self._works("import pip"):
            self._command(str(self.python), "-m", "ensurepip")

    def _command(self, *words: str) -> None:
        if not self.log.run(words):
            raise SetupError(f"Could not make {self.folder}; see {self.log.path}\n{self.log.tail()}")

    def pip(self, *words: str) -> bool:
        """Run pip in the environment; whether it worked."""
        command = [str(self.python), "-m", "pip", "--disable-pip-version-check", *words]
        return self.log.run(command, NO_USER_FOLDER, _progress)

    def finish(self, kind: str, wanted: str, cuda: bool) -> None:
        """Write the stamps: from here on a start goes straight to the program."""
        if cuda:
            self._cuda.touch()
        for name in ("app", "test") if kind == "test" else ("app",):
            self.stamp(name).write_text(wanted, encoding="utf-8")
        self._unfinished.unlink()

    def keeps_cuda(self) -> bool:
        """Whether the user once asked for the CUDA build."""
        return self._cuda.exists()

    def note_missing(self, missing: Sequence[libraries.Need]) -> None:
        """Remember that libraries are missing: the next start looks for them again."""
        if missing:
            self._missing.write_text("\n".join(need.name for need in missing) + "\n", encoding="utf-8")
        else:
            self._missing.unlink(missing_ok=True)


def _progress(line: str) -> None:
    download = re.match(r"\s*Downloading (?:\S*/)?([A-Za-z0-9_.]+)-([0-9][^-]*)-\S+ \((.+)\)", line)
    if download:
        name, version, size = download.groups()
        say(f"  downloading {name} {version} ({size})")
    elif line.startswith("Installing collected packages"):
        packages = line.partition(":")[2].split(",")
        say(f"  unpacking {packages[0].strip() if len(packages) == 1 else f'{len(packages)} packages'}")


def _pinned(constraints: Path, name: str) -> str:
    found = re.search(rf"^{name}==(\S+)", constraints.read_text(encoding="utf-8"), re.MULTILINE)
    if not found:
        raise SetupError(f"{constraints} pins no {name}")
    return found.group(1)


def _install(environment: Environment, kind: str, cuda: bool) -> None:
    constraints = environment.root / "constraints.txt"
    say("Installing Python packages; the first time, some 350 MB are downloaded")
    if not environment.pip("install", f"pip=={_pinned(constraints, 'pip')}"):
        raise _pip_failure(environment.log)
    torch_build.install(environment.python, _pinned(constraints, "torch"), cuda, environment.pip)
    what = f"{environment.root}[test]" if kind == "test" else str(environment.root)
    pins = str(constraints)
    if not environment.pip("install", "--constraint", pins, "--build-constraint", pins, "--editable", what):
        raise _pip_failure(environment.log)


def _pip_failure(log: Log) -> SetupError:
    said = log.tail()
    if "No space left on device" in said:
        reason = "the disk is full; free about 2 GB and start again"
    elif re.search(r"NewConnectionError|NameResolutionError|timed out|Max retries|ProxyError", said):
        reason = "the package index did not answer; check the connection and start again"
    else:
        reason = "pip failed; its last words follow"
    return SetupError(f"Installing the Python packages failed: {reason}. The whole log: {log.path}\n{said}")


@contextlib.contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for another set-up of this checkout to finish")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def prepare(root: Path, kind: str, cuda: bool, arguments: Sequence[str], wanted: str) -> None:
    """Bring the checkout at `root` to where the program, or its tests, can start.

    `kind` is "app" or "test", `arguments` the program's, `wanted` the stamp's text.
    """
    log = Log(root / "build" / "setup.log")
    environment = Environment(root, log)
    with _alone(root / ".venv.lock"):
        missing = libraries.provide(kind == "test", kind == "app" and opens_window(arguments), log)
        if not environment.is_ready(kind, wanted, cuda):
            environment.begin()
            cuda = cuda or environment.keeps_cuda()
            _install(environment, kind, cuda)
            environment.finish(kind, wanted, cuda)
            say("Ready")
        environment.note_missing(missing)


def _split(words: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    end = words.index("--")
    return words[:end], words[end + 1 :]


def main() -> int:
    """Set up from the command line; gives the exit status."""
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=["app", "test"])
    parser.add_argument("--cuda", action="store_true")
    parser.add_argument("--root", type=Path, required=True)
    own, arguments = _split(sys.argv[1:])
    args = parser.parse_args(own)
    try:
        prepare(args.root, args.kind, args.cuda, arguments, sys.stdin.read())
    except SetupError as error:
        say(f"DrumStudio: {error}")
        return 1
    except OSError as error:
        problem = f"cannot use {error.filename} ({error.strerror})"
        say(f"DrumStudio: set-up {problem}; start as the owner of {args.root}")
        return 1
    except KeyboardInterrupt:
        say("DrumStudio: set-up stopped; the next start goes on with it")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
