"""From rows and details of cases to what Triage shows of them. Pure; all ids, names and texts are outside text."""

from collections.abc import Iterable, Mapping, Sequence

from textual.content import Content

from tiebreak.amounts import signed
from tiebreak.compare.wiring import changes_between
from tiebreak.gates.wording import plural
from tiebreak.metrics.kinds.citations import cited, named
from tiebreak.records import CheckResult, Message
from tiebreak.records.policies import SIDES
from tiebreak.records.triage import CAUSES
from tiebreak.sanitise import clean_line
from tiebreak.scoreboard.judged.joined import JUDGE_RATER, ORDER_OF_LABEL
from tiebreak.triage import Decided, TriageRow
from tiebreak.worddiff import merge_words
from tiebreak_tui.dialogs.pager import Titled
from tiebreak_tui.screens.triage_rows import Rows
from tiebreak_tui.screens.triage_trial_text import again_briefly
from tiebreak_tui.widgets.answer_facts import dollars, seconds
from tiebreak_tui.widgets.case_list import CaseRow, Part
from tiebreak_tui.widgets.styled_view import Piece, diff_pieces
from tiebreak_tui.widgets.triage_bar import GLYPHS
from tiebreak_workbench.judges.seals import sealed_on_case
from tiebreak_workbench.triage.case import Attempt, CaseDetail, CaseSide, Vote
from tiebreak_workbench.trials.rerunning import CaseAgain

CHECKS_SHOWN = 5
NOTICED = 0.005
"""Seconds; less would be told as 0.00."""
CITED = "underline $text-success"
MARKS: Mapping[str, tuple[str, str]] = {
    "pass": ("✔", "$text-success"),
    "fail": ("✘", "$text-error"),
    "error": ("!", "$text-warning"),
    "not_applicable": ("–", "dim"),
}
ORDERS: Mapping[str, str] = {"ab": "A shown first", "ba": "B shown first"}
SHORT_STATUS: Mapping[str, str] = {"confirmed": "$text-error", "expected": "dim", "flaky": "$text-warning"}


def case_row(
    row: TriageRow,
    decided: Decided,
    known: tuple[str, str] | None,
    *,
    marked: bool,
    folded: int = 0,
    indent: bool = False,
    again: CaseAgain | None = None,
) -> CaseRow:
    """`known` are id and question, None while they are being read; `folded` is the size of a group; `again` is what
    came of asking again."""
    glyph, style, _ = GLYPHS[row.row_class]
    name, question = known or ("…", "")
    return CaseRow(
        marked=marked,
        glyph=(glyph, style),
        name=f"{folded} × like {name}" if folded > 1 else name,
        moved=tuple(_moved(row)),
        decided=_last(decided, again),
        question=question,
        indent=indent,
    )


def _moved(row: TriageRow) -> Iterable[Part]:
    if row.conflict:
        yield "≠ ", "bold $text-accent"
    if row.why is not None:
        yield row.why, "$text-warning"
        return
    for name in row.worse:
        yield f"−{name} ", "$text-error"
    for name in row.better:
        yield f"+{name} ", "$text-success"
    if not (row.worse or row.better) and row.failing:
        yield f"fails {', '.join(row.failing)} ", "dim"
    if row.judge in ("A", "B") and not row.conflict:
        yield f"judge prefers {row.judge}", "$text-accent"


def _last(decided: Decided, again: CaseAgain | None) -> Part:
    """What stands at the end of a line: what came of asking again, then what was decided."""
    style = SHORT_STATUS.get(decided.status, "$text-success")
    if again is None:
        return _decided(decided), style
    words, own = again_briefly(again)
    return f"{words} {_decided(decided)}".rstrip(), own


def _decided(decided: Decided) -> str:
    said = [
        decided.status if decided.status != "open" else None,
        decided.cause,
        decided.assignee and f"@{decided.assignee}",
    ]
    return " ".join(word for word in said if word) + ("" if decided.note is None else " ✎")


def why_no_answer(side: CaseSide) -> str:
    if not side.others:
        return f"{SIDES[side.role]} did not try this case."
    response = side.others[-1].response
    told = response.error.message if response.error is not None else response.status
    return f"No answer that counts: {told}"


