"""Datasets of other tools: taking them in as cases, and handing cases out to them."""

from tiebreak.datasets.exchange.formats import FORMATS, Format, LeftOut, Written, format_named
from tiebreak.datasets.exchange.taking import Taken, take

__all__ = ["FORMATS", "Format", "LeftOut", "Taken", "Written", "format_named", "take"]
