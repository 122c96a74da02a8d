"""Write soundfonts/studio-kit.sf2: `python scripts/make_kit`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from kit import build

_SHIPPED = Path(__file__).resolve().parents[2] / "soundfonts" / "studio-kit.sf2"


def main() -> int:
    """Build the kit and write it."""
    parser = argparse.ArgumentParser(description="Synthesise the Studio Kit as a SoundFont.")
    parser.add_argument("--out", type=Path, default=_SHIPPED, help="the file to write")
    out = parser.parse_args().out
    data = build()
    out.write_bytes(data)
    print(f"{out}: {len(data) / 1e6:.2f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
