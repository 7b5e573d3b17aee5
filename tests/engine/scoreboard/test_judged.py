"""What people and a judge say, summed as it comes, is what the same facts give when they are gone through once."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from fractions import Fraction
from itertools import islice
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from support.facts import cases_of, policy_of, session_of
from support.judged import PAIRS, POINTS, JudgedStory, judgment_of
from tiebreak.calibration.agreeing import standing
from tiebreak.gates import JudgedEvidence
from tiebreak.records import Ballot, Case, Dimension, Gate, Presentation, Vote
from tiebreak.records.judges import Judge, Judgment
from tiebreak.scoreboard import Scoreboard
from tiebreak.scoreboard.judged.book import JudgeBook
from tiebreak.scoreboard.judged.evidence import STATUS_OF, judged_evidence, pairs_of
from tiebreak.scoreboard.judged.joined import JUDGE_RATER, Joined, Line

ONE_ORDER = replace(PAIRS, both_orders=False, criteria="another version, which asks once")
CASES = [
    replace(case, segment="even" if i % 2 == 0 else "odd", group="book" if i in (1, 2) else None)
    for i, case in enumerate(cases_of(5))
]
BY_ID: dict[str, Case] = {case.id: case for case in CASES}
SESSION = session_of(list(BY_ID))


def _gate(id_: str, metric: Any, **fields: Any) -> Gate:
    made: dict[str, Any] = {"at_least": 0.5, "source": "calibrated", **fields}
    return Gate(id=id_, metric=metric, **made)


GATES = [
    _gate("win", "win_rate", judge="fair", each_segment=True),
    _gate("loss", "win_rate", judge="fair", on="baseline"),
    _gate("planned", "win_rate", judge="fair", scope="fixed_n", labels=2),
    _gate("tone", "rubric", judge="tone", dimension="tone", at_least=3.5),
    _gate("tone-a", "rubric", judge="tone", dimension="tone", on="baseline", at_least=3.5, labels=1, scope="fixed_n"),
]
POLICY = policy_of(*GATES, dimensions=[Dimension(name="tone")], max_excluded=0.5, max_skipped=0.5)


def gone_through(book: JudgeBook, gate: Gate, segment: str | None) -> JudgedEvidence:
    """The evidence from every case of the plan, one after the other."""
    name, line = gate.judge or "", Line() if gate.metric == "win_rate" else Line(gate.dimension, gate.on)
    cases = [one for one in book.joined(name, line) if segment is None or one.case.segment == segment]
    turned = gate.metric == "win_rate" and gate.on == "baseline"

    def of_gate(value: Fraction) -> Fraction:
        return 1 - value if turned else value

    def counted(pairs: Iterable[tuple[Fraction, Fraction]]) -> tuple[tuple[Fraction, Fraction, int], ...]:
        return tuple((human, judge, count) for (human, judge), count in sorted(Counter(pairs).items()))

    def value_of(one: Joined) -> Fraction | None:
        return None if one.verdict is None or one.verdict.value is None else of_gate(one.verdict.value)

    asked = [one for one in cases if one.place not in ("excluded", "settled")]
    judged = [(one, value) for one in asked if (value := value_of(one)) is not None]
    both = [(of_gate(o.human), value) for o, value in judged if o.place == "labelled" and o.human is not None]
    lost = Counter(one.verdict.why for one in asked if one.verdict is not None and one.verdict.value is None)
    share, compared, status = standing(pairs_of(book, name, line))
    judge = book.in_force(name)
    return JudgedEvidence(
        planned=len(cases),
        excluded=sum(one.place == "excluded" for one in cases),
        skipped=sum(one.place == "skipped" for one in cases),
        known=tuple(
            sorted(Counter(of_gate(o.human) for o in cases if o.place == "settled" and o.human is not None).items())
        ),
        both=counted(both),
        first=counted(islice(both, gate.labels)),
        only=tuple(sorted(Counter(value for one, value in judged if one.place != "labelled").items())),
        unjudged=tuple(sorted(lost.items(), key=lambda one: (-one[1], one[0]))),
        waiting=sum(one.verdict is None for one in asked),
        grouped=any(one.case.group is not None for one in cases),
        judge_version=judge.version if judge is not None else None,
        versions=len(book.versions(name)),
        status=STATUS_OF[status],
        agreed=share,
        compared=compared,
    )


class Play:
    """A judged session told by random choices: each act adds a few facts to the story."""

    def __init__(self, draw: Callable[[Any], Any]) -> None:
        self.story = JudgedStory()
        self._draw = draw
        self._acts: list[Callable[[], object]] = [
            self.pair, self.pair, self.vote, self.vote, self.vote, self.score, self.skip, self.undo, self.broken,
            self.failure, self.verdict, self.verdict, self.verdict, self.point, self.point, self.label,
        ]  # fmt: skip

    def act(self) -> None:
        self._draw(st.sampled_from(self._acts))()

    def _case(self) -> str:
        return self._draw(st.sampled_from(list(BY_ID)))

    def _shown(self) -> Presentation | None:
        known = self.story.presentations
        return self._draw(st.sampled_from(known)) if known else None

    def pair(self) -> None:
        self.story.pair(self._case(), self._draw(st.sampled_from(["anna", "ben"])))

    def broken(self) -> None:
        case_id = self._case()
        self.story.broken(case_id, self._draw(st.sampled_from("AB")))

    def failure(self) -> None:
        self.story.failure(self._case(), self._draw(st.sampled_from("AB")))

    def vote(self) -> None:
        if (shown := self._shown()) is not None:
            self.story.vote(shown, self._draw(st.sampled_from(["A", "B", "tie", "both_bad"])))

    def skip(self) -> None:
        if (shown := self._shown()) is not None:
            self.story.skip(shown)

    def score(self) -> None:
        if (shown := self._shown()) is not None:
            side, score = self._draw(st.sampled_from("AB")), self._draw(st.integers(1, 5))
            self.story.score(shown, "tone", side, score)

    def undo(self) -> None:
        ballots = [fact for fact in self.story.facts if isinstance(fact, Ballot)]
        if ballots:
            self.story.undo(self._draw(st.sampled_from(ballots)))

    def verdict(self) -> None:
        if (shown := self._shown()) is not None:
            judge: Judge = self._draw(st.sampled_from([PAIRS, PAIRS, ONE_ORDER]))
            verdict = self._draw(st.sampled_from(["A", "B", "tie", None]))
            order = self._draw(st.sampled_from(["ab", "ba"]))
            pair = (shown.left_response, shown.right_response or "")
            made: dict[str, Any] = {"order": order, "verdict": verdict, "problem": "" if verdict else "prose"}
            asked = [fact for fact in self.story.facts if isinstance(fact, Judgment) and fact.reused_from is None]
            if asked and self._draw(st.booleans()):
                made["reused_from"] = self._draw(st.sampled_from(asked)).id
            self.story.facts += [judge, judgment_of(judge, f"j{self.story.id()}", shown.case_id, pair, **made)]

    def point(self) -> None:
        if (shown := self._shown()) is not None:
            point = self._draw(st.sampled_from([1, 3, 5, None]))
            response = self._draw(st.sampled_from([shown.left_response, shown.right_response or ""]))
            self.story.pointed(POINTS, shown.case_id, response, point, "tone")

    def label(self) -> None:
        """A verdict that was imported."""
        if (shown := self._shown()) is not None:
            facts = [fact for fact in self.story.facts if getattr(fact, "id", None) in (
                shown.left_response, shown.right_response)]  # fmt: skip
            imported: Any = self.story.shown(facts[0], facts[-1], JUDGE_RATER + "fair")  # type: ignore[arg-type]
            dimension = self._draw(st.sampled_from(["verdict", "verdict/ab", "verdict/ba"]))
            self.story.ballot(imported, "label", self._draw(st.sampled_from(["A", "B", "tie"])), dimension=dimension)


def evidence(board: Scoreboard) -> list[JudgedEvidence | None]:
    return [question.judged for question in board.questions()]


@given(st.data())
@settings(max_examples=120, deadline=None)
def test_summed_as_it_comes_in_any_order_it_is_what_going_through_it_gives(data: st.DataObject) -> None:
    play = Play(data.draw)
    live = Scoreboard(SESSION, POLICY, BY_ID)
    for _ in range(data.draw(st.integers(1, 50))):
        before = len(play.story.facts)
        play.act()
        for fact in play.story.facts[before:]:
            live.add(fact)
        if data.draw(st.booleans()):
            live.snapshot()
    facts = play.story.facts
    whole = Scoreboard.of(SESSION, POLICY, BY_ID, facts)
    shuffled = Scoreboard(SESSION, POLICY, BY_ID)
    for fact in data.draw(st.permutations(facts)):
        shuffled.add(fact)
        shuffled.snapshot()
    assert whole.judges is not None
    expected = [gone_through(whole.judges, asked.gate, asked.segment) for asked in whole.questions()]
    assert evidence(whole) == evidence(live) == evidence(shuffled) == expected
    assert live.snapshot() == shuffled.snapshot() == whole.snapshot()


def test_a_gate_of_planned_labels_looks_at_the_first_of_the_plan_whatever_comes_first() -> None:
    story = JudgedStory()
    given: tuple[tuple[str, Vote], ...] = (("c3", "B"), ("c1", "A"), ("c0", "B"))
    for case_id, vote in given:
        story.case(case_id, vote, "B")
    board = Scoreboard(SESSION, POLICY, BY_ID)
    for fact in story.facts:
        board.add(fact)
        board.snapshot()
    assert board.judges is not None
    planned = judged_evidence(board.judges, GATES[2], None)
    assert planned.first == ((Fraction(0), Fraction(1), 1), (Fraction(1), Fraction(1), 1))
    assert planned.both == ((Fraction(0), Fraction(1), 1), (Fraction(1), Fraction(1), 2))


def test_cases_whose_verdicts_rest_on_one_judgment_are_one_label_to_a_gate() -> None:
    """As to `calibrate`: the judge said it once, however many cases share the prompt."""
    story = JudgedStory()
    for case_id in ("c0", "c3", "c4"):
        story.case(case_id, "B", "B")
    first = {fact.order: fact.id for fact in story.facts if isinstance(fact, Judgment) and fact.case_id == "c0"}
    taken = [
        replace(fact, reused_from=first[fact.order]) if isinstance(fact, Judgment) and fact.case_id == "c3" else fact
        for fact in story.facts
    ]
    for facts, units in ((story.facts, 3), (taken, 2)):
        board = Scoreboard.of(SESSION, POLICY, BY_ID, facts)
        assert {one.compared for one in evidence(board)[:3] if one is not None} == {units}
