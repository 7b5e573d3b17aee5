"""Where the cases of a session stand, in words: every planned case is in exactly one of these places; and how firm the
result is."""

from tiebreak.gates.fragility import GateFragility, LeadFragility
from tiebreak.gates.wording import p_told, plural
from tiebreak.records import ROLES
from tiebreak.records.policies import SIDES
from tiebreak.scoreboard.sample import Sample
from tiebreak.scoreboard.segments import SegmentLine
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


def looked(snapshot: Snapshot) -> str:
    """`3 cases looked at in the risk queue, which enters no rate or mean.`; empty where there is none."""
    count = snapshot.looked
    return f"{plural(count, 'case')} looked at in the risk queue, which enters no rate or mean." if count else ""


SAMPLE_HEADS = ("in the set", "planned", "answered", "rated")
"""What `sample_rows` counts."""


def drawn_words(sample: Sample) -> str:
    """`drawn by segment`."""
    return f"drawn by {sample.drawn_by}"


def sample_rows(sample: Sample) -> list[tuple[str, str, str, str, str]]:
    """The name of each stratum, then what `SAMPLE_HEADS` counts of it."""
    return [(one.name, str(one.cases), str(one.planned), str(one.answered), str(one.rated)) for one in sample.strata]


def turns_words(found: GateFragility) -> str:
    """`3 votes the other way: fail · 6: pass`, or why there is no such number."""
    if found.why_none:
        return found.why_none
    if not found.counted:
        return "nothing is counted yet"
    if not found.turns:
        return f"none of the {found.counted} counted could change it"
    noun = "vote" if found.votes else "case"
    first, *rest = found.turns
    told = f"{plural(first.cases, noun)} the other way: {first.to}"
    return " · ".join([told, *(f"{turn.cases}: {turn.to}" for turn in rest)])


def lead_words(lead: LeadFragility) -> list[str]:
    """Who leads and what would end it, a sentence each."""
    if lead.leads is None:
        return ["Neither side leads."]
    told = [f"{SIDES[lead.leads]} leads; {plural(lead.votes, 'vote')} the other way would end that."]
    if lead.beyond_chance:
        told.append(
            f"That is beyond chance; {plural(lead.votes_to_doubt, 'vote')} the other way would put it in doubt."
        )
    else:
        told.append("Chance alone could explain it.")
    return told


def reversal_words(line: SegmentLine) -> str:
    """`! reversed, p = 0.003 after Holm`, `leans the other way`, or nothing."""
    if line.reversal != "reversed" or line.p_holm is None:
        return line.reversal
    return f"! reversed, {p_told(line.p_holm)} after Holm"
