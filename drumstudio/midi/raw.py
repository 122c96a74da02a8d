"""The bytes of a MIDI file: read within bounds, taken out of a RIFF file, and told from other files."""

from __future__ import annotations

import os
from pathlib import Path

from drumstudio.errors import MidiFileError

MAX_BYTES = 4 << 20  # hours of e-kit playing; the notes of a much larger file would fill the memory
_RIFF_HEADER = 12
_LOOKED_AT = 512
_OTHERS = (
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"PK\x03\x04", "a zip archive; unpack it"),
    (b"\x1f\x8b", "a gzip archive; unpack it"),
    (b"%PDF", "a PDF document"),
    (b"RIFF", "sound or another RIFF file"),
    (b"ID3", "sound"),
    (b"OggS", "sound"),
    (b"fLaC", "sound"),
)


def load_bytes(path: Path) -> bytes:
    """Bytes of the MIDI file at `path`, from its header on; the rest of it is not looked at.

    Raises MidiFileError for what cannot be read, is too large, or is something else.
    """
    try:
        if path.is_dir():
            with os.scandir(path):  # one that may not be read says so
                pass
            raise MidiFileError(f"{path} is a folder, not a MIDI file")
        if path.exists() and not path.is_file():  # a pipe or device could block for ever
            raise MidiFileError(f"{path} is not a regular file")
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise MidiFileError(f"{path} cannot be read: {error.strerror or error}") from error
    except ValueError as error:  # a name with a null byte in it
        raise MidiFileError(f"{str(path)!r} cannot be a file's name") from error
    if not data:
        raise MidiFileError(f"{path} is empty")
    if data[:4] == b"RIFF" and data[8:12] == b"RMID":
        data = _unwrapped(data)
    if data[:4] != b"MThd":
        raise MidiFileError(f"{path} is not a MIDI file{_instead(data)}")
    if len(data) > MAX_BYTES:
        raise MidiFileError(f"{path} is larger than {MAX_BYTES >> 20} MB, more than any drum part needs")
    return data


def _instead(data: bytes) -> str:
    """What bytes that are no MIDI file look like, as the end of a sentence; "" for nothing known."""
    for beginning, what in _OTHERS:
        if data.startswith(beginning):
            return f", but {what}"
    try:
        text = data[:_LOOKED_AT].decode("utf-8")
    except UnicodeDecodeError as error:
        # A letter of several bytes may be cut in two where the look ends.
        text = data[: error.start].decode("utf-8") if error.start > _LOOKED_AT - 4 else ""
    return (
        ", but text"
        if len(text) > 1 and all(letter.isprintable() or letter.isspace() for letter in text)
        else ""
    )


def _unwrapped(data: bytes) -> bytes:
    """The MIDI file in a RIFF file, whose chunks may come in any order; b"" where it holds none."""
    at = _RIFF_HEADER
    while at + 8 <= len(data):
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        if data[at : at + 4] == b"data":
            return data[at + 8 :]
        at += 8 + length + length % 2
    return b""
