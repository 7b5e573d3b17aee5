"""A judge's verdicts that came about elsewhere, as judgments: with state, order, repeat and claims, by version."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tiebreak.checks.parse import shown
from tiebreak.datasets.importing import vote_words
from tiebreak.datasets.judgment_rows import JudgmentRow
from tiebreak.gates.wording import plural
from tiebreak.records import ROLES, Cost, RecordingTarget, Usage, version_of
from tiebreak.records.codec import adapter
from tiebreak.records.judges import (
    STAND_IN,
    VERDICT_WORDS,
    Claim,
    Judge,
    JudgeDimension,
    JudgeKind,
    JudgePrompt,
    Judgment,
    Order,
    Scale,
    Verdict,
    fits_kind,
    seal_of,
)
from tiebreak.records.responses import CostSource, UsageSource
from tiebreak_store import Store
from tiebreak_workbench.imports.records import NOBODY, Desk
from tiebreak_workbench.imports.sheet import ROLE_OF, SIDE_OF, Sheet

Name = tuple[str, str | None, JudgeKind]
"""A judge as a file names it: name, version, kind."""
Question = tuple[str, tuple[str, ...], Order, str | None, int]
"""Version, what was judged, in which order and dimension, and which repeat."""
FORM = Scale()
COSTS: Mapping[str, CostSource] = {"provider": "provider", "price_list": "price_list", "config": "config"}
USAGES: Mapping[str, UsageSource] = {"provider": "provider", "estimated": "estimated"}
"""Where a number came from, as far as a file may say; else it is recorded."""


@dataclass(slots=True)
class JudgmentDesk:
    """Judgments for one session. Lines that cannot be used are refused in the sheet."""

    desk: Desk
    sheet: Sheet
    rater: str | None
    """Who judged, where the file does not say."""
    words: Mapping[str, Verdict]
    judges: dict[str, Judge] = field(default_factory=dict[str, Judge])
    judgments: list[Judgment] = field(default_factory=list[Judgment])
    remarks: list[str] = field(default_factory=list[str])
    _of: dict[Name, Judge] = field(default_factory=dict[Name, Judge])
    _asked: set[Question] = field(default_factory=set[Question])

    def take(self, store: Store | None) -> None:
        """Make a judgment of each row. `store` knows the judges that are recorded already, and what they said here."""
        known, rows = self._defined()
        self._find_judges(store, known, rows)
        if store is not None:
            for version in store.judges_of(self.desk.session.id):
                for earlier in store.iter_judgments(self.desk.session.id, version, light=True):
                    self._asked.add(_question(earlier))
        for row in rows:
            self._take(row)
        unread = Counter(one.problem for one in self.judgments if one.status == "unparseable")
        for problem, count in unread.most_common(3):
            self.remarks.append(f"{plural(count, 'verdict')} unparseable: {problem}")

    def _name(self, row: JudgmentRow) -> Name:
        return row.judge or self.rater or NOBODY, row.version, _kind_of(row)

    # -- who judged

    def _find_judges(self, store: Store | None, known: Mapping[str, Judge], rows: Sequence[JudgmentRow]) -> None:
        """The judge of each row: as the file defines it, as it is recorded here, or one that stands in for it."""
        said: dict[Name, list[JudgmentRow]] = {}
        for row in rows:
            said.setdefault(self._name(row), []).append(row)
        for (name, version, kind), own in said.items():
            judge = known.get(version or "")
            if judge is None and version is not None and store is not None:
                judge = next((j for v, j in self._recorded(store, name) if v == version), None)
            if judge is None and version is None:
                defined = {j.version: j for j in known.values() if (j.name, j.kind) == (name, kind)}
                judge = next(iter(defined.values())) if len(defined) == 1 else None
            if judge is None:
                judge = _stand_in(name, version, kind, own)
                self.remarks.append(
                    f"Of the judge {shown(name)} no definition came along: it can be calibrated, and not be asked."
                )
            self._of[name, version, kind] = judge

    def _defined(self) -> tuple[dict[str, Judge], list[JudgmentRow]]:
        """The judges that the rows define, by version, and the rows without those whose definition is none: nobody
        knows what their verdicts mean."""
        known: dict[str, Judge] = {}
        rows: list[JudgmentRow] = []
        for row in self.sheet.judgments:
            if row.definition is not None:
                try:
                    judge = adapter(Judge).validate_python(row.definition)
                except ValueError as problem:
                    self.sheet.reject(row.line, f"definition: This is no judge: {_first(problem)}.")
                    continue
                if row.version is not None and judge.version != row.version:
                    told = "definition: It was changed: it is not of the version that the line names."
                    self.sheet.reject(row.line, told)
                    continue
                known[judge.version] = judge
            rows.append(row)
        return known, rows

    def _recorded(self, store: Store, name: str) -> list[tuple[str, Judge]]:
        return [(version, store.judge(version)) for version in dict.fromkeys(v for v, _ in store.judge_sessions(name))]

    # -- what was said

    def _take(self, row: JudgmentRow) -> None:
        judge, desk = self._of[self._name(row)], self.desk
        if row.case not in desk.positions:
            where = "The session's plan" if row.case in desk.dataset.by_id else "The dataset"
            self.sheet.reject(row.line, f"{where} has no case {shown(row.case)}.")
            return
        roles = ROLES if judge.kind == "pairwise" else (ROLE_OF[row.side],) if row.side is not None else ()
        if not roles:
            self.sheet.reject(row.line, f"side: A judge of the kind {judge.kind} judges one answer: A's or B's?")
            return
        missing = [SIDE_OF[role] for role in roles if row.case not in desk.counting[role]]
        if missing:
            self.sheet.reject(row.line, f"The session has no answer of {' and '.join(missing)} to {shown(row.case)}.")
            return
        judgment = self._judgment(row, judge, tuple(desk.counting[role][row.case] for role in roles))
        if judgment is None:
            return
        question = _question(judgment)
        if judgment.answered and question in self._asked:
            self.sheet.reject(row.line, "The judge has had its say on this question already; that stands.")
            return
        if judgment.answered:
            self._asked.add(question)
        self.judges[judge.version] = judge
        self.judgments.append(judgment)

    def _judgment(self, row: JudgmentRow, judge: Judge, responses: tuple[str, ...]) -> Judgment | None:
        said, problem = self._said(row, judge), row.problem or ""
        status = row.state or ("valid" if isinstance(said, int | float) or said else "unparseable")
        if status == "valid" and not (said is not None and fits_kind(judge.kind, said, judge.scale)):
            if row.state == "valid":
                self.sheet.reject(row.line, f"verdict: {shown(said)} is none of {_verdicts(judge)}.")
                return None
            status, problem = "unparseable", f"{shown(said)} is none of {_verdicts(judge)}."
        verdict = said if status == "valid" else None
        problem = problem or ("" if status == "valid" else "The file says no more.")
        if row.seal is not None and row.nonce is not None and seal_of(verdict, row.nonce) != row.seal:
            self.sheet.reject(row.line, "seal: It does not fit the verdict: one of the two was changed.")
            return None
        order = row.order or "ab"
        nonce = row.nonce or ""
        claims = self._claims(row)
        if claims is None:
            return None
        told = {"judge": judge.version, "case": row.case, "responses": responses, "order": order, "of": row.dimension}
        return Judgment(
            id=self.desk.new_id(),
            judge_hash=judge.version,
            session_id=self.desk.session.id,
            case_id=row.case,
            kind=judge.kind,
            response_a=responses[0],
            response_b=responses[1] if len(responses) > 1 else None,
            order=("ab" if order == "single" else order) if len(responses) > 1 else "single",
            repeat=row.repeat or 0,
            dimension=row.dimension,
            status=status,
            verdict=verdict,
            reasons=row.reasons or "",
            problem=problem,
            replies=row.replies,
            prompt_fingerprint=row.fingerprint or version_of({**told, "repeat": row.repeat or 0}),
            seal=row.seal if row.seal is not None and row.nonce is not None else seal_of(verdict, nonce),
            seal_nonce=nonce,
            requested_model=row.model,
            served_model=row.served_model,
            system_fingerprint=row.system_fingerprint,
            cost=_cost(row),
            usage=_usage(row),
            seconds=row.seconds,
            at=row.at or self.desk.at,
            claims=claims,
            reused_from=row.reused_from,
        )

    def _said(self, row: JudgmentRow, judge: Judge) -> Verdict | None:
        """The verdict in our words. A pair's may be a number that stands for a side; both bad is a tie here, since no
        judge of pairs says it."""
        said = row.verdict
        if said is None or judge.kind != "pairwise":
            return said
        word = self.words.get(str(said).strip().lower(), said)
        return "tie" if word == "both_bad" else word

    def _claims(self, row: JudgmentRow) -> tuple[Claim, ...] | None:
        try:
            return tuple(adapter(Claim).validate_python(claim) for claim in row.claims)
        except ValueError as problem:
            self.sheet.reject(row.line, f"claims: {_first(problem)}.")
            return None


def judgment_desk(desk: Desk, sheet: Sheet, rater: str | None, values: Mapping[str, Verdict]) -> JudgmentDesk:
    """`values` are words of one's own for a vote."""
    own = {word.strip().lower(): verdict for word, verdict in values.items()}
    return JudgmentDesk(desk, sheet, rater, {**vote_words(None), **own})


