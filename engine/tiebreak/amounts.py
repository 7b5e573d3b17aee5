"""Money, times and differences as they are written everywhere: never in powers of ten, never a zero with a sign."""

import math
from collections.abc import Callable

MOST_DECIMALS = 10


def money(usd: float) -> str:
    """Dollars with two significant digits, and two decimals at least: `$0.0021`, `$0.60`, `$3.50`, `$0.000054`."""
    if usd < 0:
        return signed(usd, money)
    decimals = 2 if usd == 0 or usd >= 1 else min(MOST_DECIMALS, max(2, 1 - math.floor(math.log10(usd))))
    whole, _, rest = f"{usd:.{decimals}f}".partition(".")
    return f"${whole}.{rest[:2]}{rest[2:].rstrip('0')}"


def dollars(usd: float) -> str:
    """An amount as somebody gave it: `$1`, `$0.5`, `$0.00005`."""
    return f"${f'{usd:.{MOST_DECIMALS}f}'.rstrip('0').rstrip('.')}"


def seconds(value: float) -> str:
    """Seconds with three significant digits, to a tenth of a millisecond: `0.8 s`, `1.25 s`, `0.043 s`, `1,250 s`."""
    if value < 0:
        return signed(value, seconds)
    if value < 0.001:
        return f"{f'{value:.4f}'.rstrip('0').rstrip('.')} s"
    return f"{value:.3g} s" if value < 100 else f"{value:,.0f} s"


def signed(value: float, write: Callable[[float], str]) -> str:
    """A difference with its sign, its size as `write` has it: `+$0.002`, `−1.25 s`; no sign where that reads as 0."""
    size = write(abs(value))
    if not any(digit in size for digit in "123456789"):
        return size
    return f"{'−' if value < 0 else '+'}{size}"


def fixed(decimals: int, unit: str = "") -> Callable[[float], str]:
    """Writes so many decimals: `fixed(2, " s")` makes `0.42 s` of 0.4213."""
    return lambda value: f"{value:.{decimals}f}{unit}"


def points(value: float) -> str:
    """A difference of two shares in percentage points: `+1.5 pp`, `−12 pp`."""
    return signed(100 * value, lambda size: f"{f'{size:.1f}'.removesuffix('.0')} pp")