def listed(rows: Rows | None, *, ready: bool, finding: bool) -> str:
    """How many cases there are in the list."""
    if rows is None:
        return "" if ready else "Reading what was recorded …"
    if not ready:
        return f"{plural(rows.cases, 'case')} so far"
    if finding and not rows.whole:
        return f"{len(rows):,} and more"
    if rows.groups is not None:
        return f"{plural(len(rows.groups), 'group')} of {plural(rows.cases, 'case')}"
    return plural(rows.cases, "case")


def remarks(rows: Rows | None, words: str, marked: int, *, finding: bool, indexed: bool) -> tuple[str, ...]:
    """What else there is to say of the list, the most needed first."""
    said = [f"{marked:,} marked" if marked else ""]
    if finding:
        said.append("searching …" if words else "looking …")
    said += [f"“{word}” also as {', '.join(terms)}" for word, terms in (rows.read_as if rows else ())]
    if words and not indexed:
        said.append("not all texts are indexed yet")
    return tuple(word for word in said if word)


def decision_line(decided: Decided, detail: CaseDetail | None, width: int) -> Content:
    """The causes by their digits, the one in force marked, and which one is suggested; then status, assignee, note."""
    hint = detail.b.suggestion if detail is not None else None
    text = Content("")
    for number, cause in enumerate(CAUSES, start=1):
        chosen = cause == decided.cause
        style = "bold reverse" if chosen else "$text-warning" if hint is not None and cause in hint.causes else ""
        mark = "?" if hint is not None and cause in hint.causes and not chosen else ""
        text += Content.styled(f"{number} ", "dim") + Content.styled(f"{cause}{mark}", style) + Content(" ")
    status = Content.assemble(("status ", "dim"), (decided.status, "bold" if decided.status != "open" else ""))
    if decided.assignee is not None:
        status += Content.assemble("  ", (f"@{clean_line(decided.assignee, 30)}", "$text-accent"))
    if decided.note is not None:
        status += Content.assemble(
            ("  note ", "dim"), clean_line(decided.note, max(10, width - status.cell_length - 7))
        )
    if hint is None:
        return Content("\n").join([text, status])
    likely = Content.styled(f"perhaps {hint.fault}: ", "$text-warning")
    if decided.note is None:
        likely = status + Content("  ") + likely
    likely += Content.styled(clean_line(hint.why, max(10, width - likely.cell_length)), "dim")
    return Content("\n").join([text, likely] if decided.note is None else [text, status, likely])


def moved_lines(row: TriageRow, detail: CaseDetail, width: int) -> list[Content]:
    """Each check that flipped, or fails, with what it says of both sides; who prefers which; times and costs."""
    said = [_by_check(side) for side in detail.sides]
    names = [
        name for name in dict.fromkeys((*row.worse, *row.better, *row.failing)) if any(name in one for one in said)
    ]
    lines: list[Content] = []
    for name in names[:CHECKS_SHOWN]:
        sign, style = (
            ("−", "$text-error") if name in row.worse else ("+", "$text-success") if name in row.better else (" ", "")
        )
        line = Content.assemble((f"{sign}", style), (f"{clean_line(name, 24):<16} ", style))
        for letter, results in zip("AB", said, strict=True):
            result = results.get(name)
            mark, colour = MARKS[result.status] if result is not None else ("·", "dim")
            line += Content.assemble((f"{letter} ", f"$side-{letter.lower()}"), (f"{mark} ", colour))
        told = next((one[name].detail for one in reversed(said) if name in one and one[name].status == "fail"), "")
        lines.append(line + Content.styled(clean_line(told, max(0, width - line.cell_length)), "dim"))
    if len(names) > CHECKS_SHOWN:
        lines.append(Content.styled(f"… and {len(names) - CHECKS_SHOWN} more checks (⏎ shows all)", "dim"))
    facts: list[str] = []
    if row.why is not None:
        facts.append(f"left out: {row.why}")
    for side, what in ((row.human, "people"), (row.judge, "judges")):
        if side is not None:
            facts.append(f"{what} see a tie" if side == "tie" else f"{what} prefer {side}")
    if row.conflict:
        facts.append("≠ conflict")
    if row.slower is not None and abs(row.slower) >= NOTICED:
        facts.append(f"B {abs(row.slower):.2f} s {'slower' if row.slower >= 0 else 'faster'}")
    if row.dearer:
        facts.append(signed(row.dearer, dollars))
    if facts:
        lines.append(Content.styled(clean_line(" · ".join(facts), width), "$text-accent" if row.conflict else "dim"))
    return lines


