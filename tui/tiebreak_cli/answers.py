"""Answers as plain text: of a spot check without a terminal, or of one case of a session."""

import asyncio
from collections.abc import Sequence
from typing import TypedDict

from rich.text import Text

from tiebreak.amounts import money
from tiebreak.errors import UsageError
from tiebreak.records import ROLES, CheckResult, Response
from tiebreak.records.policies import SIDES
from tiebreak_cli.case_text import detail_of, detail_plain, print_findings, print_parts, print_prompts, print_rest
from tiebreak_cli.exits import DONE, UNAVAILABLE
from tiebreak_cli.output import CELL, complain_line, print_json, safe, safe_line, show
from tiebreak_store import StoredSession
from tiebreak_workbench.figures.report import said_by
from tiebreak_workbench.figures.scoring import scoreboard_of
from tiebreak_workbench.headless.replay import answered
from tiebreak_workbench.shell import command
from tiebreak_workbench.trials.findings import findings_of
from tiebreak_workbench.workbench import Workbench

NEAR = 70
"""How much alike, of 100, an id must be to be what was meant."""
CHECKS = {"pass": ("✔", "green"), "fail": ("✘", "bold red"), "error": ("?", "magenta"), "not_applicable": ("·", "dim")}


def print_both(bench: Workbench, session_id: str, position: int = 0, *, as_json: bool) -> int:
    """Ask both sides of a spot check the question at a position and print what they say; returns the exit code."""
    with bench.lease(session_id):
        responses = asyncio.run(_ask(bench, session_id, position))
    if as_json:
        print_json({"session": session_id, "answers": dict(zip(SIDES.values(), responses, strict=True))})
    else:
        for side, response in zip(SIDES.values(), responses, strict=True):
            _print(side, response)
        complain_line(f"Ask on with `{command(('spot', '--session', session_id, 'QUESTION'))}`.")
    return UNAVAILABLE if any(response.excluded for response in responses) else DONE


async def _ask(bench: Workbench, session_id: str, position: int) -> list[Response]:
    stored = bench.store.load_session(session_id)
    live = bench.live(stored, bench.arms(stored), lambda _: None)
    try:
        exchange = live.exchange(position)
        await answered(exchange)
        await live.saves.settled()
        return [response for role in ROLES if (response := exchange.answers[role].response) is not None]
    finally:
        await live.close()


def show_case(bench: Workbench, session: str, case_id: str, *, unsealed: bool = False, as_json: bool) -> None:
    """Print one case of a session: the question, both counting answers, what checks, raters and judges say of them;
    with `unsealed` also judges whose verdicts are sealed to the rater, on record.

    Raises:
        UsageError: for a case that is not in the session.
    """
    stored = bench.store.load_session(session, light=True)
    case = stored.dataset.by_id.get(case_id)
    if case is None or case_id not in stored.session.plan.case_ids:
        lists = command(("export", stored.session.id, "--csv"), bench.workspace.folder)
        hint = _nearest(case_id, stored.session.plan.case_ids) or f"`{lists}` lists them."
        raise UsageError(f"Session {stored.session.id} has no case “{case_id}”.", hint=hint)
    state = scoreboard_of(stored).case(case_id)
    samples = {
        role: [bench.store.response(answer.id) for answer in state.counting[role]]
        for role in ROLES
        if role in state.counting
    }
    responses = {role: several[0] for role, several in samples.items()}
    ids = {response.id: role for role, response in responses.items()}
    checks = {role: [r for r in stored.check_results if ids.get(r.response_id) == role] for role in responses}
    further = {role: [_with_checks(one, stored) for one in several[1:]] for role, several in samples.items()}
    said = said_by(stored, case_id)
    detail = detail_of(bench, stored, case_id, unsealed=unsealed)
    found = findings_of(bench.store, detail.a.run, detail.b.run, case_id)
    if as_json:
        print_json(
            {"case": case, "verdict": state.verdict, "responses": responses, "checks": checks, "raters": said}
            | ({"further_samples": further} if stored.samples > 1 else {})
            | detail_plain(detail)
            | {"findings": found.found, "findings_unread": found.unread},
        )
        return
    show(Text(f"{safe_line(case.id, CELL)}\n{safe(case.question)}\n", "bold"))
    print_prompts(detail)
    if case.reference:
        show(Text.assemble(("reference: ", "dim"), safe(case.reference), "\n"))
    for role, side in SIDES.items():
        if role in responses:
            _print(side, responses[role], checks[role])
            for one in further[role]:
                _print(f"{side}, sample {one['response'].sample + 1}", one["response"], one["checks"])
        else:
            show(Text.assemble((f"{side} ", "bold cyan"), state.excluded.get(role, "not answered"), "\n"))
    for name, words in said.items():
        given = [f"votes {vote}" for vote in words.votes] + [f"judges {verdict}" for verdict in words.verdicts]
        show(Text(safe_line(": ".join((name, ", ".join((*given, *words.notes)))), 2000)))
    if any(run.origin == "import" for run in stored.runs.values()):
        show(Text("imported: times, tokens and cost are as recorded there", "dim"))
    print_rest(detail)
    print_findings(found)
    how = " (settled by a broken answer)" if state.automatic else ""
    show(Text(f"verdict for B: {(state.verdict or 'none yet').replace('_', ' ')}{how}", "bold"))


class _Sample(TypedDict):
    response: Response
    checks: list[CheckResult]


def _nearest(case_id: str, known: Sequence[str]) -> str:
    from rapidfuzz import fuzz, process, utils

    match = process.extractOne(case_id, known, scorer=fuzz.ratio, processor=utils.default_process, score_cutoff=NEAR)
    return f"Did you mean “{match[0]}”?" if match is not None else ""


def _with_checks(response: Response, stored: StoredSession) -> _Sample:
    return {"response": response, "checks": [r for r in stored.check_results if r.response_id == response.id]}


def _print(side: str, response: Response, checks: Sequence[CheckResult] = ()) -> None:
    model = safe_line(response.served_model or response.requested_model or "recorded", CELL)
    model += f" ({safe_line(response.system_fingerprint, CELL)})" if response.system_fingerprint else ""
    total = f"{response.timings.total:.1f} s" if response.timings.total is not None else "time not known"
    cost = f" · {money(response.cost.usd)}" if response.cost.usd is not None else ""
    text = Text.assemble((f"{side} ", "bold cyan"), f"{model} · {response.status} · {total}{cost}\n")
    if response.text:
        text.append(f"{safe(response.text)}\n")
    if response.error is not None:
        text.append(f"{safe(response.error.message)}\n", "red")
    elif not response.text:
        text.append("(no text)\n", "dim")
    print_parts(response, text)
    for check in checks:
        mark, style = CHECKS[check.status]
        score = "" if check.value in (None, 0.0, 1.0) else f"{check.value:.3f} "
        text.append(
            f"{mark} {safe_line(check.check_id, CELL)} {score}{safe_line(check.detail, CELL)}".rstrip() + "\n", style
        )
    show(text)
