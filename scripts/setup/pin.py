"""Prints constraints.txt: the version of everything that DrumStudio needs, as installed and tested.

Use, after new versions in pyproject.toml were installed and tested:
    .venv/bin/python scripts/setup/pin.py > constraints.txt
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

HEADER = """\
# Every version that DrumStudio was tested with, those it needs only indirectly included.
# Made by scripts/setup/pin.py.
"""

# What only other systems or the CUDA build need cannot be seen in the environment at hand.  (The
# CUDA build of PyTorch names its own libraries by exact version.)
ELSEWHERE = {"colorama": "0.4.6"}
TOOLS = ("pip",)
SYSTEMS = (("linux", "Linux", "posix"), ("darwin", "Darwin", "posix"), ("win32", "Windows", "nt"))
VERSIONS = ("3.11", "3.12")


def applies(requirement: Requirement, extras: Iterable[str] = ("",)) -> bool:
    """Whether `requirement` counts on any system and Python that DrumStudio runs on."""
    if requirement.marker is None:
        return True
    return any(
        requirement.marker.evaluate(
            {
                "sys_platform": platform,
                "platform_system": system,
                "os_name": name,
                "python_version": version,
                "python_full_version": f"{version}.0",
                "extra": extra,
            }
        )
        for platform, system, name in SYSTEMS
        for version in VERSIONS
        for extra in extras
    )


def closure(wanted: Iterable[Requirement]) -> dict[str, str]:
    """Name and installed version of `wanted` and of all that it needs in turn."""
    versions: dict[str, str] = {}
    waiting = list(wanted)
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name in versions:
            continue
        try:
            found = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            if name in ELSEWHERE:
                versions[name] = ELSEWHERE[name]
                continue
            if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
                raise SystemExit(
                    f"pin: {requirement} is needed on another system; give it in ELSEWHERE"
                ) from None
            raise SystemExit(f"pin: {requirement} is not installed here") from None
        versions[name] = found.version.split("+")[0]
        for text in found.requires or []:
            needed = Requirement(text)
            if applies(needed, ("", *requirement.extras)):
                waiting.append(needed)
    return versions


def main() -> None:
    """Print the constraints."""
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    texts = [
        *project["build-system"]["requires"],
        *project["project"]["dependencies"],
        *(text for extra in project["project"]["optional-dependencies"].values() for text in extra),
        *TOOLS,
    ]
    versions = closure(Requirement(text) for text in texts)
    print(HEADER + "\n".join(f"{name}=={versions[name]}" for name in sorted(versions)))


if __name__ == "__main__":
    main()
