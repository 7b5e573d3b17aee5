"""The rest of a case as plain text: prompts, passages, tool calls, times, judgments and decisions."""

from rich.text import Text

from tiebreak.records import ROLES, Context, Response
from tiebreak.records.policies import SIDES
from tiebreak_cli.bisecting import hunks_text
from tiebreak_cli.output import CELL, local_minute, safe, safe_line, show
from tiebreak_store import StoredSession
from tiebreak_workbench.judges.seals import sealed_on_case, seals_of
from tiebreak_workbench.judges.seen import note_shown, unseal
from tiebreak_workbench.triage.case import CaseDetail, case_detail
from tiebreak_workbench.trials.findings import Bisected, Findings
from tiebreak_workbench.trials.words import bisect_evidence, finding_head, unread_words
from tiebreak_workbench.workbench import Workbench


def detail_of(bench: Workbench, stored: StoredSession, case_id: str, *, unsealed: bool = False) -> CaseDetail:
    """The case, and on record that what judges say of it is shown. With `unsealed` that is what is sealed as well."""
    a, b = (bench.store.run(stored.session.runs[role]) for role in ROLES)
    seals = seals_of(bench, bench.store.sessions_of(a.run.id, b.run.id))
    for own in seals.values() if unsealed else ():
        unseal(bench, own, at="show", cases=(case_id,))
    detail = case_detail(bench.store, a, b, case_id, seals=seals)
    note_shown(bench, seals, detail.judgments, at="show")
    return detail


def detail_plain(detail: CaseDetail) -> dict[str, object]:
    """What `show --json` adds to the answers."""
    return {
        "prompts": {side.role: side.messages for side in detail.sides},
        "prompt_problems": {side.role: side.prompt_problem for side in detail.sides if side.prompt_problem},
        "attempts_not_counted": {side.role: side.others for side in detail.sides},
        "suggestions": {
            side.role: {"fault": side.suggestion.fault, "why": side.suggestion.why}
            for side in detail.sides
            if side.suggestion is not None
        },
        "votes": detail.votes,
        "judgments": detail.judgments,
        "sealed_judgments": detail.sealed,
        "decided": detail.decided._asdict(),
        "decisions": detail.decisions,
    }


def print_prompts(detail: CaseDetail) -> None:
    """What each side was sent; once, where both were sent the same."""
    a, b = detail.sides
    same = a.messages == b.messages and a.prompt_problem == b.prompt_problem
    for name, side in (("A and B", a),) if same else (("A", a), ("B", b)):
        text = Text(f"prompt of {name}\n", "dim")
        for message in side.messages:
            text.append(f"{message.role}: ", "cyan")
            text.append(f"{safe(message.content)}\n")
        if side.prompt_problem is not None:
            text.append(f"{safe(side.prompt_problem)}\n", "red")
        show(text)
    if detail.case.contexts:
        show(_contexts("passages of the case", detail.case.contexts))


def print_parts(response: Response, text: Text) -> None:
    """Add to an answer's text its tool calls, passages and times."""
    for call in response.tool_calls:
        text.append(f"calls {safe_line(call.name, CELL)} {safe_line(call.arguments, 400)}\n", "blue")
    if response.contexts:
        text.append_text(_contexts("passages that came", response.contexts))
    times, usage = response.timings, response.usage
    figures = [
        f"first token {times.ttft:.2f} s" if times.ttft is not None else "",
        f"last {times.total:.2f} s" if times.total is not None else "",
        f"waited {times.waited:.2f} s" if times.waited else "",
        f"{times.tries} tries" if times.tries > 1 else "",
        f"{usage.prompt_tokens} + {usage.completion_tokens} tokens" if usage.completion_tokens is not None else "",
        f"ended by {safe_line(response.finish, 40)}" if response.finish else "",
    ]
    if told := " · ".join(figure for figure in figures if figure):
        text.append(f"{told}\n", "dim")


def print_rest(detail: CaseDetail) -> None:
    """Attempts that do not count, judgments, a likely cause and what was decided."""
    text = Text()
    for side in detail.sides:
        for attempt in side.others:
            response = attempt.response
            why = response.error.message if response.error is not None else response.status
            text.append(
                f"{SIDES[side.role]}, attempt {response.attempt}, does not count: {safe_line(why, CELL)}\n", "dim"
            )
    for judgment in detail.judgments:
        what = str(judgment.verdict) if judgment.status == "valid" else f"no verdict ({judgment.problem})"
        dimension = f" on {safe_line(judgment.dimension, CELL)}" if judgment.dimension else ""
        text.append(f"{judgment.kind} judge{dimension}, {judgment.order}: {safe_line(what, CELL)}\n", "magenta")
        if judgment.reasons:
            text.append(f"  {safe_line(judgment.reasons, 400)}\n", "dim")
    if detail.sealed:
        told = sealed_on_case(detail.sealed)
        text.append(f"{told} --unsealed shows it now, and your vote on the case counts no more.\n", "magenta")
    for side in detail.sides:
        if side.suggestion is not None:
            text.append(f"{SIDES[side.role]} may be the fault of {side.suggestion.fault}: ", "yellow")
            text.append(f"{safe_line(side.suggestion.why, CELL)}\n")
    decided = detail.decided
    if detail.decisions:
        words = [decided.status, decided.cause, decided.assignee, decided.note]
        when = local_minute(detail.decisions[-1].at)
        text.append(f"decided: {safe_line(', '.join(word for word in words if word), CELL)} (last on {when})\n", "bold")
    if text:
        text.rstrip()
        show(text)


def print_findings(findings: Findings) -> None:
    """What bisecting and asking again found, oldest first."""
    for finding in findings.found:
        text = Text(f"{local_minute(finding.at)} {safe_line(finding_head(finding), CELL)}\n", "bold")
        if isinstance(finding, Bisected):
            text.append_text(hunks_text(finding.found.found))
            text.append(safe("\n".join(bisect_evidence(finding.found, finding.times))), "dim")
        text.rstrip()
        show(text)
    if findings.unread:
        show(Text(unread_words(findings.unread), "dim"))


def _contexts(title: str, contexts: tuple[Context, ...]) -> Text:
    text = Text(f"{title}\n", "dim")
    for context in contexts:
        text.append(f"[{safe_line(context.id, CELL)}] ", "cyan")
        text.append(f"{safe_line(context.text, 400)}\n", "dim")
    return text
