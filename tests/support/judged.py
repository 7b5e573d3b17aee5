"""Sessions in which people and a judge say something of the same cases."""

from collections.abc import Sequence
from typing import Any

from support.facts import Story
from tiebreak.records import ModelTarget, Presentation, Vote
from tiebreak.records.judges import Judge, JudgeDimension, JudgePrompt, Judgment, seal_of

PROMPT = JudgePrompt(system="Judge.", user="{{ question }}")
PAIRS = Judge(name="fair", kind="pairwise", target=ModelTarget(model="test/judge"), prompt=PROMPT)
POINTS = Judge(
    name="tone",
    kind="rubric",
    target=ModelTarget(model="test/judge"),
    prompt=PROMPT,
    dimensions=(JudgeDimension(name="tone", description="d"),),
)


def judgment_of(judge: Judge, id_: str, case_id: str, responses: Sequence[str], **fields: Any) -> Judgment:
    """A judgment; without a `verdict` it is unparseable."""
    verdict = fields.get("verdict")
    made: dict[str, Any] = {
        "session_id": "session",
        "kind": judge.kind,
        "response_a": responses[0],
        "response_b": responses[1] if len(responses) > 1 else None,
        "order": "single",
        "status": "valid" if verdict is not None else "unparseable",
        "prompt_fingerprint": id_,
        "seal": seal_of(verdict, ""),
        "seal_nonce": "",
        "at": "",
    }
    return Judgment(id=id_, judge_hash=judge.version, case_id=case_id, **(made | fields))


class JudgedStory(Story):
    """A story with a judge in it."""

    @property
    def presentations(self) -> list[Presentation]:
        return [fact for fact in self.facts if isinstance(fact, Presentation)]

    def judged(self, judge: Judge, shown: Presentation, first: str | None, second: str | None = "", **f: Any) -> None:
        """The verdicts of a pair with A shown first and with B shown first; the same one for both unless two are
        given, and None for one that cannot be read."""
        self.facts.append(judge)
        for order, verdict in (("ab", first), ("ba", first if second == "" else second)):
            pair = (shown.left_response, shown.right_response or "")
            made: dict[str, Any] = {"order": order, "verdict": verdict, **f}
            self.facts.append(judgment_of(judge, f"j{self.id()}", shown.case_id, pair, **made))

    def pointed(self, judge: Judge, case_id: str, response_id: str, point: int | None, dimension: str) -> None:
        self.facts.append(judge)
        made = judgment_of(judge, f"j{self.id()}", case_id, (response_id,), verdict=point, dimension=dimension)
        self.facts.append(made)

    def case(self, case_id: str, vote: Vote | None, verdict: str | None, judge: Judge = PAIRS) -> Presentation:
        """A pair with a vote, if there is one, and the judge's verdict in both orders."""
        shown = self.pair(case_id)
        if vote is not None:
            self.vote(shown, vote)
        self.judged(judge, shown, verdict)
        return shown
