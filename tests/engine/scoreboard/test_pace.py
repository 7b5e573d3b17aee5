"""How fast answers came and what they cost, of the answers that count."""

from support.facts import Story
from tiebreak.records import Cost, Response, Timings
from tiebreak.scoreboard.pace import Pace, paces_of

ROLES = {"run-A": "baseline", "run-B": "candidate"}


def test_only_counting_answers_are_timed() -> None:
    story = Story()
    for n in range(20):
        cost = Cost(usd=n / 1000, source="config")
        story.answer(f"c{n}", "A", timings=Timings(ttft=0.1, total=n + 1.0), cost=cost)
    story.answer("c0", "A", attempt=2, timings=Timings(ttft=9.0, total=99.0))
    story.failure("c20", "A", timings=Timings(ttft=9.0, total=99.0))
    story.stopped("c21", "A")
    story.answer("c0", "B", timings=Timings(ttft=None, total=2.0))
    story.answer("c1", "B", timings=Timings(ttft=0.5, total=3.0), reused_from="earlier")
    story.answer("c1", "C", timings=Timings(ttft=0.5, total=3.0))
    responses = [fact for fact in story.facts if isinstance(fact, Response)]
    found = paces_of(responses, ROLES)  # type: ignore[arg-type]  # the two roles
    assert found == paces_of(reversed(responses), ROLES)  # type: ignore[arg-type]
    assert found["baseline"] == {
        "ttft": Pace(20, 0.1, 0.1),
        "total": Pace(20, 10.0, 19.0),
        "usd": Pace(20, 0.009, 0.018),
    }
    assert found["candidate"] == {"total": Pace(1, 2.0, 2.0)}
    assert paces_of([], ROLES) == {}  # type: ignore[arg-type]
