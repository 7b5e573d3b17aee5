"""Answers as plain text: of a spot check without a terminal, or of one case of a session."""

import asyncio

from rich.text import Text

from tiebreak.errors import UsageError
from tiebreak.records import ROLES, Response
from tiebreak.sanitise import clean, clean_line
from tiebreak_cli.exits import DONE, UNAVAILABLE
from tiebreak_cli.output import console, print_json
from tiebreak_workbench.replay import answered
from tiebreak_workbench.scoring import scoreboard_of
from tiebreak_workbench.workbench import Workbench

SIDES = ("A", "B")


def print_both(bench: Workbench, session_id: str) -> int:
    """Ask both sides of a spot check and print what they say; returns the exit code."""
    responses = asyncio.run(_ask(bench, session_id))
    for side, response in zip(SIDES, responses, strict=True):
        _print(side, response)
    return UNAVAILABLE if any(response.excluded for response in responses) else DONE


async def _ask(bench: Workbench, session_id: str) -> list[Response]:
    stored = bench.store.load_session(session_id)
    live = bench.live(stored, bench.arms(stored), lambda _: None)
    try:
        exchange = live.exchange(0)
        await answered(exchange)
        await live.saves.settled()
        return [response for role in ROLES if (response := exchange.answers[role].response) is not None]
    finally:
        await live.close()


def show_case(bench: Workbench, session: str, case_id: str, *, as_json: bool) -> None:
    """Print one case of a session with both counting answers.

    Raises:
        UsageError: for a case that is not in the session.
    """
    stored = bench.store.load_session(session, light=True)
    case = stored.dataset.by_id.get(case_id)
    if case is None or case_id not in stored.session.plan.case_ids:
        raise UsageError(f"Session {stored.session.id} has no case “{case_id}”.", hint="`tiebreak export` lists them.")
    state = scoreboard_of(stored).case(case_id)
    responses = {role: bench.store.response(state.counting[role][0].id) for role in ROLES if role in state.counting}
    if as_json:
        print_json({"case": case, "verdict": state.verdict, "responses": responses})
        return
    console().print(Text(f"{clean(case.id)}\n{clean(case.question)}\n", "bold"), soft_wrap=True)
    for side, role in zip(SIDES, ROLES, strict=True):
        if role in responses:
            _print(side, responses[role])
    console().print(Text(f"verdict: {state.verdict or 'none yet'}", "bold"))


def _print(side: str, response: Response) -> None:
    model = clean_line(response.served_model or response.requested_model or "recorded", 60)
    total = f"{response.timings.total:.1f} s" if response.timings.total is not None else "?"
    head = Text.assemble((f"{side} ", "bold cyan"), f"{model} · {response.status} · {total}")
    body = clean(response.text) if response.text else clean(response.error.message if response.error else "(no text)")
    console().print(Text.assemble(head, "\n", body, "\n"), soft_wrap=True)
