"""However the facts come, adding them one by one gives the board that all of them at once give."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from support.facts import Story, cases_of, policy_of, session_of
from tiebreak.records import Ballot, Case, CheckSpec, Dimension, Gate, Presentation, Response
from tiebreak.scoreboard import Scoreboard
from tiebreak.scoreboard.sample import sample_of

SPEC = CheckSpec(id="json", kind="json")
OWN = CheckSpec(id="own", kind="exact")
FAR = CheckSpec(id="metric:edit_distance", kind="metric", params={"name": "edit_distance"})
"""Lower is better, so that a broken answer scores 1."""
CASES = [
    replace(case, segment="even" if i % 2 == 0 else "odd", checks=(OWN,) if i == 0 else ())
    for i, case in enumerate(cases_of(4))
]
POLICY = policy_of(
    Gate(id="win", metric="win_rate", at_least=0.5),
    Gate(id="pop", metric="win_rate", at_least=0.4, scope="population"),
    Gate(id="seg", metric="win_rate", at_least=0.5, each_segment=True),
    Gate(id="help", metric="rubric", dimension="help", at_least=3.5),
    Gate(id="harm", metric="harmful", dimension="help", zero=True),
    Gate(id="json", metric="check", check="json", at_least=0.5, segment="odd"),
    Gate(id="own", metric="failures", check="own", zero=True),
    Gate(id="far", metric="score", check=FAR.id, at_most=0.5),
    Gate(id="json-score", metric="score", check="json", at_least=0.5, scope="population", each_segment=True),
    Gate(id="cost", metric="cost_per_answer", at_most=0.01, on="baseline"),
    Gate(id="err", metric="error_rate", at_most=0.3),
    checks=[SPEC, FAR],
    dimensions=[Dimension(name="help", required=True)],
    max_excluded=0.3,
    max_skipped=0.3,
)
SESSION = session_of([case.id for case in CASES], blind=True, strata="segment")
BY_ID: dict[str, Case] = {case.id: case for case in CASES}
RATERS = ["anna", "ben"]


class Play:
    """A session told by random choices: each act adds one fact to the story."""

    def __init__(self, draw: Callable[[Any], Any]) -> None:
        self.story = Story()
        self._draw = draw
        self._acts: list[Callable[[], object]] = [
            self.answer, self.answer, self.show, self.show, self.vote, self.vote, self.vote,
            self.skip, self.score, self.score, self.undo, self.undo, self.check, self.peek,
            self.served, self.acknowledge,
        ]  # fmt: skip

    def act(self) -> None:
        self._draw(st.sampled_from(self._acts))()

    def _one(self, kind: type[Any]) -> Any:
        """Some earlier fact of a kind, or None."""
        known = [fact for fact in self.story.facts if isinstance(fact, kind)]
        return self._draw(st.sampled_from(known)) if known else None

    def answer(self) -> None:
        case_id, side = self._draw(st.sampled_from([*BY_ID, "stranger"])), self._draw(st.sampled_from("ABC"))
        fields: dict[str, Any] = {
            "attempt": self._draw(st.integers(1, 4)),
            "sample": self._draw(st.sampled_from([0, 0, 1])),
        }
        how = self._draw(st.sampled_from(["answer", "answer", "answer", "broken", "failure", "stopped"]))
        getattr(self.story, how)(case_id, side, **fields)

    def served(self) -> None:
        case_id, side = self._draw(st.sampled_from(list(BY_ID))), self._draw(st.sampled_from("AB"))
        self.story.served(case_id, side, self._draw(st.sampled_from([None, "m-1", "m-1", "m-2", "m-3"])))

    def acknowledge(self) -> None:
        role = self._draw(st.sampled_from(["baseline", "candidate", "stranger"]))
        self.story.event("drift_ack", role=role, served_model=self._draw(st.sampled_from(["m-1", "m-2", "m-3"])))

    def show(self) -> None:
        left = self._one(Response)
        if left is not None:
            partners = [f for f in self.story.facts if isinstance(f, Response) and f.case_id == left.case_id]
            right = self._draw(st.sampled_from([None, *partners]))
            self.story.shown(left, right, self._draw(st.sampled_from(RATERS)))

    def vote(self) -> None:
        self._ballot("vote", self._draw(st.sampled_from(["A", "B", "tie", "both_bad", "?"])))

    def skip(self) -> None:
        self._ballot("skip", None)

    def score(self) -> None:
        self._ballot("score", self._draw(st.integers(1, 5)), side=self._draw(st.sampled_from("AB")))

    def _ballot(self, kind: str, value: object, side: str | None = None) -> None:
        shown: Presentation | None = self._one(Presentation)
        if shown is not None:
            fields: dict[str, Any] = {"phase": self._draw(st.sampled_from(["sealed", "sealed", "post_reveal"]))}
            fields["identity_seen"] = self._draw(st.booleans()) and self._draw(st.booleans())
            if side is not None:
                fields["response_id"] = shown.left_response if side == "A" else shown.right_response
                fields["dimension"] = "help"
            self.story.ballot(shown, kind, value, **fields)

    def undo(self) -> None:
        ballot: Ballot | None = self._one(Ballot)
        if ballot is not None:
            self.story.undo(ballot)

    def check(self) -> None:
        response = self._one(Response)
        if response is not None:
            spec = self._draw(st.sampled_from([SPEC, OWN, FAR]))
            known = {(f.response_id, f.check_id) for f in self.story.facts if hasattr(f, "check_id")}  # type: ignore[union-attr]
            if (response.id, spec.id) not in known:
                status = st.sampled_from(["pass", "fail", "error", "not_applicable"])
                value = st.none() | st.sampled_from([0.0, 0.12345, 0.5, 1.0])
                self.story.checked(response, spec, self._draw(status), value=self._draw(value))

    def peek(self) -> None:
        self.story.event("peek")


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_incremental_equals_recomputed(data: st.DataObject) -> None:
    play = Play(data.draw)
    live = Scoreboard(SESSION, POLICY, BY_ID)
    for _ in range(data.draw(st.integers(1, 60))):
        play.act()
        for fact in play.story.facts[-1:]:
            live.add(fact)
        if data.draw(st.booleans()):
            live.snapshot()
    facts = play.story.facts
    recomputed = Scoreboard.of(SESSION, POLICY, BY_ID, facts)
    assert live.snapshot() == recomputed.snapshot()
    shuffled = Scoreboard(SESSION, POLICY, BY_ID)
    for fact in data.draw(st.permutations(facts)):
        shuffled.add(fact)
        shuffled.snapshot()
    assert shuffled.snapshot() == recomputed.snapshot()
    for count in range(len(BY_ID) + 1):
        assert shuffled.win_rate_of_first(count) == recomputed.win_rate_of_first(count)
    assert live.win_rate_of_first(len(BY_ID)) == live.snapshot().win_rate
    for case_id in BY_ID:
        assert shuffled.case(case_id) == recomputed.case(case_id)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_the_parts_add_up(data: st.DataObject) -> None:
    play = Play(data.draw)
    for _ in range(data.draw(st.integers(1, 80))):
        play.act()
    snapshot = Scoreboard.of(SESSION, POLICY, BY_ID, play.story.facts).snapshot()
    rate = snapshot.win_rate
    assert rate.wins + rate.ties + rate.losses + rate.both_bad == rate.n <= rate.planned == 4
    assert sum(segment.n for segment in snapshot.segments.values()) == rate.n
    assert snapshot.automatic <= snapshot.settled
    places = (snapshot.rated, snapshot.automatic, snapshot.skipped, snapshot.excluded_cases, snapshot.open)
    assert min(places) >= 0
    assert sum(places) == snapshot.planned
    drawn = sample_of(SESSION.plan, CASES, snapshot)
    assert drawn is not None
    assert sum(stratum.rated for stratum in drawn.strata) == snapshot.rated
    assert all(one.cases == one.planned == 2 >= one.answered >= one.rated for one in drawn.strata)
    assert snapshot.position <= snapshot.done or snapshot.position < snapshot.planned
    for gate in snapshot.gates:
        evidence: Any = gate.evidence
        assert gate.status != "pass" or not gate.blocked_by
        assert (
            evidence["n"]
            + evidence["missing"]
            + evidence["excluded"]
            + evidence["skipped"]
            + evidence["not_applicable"]
            == gate.planned
        )
        assert (gate.status == "pass") == (gate.why == "")