def in_rows(lines: Sequence[Content], rows: int, width: int) -> Content:
    """Lines over one another in so many rows; where some do not fit, the last one says how many."""
    shown = list(lines[:rows])
    if shown and len(lines) > rows:
        more = f" +{len(lines) - rows} more ⏎"
        last = shown[-1].truncate(max(1, width - len(more)), ellipsis=True)
        shown[-1] = last + Content(" " * (width - len(more) - last.cell_length)) + Content.styled(more, "$text-accent")
    return Content("\n").join(shown)


def by_check(moves: Mapping[str, tuple[int, int]]) -> str:
    """How often each check moved, the most worse first: `key-facts −9 +20`."""
    return "  ".join(f"{name} −{worse:,} +{better:,}" for name, (worse, better) in moves.items())


def _by_check(side: CaseSide) -> dict[str, CheckResult]:
    """What the latest versions of the checks say of the first counting answer."""
    return {check.check_id: check for check in side.counting[0].checks} if side.counting else {}


# -- the whole case, as titled texts


def detail_parts(detail: CaseDetail) -> list[Titled]:
    """What differs between the configs and the prompts, word by word; both prompts, checks, times, attempts,
    decisions."""
    a, b = detail.sides
    parts: list[Titled] = [("What changes from A to B", _changes(detail))]
    if a.messages == b.messages and a.prompt_problem == b.prompt_problem:
        parts.append(("The prompt of both", prompt_text(a)))
    else:
        if a.messages and b.messages:
            words = diff_pieces(merge_words(prompt_text(a), prompt_text(b)))
            parts.append(("The prompts, from A to B", words))
        parts += [
            (f"The prompt of {SIDES[side.role]} · {side.config.name}", prompt_text(side)) for side in detail.sides
        ]
    for side in detail.sides:
        parts.append((f"The answer of {SIDES[side.role]}", "\n".join(_answer_facts(side)) or "No answer that counts."))
    parts += [
        (f"{SIDES[side.role]} may be the fault of {side.suggestion.fault}", side.suggestion.why)
        for side in detail.sides
        if side.suggestion is not None
    ]
    if detail.decisions:
        parts.append(("What was decided, oldest first", "\n".join(_decisions(detail))))
    return parts


def _changes(detail: CaseDetail) -> str | list[Piece]:
    found = changes_between(detail.a.config, detail.b.config)
    pieces: list[Piece] = []
    for one in found:
        before, after = ("" if value is None else str(value) for value in (one.before, one.after))
        pieces += [(f"{one.field}  ", "bold"), *diff_pieces(merge_words(before, after)), ("\n", "")]
    return pieces[:-1] or "Nothing but their names: both configs say the same."


def prompt_text(side: CaseSide) -> str:
    """What a side was asked for the case, or why its prompt does not render."""
    messages: Sequence[Message] = side.messages
    return "\n\n".join(f"{one.role}:\n{one.content}" for one in messages) or side.prompt_problem or "Nothing was sent."


def _answer_facts(side: CaseSide) -> Iterable[str]:
    for attempt in side.counting:
        yield from _attempt(attempt, f"sample {attempt.response.sample + 1}: " if len(side.counting) > 1 else "")
    for attempt in side.others:
        response = attempt.response
        why = response.error.message if response.error is not None else response.status
        yield f"attempt {response.attempt}, which does not count: {why}"


def _attempt(attempt: Attempt, lead: str) -> Iterable[str]:
    response = attempt.response
    times, usage = response.timings, response.usage
    facts = [
        response.status,
        f"first token {seconds(times.ttft)}" if times.ttft is not None else "",
        f"last {seconds(times.total)}" if times.total is not None else "",
        f"waited {seconds(times.waited)}" if times.waited else "",
        f"{times.tries} tries" if times.tries > 1 else "",
        f"{usage.prompt_tokens} + {usage.completion_tokens} tokens" if usage.completion_tokens is not None else "",
        dollars(response.cost.usd),
        f"ended by {response.finish}" if response.finish else "",
        f"served by {response.served_model}" if response.served_model else "",
    ]
    yield lead + " · ".join(fact for fact in facts if fact)
    for call in response.tool_calls:
        yield f"calls {call.name}({call.arguments})"
    for check in attempt.checks:
        yield f"{MARKS[check.status][0]} {check.check_id}  {check.detail}".rstrip()


