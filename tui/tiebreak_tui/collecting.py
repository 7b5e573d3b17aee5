"""Garbage collection that stays out of the frames."""

import gc

THRESHOLDS = (10_000, 5, 100)
"""A collection looks at as many objects as have come since the last one, some 3 ms of CPU for 10,000: with 50,000 it
was the longest block of the whole app (measured in bench/lanes_in_the_arena.py)."""


def spare_the_frames() -> None:
    """Collect in small portions from now on, and never again look at what is there by now.

    To be called once all is loaded that lives as long as the app. A start that held the collector back has next to no
    garbage, and is spared the block of a full collection; in a process that lived before, there may be much.
    """
    if gc.isenabled():
        gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    gc.enable()
