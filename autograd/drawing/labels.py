"""Where numbers stand beside lines: at places where nothing else is."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

Point = tuple[float, float]

ALONG = (0.5, 0.38, 0.62, 0.28, 0.72, 0.2, 0.8, 0.44, 0.56, 0.33, 0.67, 0.14, 0.86)  # parts of a line, the best first


class Rectangle(NamedTuple):
    """A rectangle by its middle."""

    x: float
    y: float
    width: float
    height: float

    def overlaps(self, other: "Rectangle") -> bool:
        """Whether the two have room in common."""
        across, down = (self.width + other.width) / 2, (self.height + other.height) / 2
        return abs(self.x - other.x) < across and abs(self.y - other.y) < down


def placed(
    lines: Sequence[tuple[Point, Point, Sequence[tuple[float, float]]]], taken: Iterable[Rectangle]
) -> list[tuple[int, Rectangle] | None]:
    """For each line, which of its texts, given by their sizes, has room on it, and where; None where none has any.

    Where several places are free, it is that which the fewest other lines cross. taken: where nothing may be set.
    """
    occupied = [*taken]
    found: list[tuple[int, Rectangle] | None] = []
    for line in lines:
        (x, y), (to_x, to_y), sizes = line
        others = [(start, end) for start, end, _ in lines if (start, end) != line[:2]]
        choice = None
        for i, size in enumerate(sizes):
            free = [
                place
                for t in ALONG
                if not any(map((place := Rectangle(x + t * (to_x - x), y + t * (to_y - y), *size)).overlaps, occupied))
            ]
            if free:
                choice = i, min(free, key=lambda place: len([1 for other in others if crosses(place, *other)]))
                occupied.append(choice[1])
                break
        found.append(choice)
    return found


def crosses(place: Rectangle, start: Point, end: Point) -> bool:
    """Whether a straight line comes through a rectangle."""
    first, last = 0.0, 1.0
    for middle, size, at, to in zip(place[:2], place[2:], start, end, strict=True):
        if at == to:
            if abs(at - middle) > size / 2:
                return False
            continue
        near, far = sorted([(middle - size / 2 - at) / (to - at), (middle + size / 2 - at) / (to - at)])
        first, last = max(first, near), min(last, far)
    return first < last
