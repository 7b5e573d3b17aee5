"""Garbage collection that stays out of the frames."""

import gc

THRESHOLDS = (5_000, 1, 600)
"""A collection looks at as many objects as have come since the last one, some 2 ms of CPU for 5,000, and every second
one at those that the first left over as well. With 50,000 it was the longest block of the whole app, and with 10,000 of
which five left over were looked at at once, up to 50 ms, the longest when a place opened (bench/opening.py). The last
figure keeps a look at everything as rare as ever: once for 6 million objects that are more than before."""


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
