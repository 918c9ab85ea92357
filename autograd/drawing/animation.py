"""Pictures that are alike but for colours and lines, one after another, as one SVG that moves by CSS alone."""

import re
from collections.abc import Sequence

PART = re.compile(r"<[^>]*>|[^<]+")
ATTRIBUTE = re.compile(r'(fill|stroke|stroke-width)="([^"]*)"')
REST = 3  # times as long as the others, for the last picture


def animated(frames: Sequence[str], seconds: float) -> str:
    """The last picture, in which all that differed in others takes its turns, over and over.

    frames: of the same parts in the same order. Where a reader wants less motion, the last picture stands still.
    """
    rows = [PART.findall(frame) for frame in frames]
    changes: dict[tuple[tuple[tuple[str, str], ...], ...], str] = {}
    parts = []
    for turns in zip(*rows, strict=True):
        looks = tuple([_look(part) for part in turns])
        if turns[0].startswith("<") and len({*looks}) > 1:
            name = changes.setdefault(looks, f"t{len(changes)}")
            parts.append(re.sub(r"(<\w+)", rf'\1 class="{name}"', turns[-1], count=1))
        else:
            parts.append(turns[-1])
    whole = seconds * (len(frames) - 1 + REST)
    rules = [_rule(name, looks, seconds / whole) for looks, name in changes.items()]
    still = "@media(prefers-reduced-motion:reduce){[class^=t]{animation:none}}"
    timing = f"[class^=t]{{animation:{whole:g}s step-end infinite}}"
    style = f"<style>{timing}{''.join(rules)}{still}</style>"
    head = next(i for i, part in enumerate(parts) if part.startswith("<svg"))
    return "".join([*parts[: head + 1], style, *parts[head + 1 :]])


def _look(part: str) -> tuple[tuple[str, str], ...]:
    """Colours and line of an element."""
    found = dict(ATTRIBUTE.findall(part))
    return tuple(({"stroke-width": "1"} | found).items()) if "stroke" in found else tuple(found.items())


def _rule(name: str, looks: Sequence[tuple[tuple[str, str], ...]], share: float) -> str:
    """The turns of one look, as keyframes: each where it changes, until the next."""
    frames = [
        f"{100 * i * share:.4g}%{{{';'.join([f'{key}:{value}' for key, value in look])}}}"
        for i, look in enumerate(looks)
        if i == 0 or look != looks[i - 1]
    ]
    return f"@keyframes {name}{{{''.join(frames)}}}.{name}{{animation-name:{name}}}"
