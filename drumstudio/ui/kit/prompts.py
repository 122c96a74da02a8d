"""What the kit setup says when it asks for a pad: the wish, and how it is meant."""

from __future__ import annotations

from drumstudio.midi.learning import Pad

_SAID: dict[str, tuple[str, str]] = {
    "Kick": ("Play the kick", "Once, as hard as you usually do."),
    "Snare": ("Hit the snare", "In the middle of the head."),
    "Snare rim": ("Hit the snare's rim", "A rim shot, or the rim alone."),
    "Cross stick": ("Play a cross stick", "The stick lies on the snare and knocks on its rim."),
    "Closed hi-hat": ("Hit the hi-hat, closed", "Press the pedal down, then hit the bow."),
    "Closed hi-hat edge": ("Hit the closed hi-hat's edge", "Keep the pedal down."),
    "Hi-hat pedal": ("Press the hi-hat pedal", "With the foot alone, until it chicks."),
    "Open hi-hat": ("Hit the hi-hat, open", "Let the pedal come up, then hit the bow."),
    "Open hi-hat edge": ("Hit the open hi-hat's edge", "Keep the pedal up."),
    "Low tom": ("Hit the low tom", "The floor tom, or the lowest there is."),
    "Crash 2": ("Hit the second crash", "Skip it if there is only one."),
    "Crash 2 edge": ("Hit the second crash's edge", "Skip it if there is only one."),
    "Ride": ("Hit the ride", "On the bow, away from the bell."),
    "Ride bell": ("Hit the ride's bell", "Skip it if the pad has none."),
}


def said(pad: Pad) -> tuple[str, str]:
    """The wish for `pad`, and how it is meant."""
    if pad.name in _SAID:
        return _SAID[pad.name]
    name = pad.name.lower()
    for part in (" rim", " edge"):
        if name.endswith(part):
            return f"Hit the {name.removesuffix(part)}'s{part}", "Skip it if the pad has only one zone."
    return f"Hit the {name}", "In the middle of the head."
