"""The options of `generate` that say how the drummer shall play: the dials, or sampling without them."""

from __future__ import annotations

import argparse
import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from drumstudio.domain.dials import MAX_BUSYNESS, MAX_WILDNESS, MIDDLE, MIN_BUSYNESS, Dials
from drumstudio.domain.drums import Drum
from drumstudio.errors import UsageError

if TYPE_CHECKING:
    from drumstudio.ml.playing.beam import Beam
    from drumstudio.ml.playing.sampler import Sampler

RULE = (
    "The dials shape what is played; those that are not given stand in their middle. --raw, --temperature, "
    "--top-p and the beam's options sample from the network without them, as Drum RNN does, and go with "
    "no dial but --feel."
)

_DIALS = ("stick", "fills", "fill_bars", "crash", "wildness", "busyness", "style")
_RAW = ("raw", "temperature", "top_p")
_BEAM = ("beam_size", "branch_factor", "steps_per_iteration")
# Words for several rows at once.
_ROWS = {
    "hat": (Drum.CLOSED_HAT,),
    "hats": (Drum.CLOSED_HAT, Drum.OPEN_HAT),
    "toms": (Drum.LOW_TOM, Drum.MID_TOM, Drum.HIGH_TOM),
}


@dataclass(frozen=True, slots=True)
class Wishes:
    """How it shall be played: by the `dials`, or without them where there is a `temperature`; `beam`
    only without.  `fill_bars` count from 0 at the primer's start."""

    dials: Dials
    fill_bars: frozenset[int]
    temperature: float | None = None
    top_p: float = 1.0
    beam: Beam | None = None

    def to_json(self) -> dict[str, Any]:
        """All of it, in the options' own words and numbers."""
        from drumstudio.ml.playing.shaping import temperature_and_top_p

        raw = self.temperature is not None
        temperature, top_p = temperature_and_top_p(self.dials.wildness)
        dials = self.dials
        return {
            "raw": raw,
            "temperature": self.temperature if raw else temperature,
            "top_p": self.top_p if raw else top_p,
            "beam": None if self.beam is None else asdict(self.beam),
            "feel": round(100 * dials.feel, 6),
            "dials": None
            if raw
            else {
                "stick": round(100 * dials.stick, 6),
                "fills": dials.fills or "none",
                "fill_bars": sorted(bar + 1 for bar in self.fill_bars),
                "crash": dials.crash,
                "wildness": dials.wildness,
                "busyness": round(100 * dials.busyness, 6),
                "style": dials.style,
            },
        }


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    dials = parser.add_argument_group("the dials", RULE)
    dials.add_argument(
        "--stick",
        type=float,
        metavar="P",
        help=f"stick to the groove: 0 free, 100 a loop ({_percent('stick')})",
    )
    dials.add_argument(
        "--fills", choices=["none", "2", "4", "8"], help=f"a fill at the end of so many bars ({MIDDLE.fills})"
    )
    dials.add_argument(
        "--fill-bars", metavar="LIST", help="bars that end in a fill too, counted from 1 with the primer: 4,8"
    )
    dials.add_argument(
        "--crash",
        action=argparse.BooleanOptionalAction,
        help="a crash on the 1 after each fill (as the drummer likes)",
    )
    dials.add_argument(
        "--wildness", type=float, metavar="W", help=f"0 calm to {MAX_WILDNESS:g} wild ({MIDDLE.wildness:g})"
    )
    dials.add_argument(
        "--busyness",
        type=float,
        metavar="P",
        help=f"percent of the primer's hits a bar, {100 * MIN_BUSYNESS:g} to {100 * MAX_BUSYNESS:g} (100)",
    )
    dials.add_argument("--style", help="rock, funk, jazz or another that the model knows (as the primer is)")
    dials.add_argument(
        "--feel",
        type=float,
        metavar="P",
        help=f"how much of the learned touch and timing ({_percent('feel')})",
    )
    raw = parser.add_argument_group("without the dials")
    raw.add_argument("--raw", action="store_true", default=None, help="sample at temperature 1.0")
    raw.add_argument("--temperature", type=float, help="0 to 4: calm to wild (1.0)")
    raw.add_argument("--top-p", type=float, help="leave out the unlikely tail (1.0: nothing)")
    raw.add_argument("--beam-size", type=int, metavar="N", help="continuations searched at once (1)")
    raw.add_argument("--branch-factor", type=int, metavar="N", help="copies of each in an iteration (1)")
    raw.add_argument("--steps-per-iteration", type=int, metavar="N", help="steps of an iteration (1)")


