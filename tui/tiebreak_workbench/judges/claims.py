"""How much of what each side says is borne out by nothing, as far as a judge of faithfulness says so and is open."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tiebreak.gates.wording import percent, plural
from tiebreak.judge.hallucinations import Hallucinations, hallucinations
from tiebreak.judge.summary import in_force
from tiebreak.records import SessionRole
from tiebreak.records.policies import SIDES
from tiebreak_store import StoredSession
from tiebreak_workbench.judges.seals import Seals
from tiebreak_workbench.workbench import Workbench


class JudgedClaims(NamedTuple):
    """Of one version of a judge."""

    name: str
    version: str
    sides: tuple[Hallucinations, ...]

    @property
    def words(self) -> str:
        """Names are outside text."""
        return f"Judge “{self.name}” {self.version[:8]}: {'; '.join(map(side_words, self.sides))}."


def side_words(one: Hallucinations) -> str:
    """`A: 12 of 57 claims unsupported, 21.1 % (95 %: 11 to 31.2 %)`."""
    told = f"{SIDES[one.role]}: {one.unsupported} of {plural(one.claims, 'claim')} unsupported"
    return f"{told}, {percent(one.rate)} ({span_words(one)})"


def span_words(one: Hallucinations) -> str:
    """`95 %: 11 to 31.2 %`, or why there is no interval."""
    if one.low is None or one.high is None:
        return f"{plural(one.answers, 'answer')}, too few for an interval"
    return f"95 %: {percent(one.low).removesuffix(' %')} to {percent(one.high)}"


def claims_of_session(bench: Workbench, stored: StoredSession) -> Iterator[JudgedClaims]:
    """Of every judge of faithfulness that judged a session, without what is sealed to whoever looks.

    Raises:
        StoreError: where the database cannot be read.
    """
    session_id = stored.session.id
    asked = [bench.store.judge(version) for version in bench.store.judges_of(session_id)]
    judges = [judge for judge in asked if judge.kind == "faithfulness"]
    if not judges:
        return
    runs: dict[str, SessionRole] = {run_id: role for role, run_id in stored.session.runs.items()}
    sides: dict[str, SessionRole] = {
        response.id: runs[response.run_id] for response in bench.store.iter_responses(session_id)
    }
    seals = Seals.of(bench, stored)
    for judge in judges:
        said = bench.store.iter_judgments(session_id, judge.version, light=True)
        open_ = [one for one in in_force(said) if one.status == "valid" and not seals.hides(one.case_id, judge.version)]
        if found := hallucinations(open_, sides):
            yield JudgedClaims(judge.name, judge.version, found)


def claims_report(found: Sequence[JudgedClaims]) -> list[dict[str, object]]:
    """For machines."""
    return [
        {"judge": one.name, "version": one.version, "sides": [{"rate": s.rate, "side": s} for s in one.sides]}
        for one in found
    ]
