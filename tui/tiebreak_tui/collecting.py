"""Garbage collection that stays out of the frames."""

import gc

THRESHOLDS = (10_000, 1, 300)
"""A collection looks at as many objects as have come since the last one, some 3 ms of CPU for 10,000, and every second
one at those that the first left over as well. With 50,000 it was the longest block of the whole app, and with five left
over by one before the sixth, up to 50 ms, the longest when a place opened (bench/opening.py). All is looked at as
seldom as it was with 5 and 100."""


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


def keep_what_is_loaded() -> None:
    """Never again look at what is there by now: after more was loaded that lives as long as the app."""
    gc.freeze()
