"""What counts as one: cases of a group, and cases whose verdicts rest on the same reply of the judge."""

from collections.abc import Collection, Hashable, Sequence


def joint_units(units: Sequence[Hashable], origins: Sequence[Collection[str]]) -> list[Hashable]:
    """The unit of each case, where those that share an origin are one, and with them all that is of either.

    A verdict that was taken over says nothing new of the judge, whichever session it stands in. Every unit is called by
    the first case of it.

    Raises:
        ValueError: if the sequences differ in length.
    """
    above: dict[Hashable, Hashable] = {}

    def top(unit: Hashable) -> Hashable:
        while (higher := above.setdefault(unit, unit)) != unit:
            above[unit] = above[higher]
            unit = higher
        return unit

    first: dict[str, Hashable] = {}
    for unit, said in zip(units, origins, strict=True):
        for origin in said:
            earlier, later = top(first.setdefault(origin, unit)), top(unit)
            above[later] = earlier
    return [top(unit) for unit in units]
