"""Where things are (shipped resources, the user's own folders), and how a file is written whole.

`resources/`, `soundfonts/` and `docs/` stand at the top of a checkout and inside the package in a
wheel; both ways are looked up here and nowhere else.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import platformdirs

_PACKAGE = Path(__file__).resolve().parent


def _shipped(name: str) -> Path:
    """Folder `name` of the shipped data: from the wheel when there, else from the checkout."""
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


def resources() -> Path:
    """Folder of shipped resources (models, fonts, icons)."""
    return _shipped("resources")


def soundfonts() -> Path:
    """Folder of shipped soundfonts."""
    return _shipped("soundfonts")


def manual() -> Path:
    """The manual, a file in Markdown."""
    return _shipped("docs") / "manual.md"


def shipped_models() -> Path:
    """Folder of the shipped checkpoints."""
    return resources() / "models"


def _user(kind: str) -> Path:
    override = os.environ.get("DRUMSTUDIO_HOME")
    if override:
        return Path(override) / kind
    if kind == "config":
        return Path(platformdirs.user_config_dir("drumstudio", appauthor=False))
    if kind == "cache":
        return Path(platformdirs.user_cache_dir("drumstudio", appauthor=False))
    return Path(platformdirs.user_data_dir("drumstudio", appauthor=False))


def user_config() -> Path:
    """Folder of settings; `DRUMSTUDIO_HOME` moves all of the user's folders, as tests do."""
    return _user("config")


def user_data() -> Path:
    """Folder of models, recovery copies and takes."""
    return _user("data")


def user_models() -> Path:
    """Folder of the user's own checkpoints."""
    return user_data() / "models"


def shipped_maps() -> Path:
    """Folder of the shipped drum maps."""
    return resources() / "maps"


def user_maps() -> Path:
    """Folder of the user's own drum maps."""
    return user_data() / "maps"


def user_takes() -> Path:
    """Folder of the user's recordings."""
    return user_data() / "takes"


def deleted_takes() -> Path:
    """Folder of the recordings that were deleted and can be brought back."""
    return user_takes() / "trash"


def user_cache() -> Path:
    """Folder of what can be made again."""
    return _user("cache")


def is_same_file(one: Path, other: Path) -> bool:
    """Whether both names lead to one file that is there."""
    return one.exists() and other.exists() and one.samefile(other)


def write_atomically(path: Path, data: bytes) -> None:
    """Write `data` to `path` so that a crash leaves the old file or the new one, never half of one.

    Raises OSError.
    """
    with replacing(path) as file:
        file.write(data)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write that takes the place of `path` when the block ends well, and vanishes otherwise.

    A temporary file beside it, fsync, rename, fsync of the folder.  A link stays and the file it leads to
    is replaced; a folder or a device is left alone.  Raises OSError.
    """
    path = Path(os.path.realpath(path))
    if path.exists() and not path.is_file():
        number = errno.EISDIR if path.is_dir() else errno.EINVAL
        raise OSError(number, "it is a folder" if path.is_dir() else "it is not a regular file", str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    # Named before it is made: a signal at any moment finds it and takes it away.
    temporary = path.parent / f".{path.name}.{secrets.token_hex(6)}.tmp"
    try:
        with open(temporary, "xb", opener=_private) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        # Private until it is whole; then as readable as the file it replaces, or as any new file of
        # the user's.
        temporary.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        temporary.replace(path)
        settle(path.parent)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def settle(folder: Path) -> None:
    """Have the disk keep the names of the files in `folder`, as far as the system can be asked for it: a
    power cut must not take back what was said to be saved."""
    if os.name != "posix":
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)


def _umask() -> int:
    # The mask can only be read by setting it; 022 is at most a moment's default.
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