def _decisions(detail: CaseDetail) -> Iterable[str]:
    for one in detail.decisions:
        what = "taken back" if one.act == "undo" else one.value or "(cleared)"
        yield f"{one.at[:16].replace('T', ' ')} UTC  {one.rater_id}  {one.field}: {what}"


def context_parts(detail: CaseDetail) -> list[Titled]:
    """What came to each side and whether its answer cites it; then the case's own reference, points and metadata."""
    case = detail.case
    parts: list[Titled] = []
    for side in detail.sides:
        letter, answer = SIDES[side.role], side.answer
        if answer is None:
            continue
        known = answer.contexts or case.contexts
        names = cited(answer.text, known)
        hit = {context.id for name in names for context in named(name, known)}
        unknown = [name for name in dict.fromkeys(names) if not named(name, known)]
        if not known and not unknown:
            continue
        source = "came to" if answer.contexts else "of the case, given to"
        pieces: list[Piece] = []
        for one in known:
            name = f"[{one.id}]{f' {one.title}' if one.title else ''}"
            pieces.append((f"{name} · {'cited' if one.id in hit else 'not cited'}", CITED if one.id in hit else "dim"))
            pieces.append((" · relevant\n" if one.id in case.relevant else "\n", "$text-accent"))
            pieces.append((f"{one.text}\n\n", ""))
        if unknown:
            pieces.append((f"Cites what did not come: {', '.join(unknown)}", "$text-warning"))
        parts.append((f"Passages {source} {letter}: {len(known)}, {len(hit)} cited", pieces))
    parts += [(f"{message.role}", message.content) for message in case.messages]
    if case.reference is not None:
        parts.append(("reference", case.reference))
    if case.points:
        parts.append(("points", "\n".join(case.points)))
    parts += [(name, str(value)) for name, value in case.metadata.items()]
    return parts


def verdict_parts(detail: CaseDetail, judges: Mapping[str, str]) -> list[Titled]:
    """What judges and people said; `judges` gives the names of judges by their versions."""
    parts: list[Titled] = []
    for one in detail.judgments:
        name = judges.get(one.judge_hash, one.kind)
        where = f" on {one.dimension}" if one.dimension else ""
        order = ORDERS.get(one.order, "")
        said = str(one.verdict) if one.status == "valid" else f"no verdict: {one.problem}"
        title = " · ".join(word for word in (f"{name}{where}", order) if word)
        parts.append((title, f"{said}\n{one.reasons}".rstrip()))
    if detail.sealed:
        parts.append(("Sealed", sealed_on_case(detail.sealed)))

    parts += _imported(detail.votes)
    place = {"risk": " (risk queue)", "random": ""}
    votes = [
        f"{vote.rater}{place[vote.queue]}: {vote.kind}{f' {vote.dimension}' if vote.dimension else ''} {vote.value}"
        for vote in detail.votes
        if not vote.rater.startswith(JUDGE_RATER)
    ]
    return [*parts, ("People", "\n".join(votes))] if votes else parts


def _imported(votes: Iterable[Vote]) -> Iterable[Titled]:
    """What judges of other tools said; each is a rater of its own, with a label for each order and a note."""
    said: dict[str, list[str]] = {}
    for vote in votes:
        if vote.rater.startswith(JUDGE_RATER):
            lines = said.setdefault(vote.rater.removeprefix(JUDGE_RATER), [])
            if vote.kind == "label" and vote.dimension in ORDER_OF_LABEL:
                order = ORDERS.get(ORDER_OF_LABEL[vote.dimension] or "", "")
                verdict = "sees a tie" if vote.value == "tie" else f"prefers {vote.value}"
                lines.append(f"{verdict}{f' · {order}' if order else ''}")
            else:
                lines.append(vote.value)
    return [(f"{name} · imported", "\n".join(lines)) for name, lines in said.items()]
