"""Triage while its rows become others: a place is another case then."""

import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path
from threading import Event

from support.triage_app import listed, settled, triaging
from tiebreak.triage import View
from tiebreak.triage.columns import table_of
from tiebreak_store.triage_index import FILE
from tiebreak_tui.dialogs.confirm import TellDialog
from tiebreak_tui.screens.triage import TriageScreen


async def test_what_cannot_be_read_again_leaves_the_list_as_it_was(tmp_path: Path) -> None:
    async with triaging(tmp_path / "ws") as (seat, screen):
        await seat.press("right", "space")
        await settled(seat)
        spoil(screen, "ALTER TABLE piece RENAME TO gone")
        await seat.press("ctrl+r")
        await seat.reaches(TellDialog)
        await seat.press("escape")
        await settled(seat)
        assert listed(screen) == ["q-0", "q-1", "q-4", "q-2", "q-3"]
        assert screen.triage.case_ids(screen.marked) == ["q-1"]
        await seat.press("2")
        await seat.sees("1 decided")
        spoil(screen, "ALTER TABLE gone RENAME TO piece")
        await seat.press("ctrl+r")
        await seat.sees("What was recorded since is taken in.")
        await settled(seat)
        assert not screen.marked


def spoil(screen: TriageScreen, statement: str) -> None:
    """What another program may do to the file beside the database while we use it."""
    with closing(sqlite3.connect(screen.triage.bench.store.path.with_name(FILE))) as plain, plain:
        plain.execute(statement)


async def test_a_group_that_was_looked_for_before_a_reload_marks_nothing_after_it(tmp_path: Path) -> None:
    async with triaging(tmp_path / "ws") as (seat, screen):
        # As `*` does, only that finding the group takes longer than reading everything again.
        read = Event()
        late = partial(read.wait, 20)
        screen.lanes.start("group", late, lambda _: screen.marked.add(0))
        screen.action_reload()
        await seat.sees("What was recorded since is taken in.")
        read.set()
        await settled(seat)
        assert not screen.marked


async def test_whoever_moved_stays_on_their_case_when_other_rows_come(tmp_path: Path) -> None:
    async with triaging(tmp_path / "ws") as (seat, screen):
        await seat.press("down", "down")
        await settled(seat)
        triage, whole = screen.triage, screen.triage.view
        assert screen.detail is not None
        assert (screen.detail.case.id, screen.at) == ("q-4", 2)
        # As though the rows of the first two were known later.
        part = View.of(table_of(whole.row(place) for place in (2, 3, 4)), {})
        screen.ready = False
        screen.other_rows(lambda: setattr(triage, "_view", part))
        assert screen.at == 0
        screen.other_rows(lambda: setattr(triage, "_view", whole))
        assert screen.at == 2
        screen.cases.highlight(0)  # whoever did not move goes with the worst
        screen.other_rows(lambda: None)
        assert screen.at is None
        screen.ready = True
