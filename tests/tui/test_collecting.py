"""The collector after the first frame."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from tiebreak_tui.collecting import THRESHOLDS, keep_what_is_loaded, spare_the_frames


class Loop:
    """Garbage that only a collection frees."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.set_threshold(*thresholds)
    gc.enable()


def test_behind_a_start_that_held_it_back_nothing_is_collected_and_all_is_kept_out_of_its_sight() -> None:
    gc.disable()
    seen = weakref.ref(Loop())
    spare_the_frames()
    assert gc.isenabled()
    assert gc.get_threshold() == THRESHOLDS
    gc.collect()
    assert seen() is not None
    gc.unfreeze()
    gc.collect()
    assert seen() is None


def test_in_a_process_that_lived_before_the_garbage_goes_first() -> None:
    gc.enable()
    seen = weakref.ref(Loop())
    spare_the_frames()
    assert seen() is None
    seen = weakref.ref(Loop())
    gc.collect()
    assert seen() is None, "what comes later is collected"


def test_what_was_loaded_later_is_kept_out_of_its_sight_as_well() -> None:
    spare_the_frames()
    seen = weakref.ref(Loop())
    keep_what_is_loaded()
    gc.collect()
    assert seen() is not None
    gc.unfreeze()
    gc.collect()
    assert seen() is None
