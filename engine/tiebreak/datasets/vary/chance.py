"""Chance that a seed fixes, on every machine and with every version of Python."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """A stream of choices from SHA-256 of what it is for: a variant never moves because another case came or went."""

    def __init__(self, *purpose: object) -> None:
        self._purpose = "\x1f".join(map(str, purpose)).encode("utf-8", "surrogatepass")
        self._drawn = 0

    def below(self, limit: int) -> int:
        """A whole number from 0 to `limit` - 1; the 64 bits make it even to within 1 in 10¹⁵ for the limits here."""
        self._drawn += 1
        hashed = hashlib.sha256(self._purpose + self._drawn.to_bytes(4, "big")).digest()
        return int.from_bytes(hashed[:8], "big") % limit

    def choice(self, items: Sequence[T]) -> T:
        return items[self.below(len(items))]

    def some(self, items: Sequence[T], count: int) -> list[T]:
        """`count` of the items at most, in their own order."""
        left = list(range(len(items)))
        taken = [left.pop(self.below(len(left))) for _ in range(min(count, len(items)))]
        return [items[index] for index in sorted(taken)]
