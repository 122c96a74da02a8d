"""The command line: picks a subcommand, imports only that one, and turns errors into sentences.

Exit status: 0 done, 1 failed, 2 used wrongly.  A subcommand is a module of this package with
`configure(parser)` and `run(args) -> int`; results go to stdout, everything else to stderr.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import importlib
import io
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import NoReturn

from drumstudio import __version__, log
from drumstudio.errors import DrumStudioError, UsageError

COMMANDS: dict[str, str] = {
    "steps": "the drum events of MIDI files, one integer a 16th step",
    "dataset": "build a training data set and give every file a verdict",
    "train": "train a drummer",
    "finetune": "train a drummer further, on the playing of somebody in particular",
    "sweep": "find the layers and units that learn a data set best",
    "train-feel": "train the network that gives hits velocity and timing",
    "evaluate": "perplexity and accuracy of a drummer on a data set",
    "generate": "continue a primer",
    "humanise": "give a beat the velocities and the timing of a drummer",
    "measure": "how musical MIDI files and projects are, in numbers",
    "surprise": "what surprises a drummer in a beat",
    "render": "render a MIDI file or project to WAV",
    "play": "play a MIDI file or project",
    "ports": "list sound and MIDI outputs and inputs",
    "models": "list the drummers that are installed",
    "compare": "let drummers continue one primer, side by side",
    "export": "export a project as a MIDI file",
    "record": "record an e-kit as a take",
    "takes": "list, rename, delete and quantise takes",
    "map": "list drum maps, or learn a kit pad by pad",
}

# A disk, or a user's share of it, has no room left for what stdout leads to.
_FULL = (errno.ENOSPC, errno.EDQUOT)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (try: {self.prog} --help)")


def _parser(command: str | None) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="drumstudio", description="A drum machine with a drummer inside; no command opens the window."
    )
    parser.add_argument("--version", action="version", version=f"DrumStudio {__version__}")
    parser.add_argument("--debug", action="store_true", help="log everything and show tracebacks")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    for name, summary in COMMANDS.items():
        sub = commands.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")
        if name == command:
            sub.add_argument(
                "--debug", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS
            )
            _module(name).configure(sub)
    return parser


def _module(command: str) -> ModuleType:
    return importlib.import_module(f"drumstudio.cli.{command.replace('-', '_')}")


def _run(argv: Sequence[str]) -> int:
    command = next((word for word in argv if not word.startswith("-")), None)
    args = _parser(command).parse_args(argv)
    if args.command is None:
        raise UsageError("give a command (try: drumstudio --help)")
    log.configure(args.debug)
    with _ended_by_sigterm():
        status = int(_module(args.command).run(args))
    sys.stdout.flush()
    return status


@contextlib.contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """SIGTERM ends as Ctrl+C does, so that no half-written file and no sounding note is left behind."""

    def end(_number: int, _frame: object) -> NoReturn:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    kept = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, kept)


def main(argv: Sequence[str]) -> int:
    """Run the command line `argv` (without the program's name) and give its exit status."""
    debug = "--debug" in argv
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A file's name may hold bytes that no encoding has letters for.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        return _run(argv)
    except SystemExit as done:  # argparse's own --help and --version
        return done.code if isinstance(done.code, int) else 0
    except DrumStudioError as error:
        if debug:
            raise
        print(f"drumstudio: {error}", file=sys.stderr)
        return 2 if isinstance(error, UsageError) else 1
    except BrokenPipeError:
        # The reader of our output went away, as `| head` does.
        _give_up_stdout()
        return 1
    except KeyboardInterrupt:
        print("drumstudio: stopped", file=sys.stderr)
        return 1
    except Exception as error:
        if _interrupted(error):
            print("drumstudio: stopped", file=sys.stderr)
            return 1
        if debug:
            raise
        if isinstance(error, OSError) and error.filename is None and error.errno in _FULL:
            _give_up_stdout()
            print(f"drumstudio: the results cannot be written: {error.strerror}", file=sys.stderr)
            return 1
        print(
            f"drumstudio: this is a bug ({type(error).__name__}: {error}); --debug shows where",
            file=sys.stderr,
        )
        return 1


def _interrupted(error: BaseException) -> bool:
    """Whether `error` came up while an interrupt was on its way out, as when half a file is closed."""
    before = error.__context__
    return before is not None and (isinstance(before, KeyboardInterrupt) or _interrupted(before))


def _give_up_stdout() -> None:
    """Let what is still to be written to stdout vanish instead of failing once more at exit."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
