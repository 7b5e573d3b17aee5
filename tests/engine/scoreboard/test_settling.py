"""A board that lets go of the facts of settled cases says what one says that keeps them."""

from support.facts import Story, cases_of, policy_of, session_of
from tiebreak.records import CheckResult, CheckSpec, Gate, Response
from tiebreak.scoreboard import Scoreboard

CHECK = CheckSpec(id="short", kind="max_length", params={"chars": 9})
POLICY = policy_of(
    Gate(id="win", metric="win_rate", at_least=0.5),
    Gate(id="short", metric="check", check="short", at_least=0.5, each_segment=True),
    checks=[CHECK],
)
CASES = [*cases_of(6, segment="one"), *cases_of(12, segment="two")[6:]]


def story() -> Story:
    """Votes, a skip, a broken answer, an excluded one, one asked again, and models that change."""
    told = Story()
    for number, case in enumerate(CASES):
        match number:
            case 1:
                told.broken(case.id, "A")
                told.answer(case.id, "B")
            case 2:
                told.failure(case.id, "A")
            case 3:
                told.stopped(case.id, "B", attempt=1)
                told.shown(told.answer(case.id, "A"), told.answer(case.id, "B", attempt=2))
            case 4:
                told.skip(told.pair(case.id))
            case 5:
                told.shown(told.served(case.id, "A", "first"), told.served(case.id, "B", "first"))
            case 6:
                told.vote(told.shown(told.served(case.id, "A", "first"), told.served(case.id, "B", "second")), "B")
            case 7:
                told.vote(told.shown(told.served(case.id, "A", "third"), told.served(case.id, "B", "first")), "A")
            case 11:
                pass
            case _:
                shown = told.pair(case.id)
                told.vote(shown, "B" if number % 2 else "tie")
    for fact in [*told.facts]:
        if isinstance(fact, Response):
            told.checked(fact, CHECK, "pass" if int(fact.id[1:]) % 3 else "fail", value=1.0)
    told.event("drift_ack", role="baseline", served_model="third")
    return told


def test_settled_by_portions() -> None:
    told = story()
    whole = told.board(CASES, POLICY)
    board = Scoreboard(session_of([case.id for case in CASES]), POLICY, {case.id: case for case in CASES})
    owner = {fact.id: fact.case_id for fact in told.facts if isinstance(fact, Response)}
    for fact in told.facts:
        if isinstance(fact, Response) and fact.served_model is not None:
            board.foresee(fact.run_id, fact.served_model, fact.id)
        elif not isinstance(fact, Response | CheckResult):
            board.add(fact)
    for start in range(0, len(CASES), 5):
        some = [case.id for case in CASES[start : start + 5]]
        for fact in told.facts:
            match fact:
                case Response() if fact.case_id in some:
                    board.add(fact)
                case CheckResult() if owner[fact.response_id] in some:
                    board.add(fact)
                case _:
                    pass
        board.settle(some)
    assert board.snapshot() == whole.snapshot()
    assert board.snapshot().drift.keys() == {"candidate"}
    assert board.win_rate_path(4) == whole.win_rate_path(4)