def _kind_of(row: JudgmentRow) -> JudgeKind:
    return row.kind or ("pairwise" if row.side is None else "rubric")


def _question(judgment: Judgment) -> Question:
    judged = tuple(one for one in (judgment.response_a, judgment.response_b) if one is not None)
    return judgment.judge_hash, judged, judgment.order, judgment.dimension, judgment.repeat


def _stand_in(name: str, version: str | None, kind: JudgeKind, rows: Sequence[JudgmentRow]) -> Judge:
    """A judge of which nothing is known but its verdicts. Of a rubric the scale is that of the form, unless a verdict
    lies outside."""
    points = [row.verdict for row in rows if isinstance(row.verdict, int)] if kind == "rubric" else []
    dimensions = dict.fromkeys(row.dimension or name for row in rows) if kind == "rubric" else {}
    told = f"; its version there is {version}" if version is not None else ""
    return Judge(
        name=name,
        kind=kind,
        target=RecordingTarget(path=STAND_IN),
        prompt=JudgePrompt(system=f"Not known: its verdicts were imported{told}.", user="Not known."),
        scale=Scale(low=min((FORM.low, *points)), high=max((FORM.high, *points))),
        dimensions=tuple(JudgeDimension(name=one, description="Not known.") for one in dimensions),
        both_orders={row.order for row in rows} >= {"ab", "ba"},
        parsing="block",
    )


def _verdicts(judge: Judge) -> str:
    words = VERDICT_WORDS[judge.kind]
    if judge.kind == "rubric":
        return f"the whole numbers from {judge.scale.low} to {judge.scale.high}"
    return ", ".join((*words, *(["a share from 0 to 1"] if judge.kind == "faithfulness" else [])))


def _cost(row: JudgmentRow) -> Cost:
    source = COSTS.get(row.cost_source or "", "recorded")
    return Cost() if row.cost is None else Cost(usd=row.cost, source=source)


def _usage(row: JudgmentRow) -> Usage:
    if row.prompt_tokens is None and row.completion_tokens is None:
        return Usage()
    source = USAGES.get(row.usage_source or "", "recorded")
    return Usage(prompt_tokens=row.prompt_tokens, completion_tokens=row.completion_tokens, source=source)


def _first(problem: ValueError) -> str:
    """The first thing that pydantic found wrong."""
    errors = getattr(problem, "errors", None)
    if errors is None:
        return str(problem)
    first = errors()[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