def wishes_of(args: argparse.Namespace) -> Wishes:
    """What the options ask; UsageError where that makes no sense."""
    from drumstudio.ml.playing.beam import Beam
    from drumstudio.ml.playing.sampler import check_dials

    feel = _share(args.feel, "--feel", MIDDLE.feel)
    raw = [name for name in (*_RAW, *_BEAM) if getattr(args, name) is not None]
    if not raw:
        return _with_dials(args, feel)
    asked = [name for name in _DIALS if getattr(args, name) is not None]
    if asked:
        raise UsageError(
            f"{_option(raw[0])} plays without the dials, and {_option(asked[0])} is one; leave one out"
        )
    temperature = 1.0 if args.temperature is None else args.temperature
    top_p = 1.0 if args.top_p is None else args.top_p
    try:
        check_dials(temperature, top_p)
        width = [getattr(args, name) for name in _BEAM]
        beam = Beam(*(1 if given is None else given for given in width)) if any(width) or 0 in width else None
    except ValueError as error:
        raise UsageError(str(error)) from error
    return Wishes(Dials(feel=feel), frozenset(), temperature, top_p, beam)


def check_style(style: str, sampler: Sampler) -> None:
    """UsageError where neither the drummer nor his touch knows `style`."""
    from drumstudio.ml.control import family_of
    from drumstudio.ml.feel.model import available_feel

    touch = available_feel()
    known = {*sampler.checkpoint.network.styles, *(touch.styles if touch is not None else ())}
    if style and family_of(style) not in known:
        listed = ", ".join(sorted(known)) or "none, it knows no styles"
        raise UsageError(f"there is no style {style!r}; this drummer knows {listed}")


def rows_of(text: str) -> frozenset[Drum]:
    """The rows of a list as "kick,snare"; UsageError where one is none."""
    named = {drum.name.lower(): (drum,) for drum in Drum} | _ROWS
    found: set[Drum] = set()
    for word in text.split(","):
        rows = named.get("_".join(word.lower().replace("-", " ").replace("_", " ").split()))
        if rows is None:
            listed = ", ".join(name.replace("_", "-") for name in named)
            raise UsageError(f"--lock: there is no row {word.strip()!r}; the rows are {listed}")
        found.update(rows)
    return frozenset(found)


def _with_dials(args: argparse.Namespace, feel: float) -> Wishes:
    busyness = MIDDLE.busyness if args.busyness is None else args.busyness / 100
    if not MIN_BUSYNESS <= busyness <= MAX_BUSYNESS:
        raise UsageError(
            f"--busyness is {100 * MIN_BUSYNESS:g} to {100 * MAX_BUSYNESS:g} percent, not {args.busyness:g}"
        )
    wildness = MIDDLE.wildness if args.wildness is None else args.wildness
    if not 0.0 <= wildness <= MAX_WILDNESS:
        raise UsageError(f"--wildness is 0 to {MAX_WILDNESS:g}, not {wildness:g}")
    dials = Dials(
        stick=_share(args.stick, "--stick", MIDDLE.stick),
        wildness=wildness,
        fills=MIDDLE.fills if args.fills is None else 0 if args.fills == "none" else int(args.fills),
        crash=MIDDLE.crash if args.crash is None else args.crash,
        busyness=busyness,
        style=_style(args.style),
        feel=feel,
    )
    return Wishes(dials, _bars(args.fill_bars))


def _style(given: str | None) -> str:
    from drumstudio.domain.dials import MAX_STYLE

    style = (given or "").strip()
    if len(style) > MAX_STYLE:
        raise UsageError(f"there is no style {style!r}; names have at most {MAX_STYLE} letters")
    return style


def _bars(text: str | None) -> frozenset[int]:
    """Bars of a list as "4,8", counted from 0."""
    words = [] if text is None else text.split(",")
    if not all(word.strip().isdecimal() and int(word) > 0 for word in words):
        raise UsageError(f"--fill-bars is a list of bars as 4,8, counted from 1, not {text!r}")
    return frozenset(int(word) - 1 for word in words)


def _share(given: float | None, option: str, middle: float) -> float:
    """A percentage as a share."""
    if given is None:
        return middle
    if not (math.isfinite(given) and 0 <= given <= 100):
        raise UsageError(f"{option} is 0 to 100 percent, not {given:g}")
    return given / 100


def _percent(name: str) -> str:
    return f"{100 * getattr(MIDDLE, name):g}"


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")
