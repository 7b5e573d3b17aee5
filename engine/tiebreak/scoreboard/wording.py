"""Where the cases of a session stand, in words: every planned case is in exactly one of these places."""

from tiebreak.records import ROLES
from tiebreak.records.policies import SIDES
from tiebreak.scoreboard.snapshot import Snapshot


def places(snapshot: Snapshot, *, short: bool = False) -> str:
    """`12 rated · 2 settled by a broken answer · 1 skipped · 3 excluded · 4 open`; short without what is none."""
    counted = {
        "rated": snapshot.rated,
        "settled" if short else "settled by a broken answer": snapshot.automatic,
        "skipped": snapshot.skipped,
        "excluded": snapshot.excluded_cases,
    }
    told = [f"{count} {word}" for word, count in counted.items() if count or word == "rated" or not short]
    return " · ".join(told if short else [*told, f"{snapshot.open} open"])


def reasked(snapshot: Snapshot) -> str:
    """`A: 2 re-asked after being stopped · B: 1 re-asked after being stopped`; empty where there is none."""
    return " · ".join(
        f"{SIDES[role]}: {snapshot.reasked[role]} re-asked after being stopped"
        for role in ROLES
        if snapshot.reasked.get(role)
    )
