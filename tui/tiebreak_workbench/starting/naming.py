"""What a new session is called, and its seed: both easy to say aloud. What files are called in messages."""

import secrets
from collections.abc import Sequence
from pathlib import Path

from tiebreak.records import utc_now


def session_id() -> str:
    """Day, time and four letters: sorts by time, can be said aloud, and its start is enough to name it."""
    return f"{utc_now():%Y%m%d-%H%M%S}-{''.join(secrets.choice('bcdfghjkmnpqrstvwxz') for _ in range(4))}"


def new_seed() -> int:
    """A seed that is easy to say aloud."""
    return secrets.randbelow(9000) + 1000


def told_apart(files: Sequence[Path]) -> tuple[str, ...]:
    """The name of each file, with as many of the folders before it as tell it from another one of the same name."""
    parts = [file.absolute().parts for file in files]
    taken = [1] * len(parts)
    while True:
        tails = [one[-count:] for one, count in zip(parts, taken, strict=True)]
        owners: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
        for tail, whole in zip(tails, parts, strict=True):
            owners.setdefault(tail, set()).add(whole)
        alike = [place for place, tail in enumerate(tails) if len(owners[tail]) > 1]
        if not alike:
            return tuple(str(Path(*tail)) for tail in tails)
        for place in alike:
            taken[place] += 1
