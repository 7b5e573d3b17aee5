"""From records and numbers to what the Arena's bars show. Pure."""

from textual.content import Content

from tiebreak.amounts import money
from tiebreak.gates import GateOutcome
from tiebreak.gates.wording import plural
from tiebreak.records import ROLES, Case, Form
from tiebreak.records.policies import SIDES
from tiebreak.sanitise import clean, clean_line
from tiebreak.scoreboard import Snapshot, WinRate
from tiebreak.scoreboard.wording import places
from tiebreak.session.form import FormState
from tiebreak.session.live import LiveSession
from tiebreak.session.seating import Seating
from tiebreak_store import StoredSession
from tiebreak_tui.screens.judging import spent_on_judging
from tiebreak_tui.widgets.gate_bar import Chip
from tiebreak_tui.widgets.rubric import RubricRow
from tiebreak_tui.widgets.status_bar import Status
from tiebreak_tui.widgets.win_rate import Tally
from tiebreak_workbench.forked import forked_words

QUESTION = 4000
"""Characters of a question above the answers; `c` shows it whole."""


def status_of(stored: StoredSession, live: LiveSession, position: int, snapshot: Snapshot) -> Status:
    return Status(
        dataset=stored.dataset.card.name,
        position=position,
        planned=len(live.cases),
        counts=places(snapshot, short=True),
        saves=str(live.saves),
        halted=live.saves.failure is not None,
        spent="  ".join(filter(None, ("" if live.blinding.veiled else spent(snapshot), spent_on_judging(live)))),
        begun_with="" if live.blinding.veiled else forked_words(stored),
    )


def spent(snapshot: Snapshot) -> str:
    """`A $0.012 B $0.034`; `A $?` where no cost is known, a `+ ?` where that of some answers is not."""
    parts: list[str] = []
    for role in ROLES:
        spend = snapshot.spend.get(role)
        if spend is None or not spend.calls:
            continue
        known = money(spend.usd) if spend.unknown < spend.calls else "$?"
        parts.append(f"{SIDES[role]} {known}{' + ?' if 0 < spend.unknown < spend.calls else ''}")
    return "  ".join(parts)


def tally_of(rate: WinRate, *, names: tuple[str, str] | None = ("A", "B"), every: int = 1) -> Tally:
    """`names` are what baseline and candidate are called, None while that is hidden; `every` as in `Tally`."""
    if rate.mean is None:
        return Tally(rate=None, planned=rate.planned, names=names, every=every)
    low, high = rate.interval
    return Tally(
        rate=rate.mean,
        low=low,
        high=high,
        wins=rate.wins,
        ties=rate.ties,
        losses=rate.losses,
        both_bad=rate.both_bad,
        n=rate.n,
        planned=rate.planned,
        names=names,
        every=every,
    )


def chips_of(snapshot: Snapshot) -> list[Chip]:
    return [Chip(label=gate_title(outcome), status=outcome.status, needed=outcome.why) for outcome in snapshot.gates]


def gate_title(outcome: GateOutcome) -> str:
    return f"{outcome.title} · {outcome.segment}" if outcome.segment is not None else outcome.title


def rubric_of(form: Form, state: FormState, seating: Seating) -> list[RubricRow]:
    return [
        RubricRow(
            name=dimension.name,
            question=dimension.question,
            low=dimension.low,
            high=dimension.high,
            required=dimension.required,
            scores=(
                state.scores.get((dimension.name, seating.left)),
                state.scores.get((dimension.name, seating.right)),
            ),
        )
        for dimension in form.dimensions
    ]


def case_header(case: Case, state: FormState, seating: Seating) -> Content:
    """`bill-003 · billing · typical · your vote: B better`."""
    facts = [case.id, case.segment or "", case.kind, "should be refused" if case.expect == "refuse" else ""]
    text = Content.styled(clean_line(" · ".join(fact for fact in facts if fact), 80), "dim")
    if state.vote is not None:
        text += Content.styled(f" · your vote: {seating.words(state.vote)}", "$text-success")
        if state.revised is not None:
            text += Content.styled(f", then {seating.words(state.revised)} (kept apart)", "$text-warning")
    elif state.revised is not None:
        text += Content.styled(f" · your vote: {seating.words(state.revised)} (kept apart)", "$text-warning")
    elif state.skipped:
        text += Content.styled(" · skipped", "$text-warning")
    elif state.settled_by_itself:
        text += Content.styled(" · settled by a broken answer, ⏎ goes on", "$text-warning")
    return text + Content.styled(f" · {plural(len(state.notes), 'note')}" if state.notes else "", "dim")


def case_text(case: Case) -> Content:
    """The question, with the turns before it dimmed and a word on what else there is."""
    earlier = [f"{message.role}: {message.content}" for message in case.messages[:-1]]
    parts = [Content.styled(clean(text[:QUESTION]), "dim") for text in earlier]
    last = case.messages[-1].content if case.messages else ""
    parts.append(Content(clean(last[:QUESTION]) + (" …" if len(last) > QUESTION else "")))
    if case.contexts:
        ids = ", ".join(context.id for context in case.contexts)
        parts.append(
            Content.styled(clean_line(f"{plural(len(case.contexts), 'passage')}: {ids} (c shows them)", 120), "dim")
        )
    return Content("\n").join(parts)
