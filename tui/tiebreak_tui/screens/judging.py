"""What the Arena shows of the judge that goes along, and the ways to it. Verdicts stay sealed until a case is rated."""

from typing import TYPE_CHECKING

from tiebreak.amounts import money
from tiebreak.gates.wording import RECORDED, plural, spent
from tiebreak.judge.review import Reason, lines_of, reasons_for
from tiebreak.records.policies import SIDES
from tiebreak.session.live import LiveSession
from tiebreak_tui.widgets.judge_bar import JudgeNews
from tiebreak_workbench.judges.status import status_here

if TYPE_CHECKING:
    from tiebreak_tui.screens.asides import Asides

NO_JUDGE = "No judge goes along: Setup has a line for one, `--judge NAME` takes one up."


def judge_news(live: LiveSession, position: int, last: int | None) -> JudgeNews | None:
    """What the judge's line says; what it shows of a verdict is written down as seen. `last` was rated last."""
    judged = live.judged
    if judged is None:
        return None
    told = ""
    if last is not None and last != position:
        told = f"{live.cases[last].id}: {live.verdicts.see(live.cases[last].id).words(live.seating(last))}"
    progress = judged.progress
    changed = live.scoreboard.snapshot().changed
    parts = [
        f"{progress.answered} of {progress.planned} asked" if progress is not None and progress.planned else "",
        f"{judged.reused} reused" if judged.reused else "",
        f"{unparseable} unparseable" if (unparseable := judged.count("unparseable")) else "",
        f"{plural(progress.statuses['error'], 'error')}" if progress and progress.statuses.get("error") else "",
        f"{plural(changed, 'vote')} changed after a verdict" if changed else "",
    ]
    return JudgeNews(
        name=judged.judge.name,
        version=judged.judge.version[:8],
        status=status_here(live.scoreboard, judged.judge.name),
        here=live.verdicts.see(live.cases[position].id).words(live.seating(position)),
        last=told,
        progress=" · ".join(filter(None, parts)),
        paused=judged.paused,
        waits=progress.waits.words if progress is not None and progress.waits is not None else "",
    )


def spent_on_judging(live: LiveSession) -> str:
    """`judge $0.012`, apart from what answers cost; `judge recorded`; empty where nothing was asked."""
    judged = live.judged
    if judged is not None and judged.judge.recorded:
        return f"judge {RECORDED}"
    if judged is None or not (judged.usd or judged.unknown or judged.reused):
        return ""
    known = money(judged.usd) if judged.usd or not judged.unknown else "$?"
    return f"judge {known}{' + ?' if judged.usd and judged.unknown else ''}"


def judging_in_short(live: LiveSession) -> str:
    """`Judge preference 3f2a9c1b, uncalibrated: 24 of 24 questions answered; $0.12, apart from the answers.`"""
    judged = live.judged
    progress = judged.progress if judged is not None else None
    if judged is None or progress is None:
        return ""
    who = f"Judge {judged.judge.name} {judged.judge.version[:8]}, {status_here(live.scoreboard, judged.judge.name)}"
    far = f"{progress.answered} of {progress.planned} questions answered"
    if unparseable := judged.count("unparseable"):
        far += f", {unparseable} unparseable"
    if progress.waits is not None:
        far += f", {progress.waits.words}"
    if judged.reused:
        far += f", {judged.reused} reused"
    if judged.judge.recorded:
        return f"{who}: {far}; {RECORDED}, at no cost."
    return f"{who}: {far}; {spent(judged.usd, judged.unknown, 'judgment')}, apart from the answers."


def show_verdict(arena: "Asides") -> None:
    """Open the verdict on the case on show, or say why it is not open yet."""
    from tiebreak_tui.dialogs.verdict import VerdictDialog

    live, case = arena.live, arena.live.cases[arena.position]
    if live.judged is None:
        arena.tiebreak.flash(NO_JUDGE)
        return
    look = live.verdicts.see(case.id)
    if look.verdict is None:
        words = look.words(live.seating(arena.position))
        why = "Rate this case first: until then its verdict stays" if look.seal else "The judge"
        arena.tiebreak.flash(f"{why} {words.removesuffix('…')}.")
        return
    arena.tiebreak.push_screen(VerdictDialog(arena, arena.position, look))


def next_review(arena: "Asides") -> None:
    """Go to the next case that should be looked at again. Only rated ones: the others are sealed."""
    live = arena.live
    if live.judged is None:
        arena.tiebreak.flash(NO_JUDGE)
        return
    order = [*range(arena.position + 1, len(live.cases)), *range(arena.position + 1)]
    for position in order:
        if reasons := reasons_at(live, position):
            arena.go(position)
            veiled = live.blinding.veiled
            told = dict.fromkeys(r.words("" if veiled or r.role is None else SIDES[r.role]) for r in reasons)
            arena.tiebreak.flash(f"To look at: {'; '.join(told)}.")
            return
    arena.tiebreak.flash("No case that you rated is waiting for a second look.")


def reasons_at(live: LiveSession, position: int) -> tuple[Reason, ...]:
    """Why a rated case should be looked at again; one whose disagreement is tagged was looked at."""
    if live.judged is None:
        return ()
    look, judge = live.verdicts.look(live.cases[position].id), live.judged.judge
    form = live.form(position)
    if look.verdict is None or judge.version in form.tags:
        return ()
    return reasons_for(look.verdict, form.vote, lines_of(live.policy, judge, veiled=live.blinding.veiled))


def ask_judge_again(live: LiveSession) -> bool:
    """Let a paused judge, or one with errors, ask again; False where there is nothing to ask."""
    if live.judged is None or not live.judged.wants_again:
        return False
    live.judged.start()
    return True
