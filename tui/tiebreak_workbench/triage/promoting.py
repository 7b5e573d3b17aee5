"""Promoting a failure into a dataset: what would be written, then writing it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tiebreak.checks.parse import parse_check
from tiebreak.datasets.load import load_dataset
from tiebreak.datasets.writing import amend_case, case_line, write_cases
from tiebreak.errors import UsageError
from tiebreak.records import Case, CheckSpec, Dataset, Response, SessionRole, utc_now
from tiebreak.records.policies import SIDES
from tiebreak.triage.promoting import (
    Proposal,
    Provenance,
    amended,
    beside,
    duplicate_of,
    free_id,
    promoted,
    propose,
    proven,
)
from tiebreak.workspace import Workspace
from tiebreak.workspace.workspace import DATASETS
from tiebreak_store import StoredRun
from tiebreak_workbench.past.comparing import two_runs
from tiebreak_workbench.triage.case import CaseDetail, CaseSide, case_detail
from tiebreak_workbench.triage.regressions import is_regression_set
from tiebreak_workbench.workbench import Workbench

CHOSEN = 2
"""Proposals that are taken where nobody chooses, and no check that the answers were put to tells them apart."""


class DuplicateError(UsageError):
    """The dataset has the case, or one that is nearly alike, already."""

    def __init__(
        self,
        message: str,
        *,
        hint: str,
        good: SessionRole,
        proposals: Sequence[Proposal],
        chosen: Sequence[CheckSpec],
        same: bool,
    ) -> None:
        """`same` is set where it is the very case, which would get checks that it has."""
        super().__init__(message, hint=hint)
        self.good: SessionRole = good
        self.proposals = tuple(proposals)
        self.chosen = tuple(chosen)
        self.same = same


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """What promoting a case would write."""

    case: Case
    line: str
    """Of the dataset's file, without its end."""
    dataset: Path
    new: bool
    """Whether the dataset is to be made."""
    amends: bool
    """Whether the dataset has the case already, which gets the checks."""
    good: SessionRole
    proposals: tuple[Proposal, ...]
    """Everything that was proven to separate the answers."""
    chosen: tuple[CheckSpec, ...]


def prepare(
    bench: Workbench,
    names: Sequence[str],
    case_id: str,
    dataset: str,
    *,
    checks: Sequence[str] = (),
    good: SessionRole | None = None,
    case_name: str | None = None,
    segment: str | None = None,
    allow_alike: bool = False,
) -> Promotion:
    """What promoting a case of a session, or of two runs, into a dataset would write; nothing is written.

    `checks` chooses among the proposals by their ids, or gives checks as JSON, which are proven like those; without
    any, the most telling proposals are taken. `good` is the side with the good answer, by default the one that passes.
    Where the dataset has the very case, it is to get the checks, unless it is to go in once more as `case_name`.

    Raises:
        UsageError: where no side is the good one, a check is not proven, or none is left.
        DuplicateError: where the case has them already, or the dataset asks nearly the same already.
        DatasetError: where the dataset cannot be read.
    """
    (_, a), (_, b) = two_runs(bench, names[0], names[1] if len(names) > 1 else None)
    detail = case_detail(bench.store, a, b, case_id)
    role = good or better_side(detail)
    best, worst = (detail.a, detail.b) if role == "baseline" else (detail.b, detail.a)
    right, wrong = _answer(best), _answer(worst)
    path, there = _dataset(bench.workspace, dataset)
    anew = allow_alike or case_name is not None
    own = None if there is None or anew else _own(detail.case, there)
    has = () if own is None else own.checks
    proposals = propose(detail.case, right, wrong, [*detail.case.checks, *a.policy.checks], has)
    given = _given(detail.case, right, wrong, checks, proposals, has)
    proposals = [*given.values(), *(one for one in proposals if one.spec.id not in _by_id(given.values()))]
    ids = dict.fromkeys(given[text].spec.id if text in given else text for text in checks)
    chosen = _chosen(proposals, list(ids))
    alike = None if there is None or allow_alike or own is not None else duplicate_of(detail.case, there.cases)
    if there is not None and alike is not None:
        raise DuplicateError(
            f"{there.card.name} asks nearly the same already: case “{alike.other}” ({alike.score:.0f} of 100 alike).",
            hint="Add the check to that case; or promote it all the same with --allow-alike.",
            good=role,
            proposals=proposals,
            chosen=chosen,
            same=False,
        )
    source = a if worst.run == a.run.id else b
    origin = provenance(source, wrong, case_id)
    if own is not None and there is not None:
        if {spec.version for spec in chosen} <= {spec.version for spec in own.checks}:
            raise DuplicateError(
                f"“{own.id}” of {there.card.name} has these checks already: every run puts its answers to them.",
                hint="Choose another check, or another dataset.",
                good=role,
                proposals=proposals,
                chosen=chosen,
                same=True,
            )
        made = amended(own, chosen, origin)
    else:
        wanted = case_name or detail.case.id
        made = promoted(
            detail.case,
            chosen,
            origin,
            case_id=wanted if case_name else free_id(wanted, there.by_id if there is not None else ()),
            segment=segment or _segment(detail.case, there),
        )
    return Promotion(
        case=made,
        line=case_line(made),
        dataset=path,
        new=there is None,
        amends=own is not None,
        good=role,
        proposals=tuple(proposals),
        chosen=chosen,
    )


def write(promotion: Promotion) -> Path:
    """Write a promotion down; returns the file that the case is in.

    Raises:
        DatasetError: where the dataset cannot be added to, such as for an id that has been taken since.
    """
    if promotion.amends:
        return amend_case(promotion.dataset, promotion.case)
    return write_cases(promotion.dataset, [promotion.case])


def runs_from_now_on(promotion: Promotion) -> str:
    """What asks a promoted case from now on."""
    if is_regression_set(str(promotion.dataset)):
        return "Every later `tiebreak run` asks it."
    return "It runs with that dataset; what is promoted into `regressions` goes along with every run."


def _own(case: Case, there: Dataset) -> Case | None:
    """The very case, as the dataset has it."""
    found = there.by_id.get(case.id)
    return found if found is not None and found.input == case.input else None


def better_side(detail: CaseDetail) -> SessionRole:
    """The side whose answer is the good one: the only one that passes, or else the only one that people prefer.

    Raises:
        UsageError: where neither says so.
    """
    passing: list[SessionRole] = [side.role for side in detail.sides if _passes(side)]
    if len(passing) == 1:
        return passing[0]
    votes = {vote.value for vote in detail.votes if vote.kind == "vote"} & {"A", "B"}
    if len(votes) == 1:
        return "baseline" if votes == {"A"} else "candidate"
    raise UsageError(
        f"It is not plain which answer to “{detail.case.id}” is the good one.", hint="Say it: --good A or --good B."
    )


def provenance(source: StoredRun, response: Response, case_id: str) -> Provenance:
    return Provenance(
        session=source.session_id,
        run=source.run.id,
        config=source.config.name,
        config_version=source.config.version,
        dataset_version=source.run.dataset_hash,
        case=case_id,
        response=response.id,
        date=f"{utc_now():%Y-%m-%d}",
    )


def _chosen(proposals: Sequence[Proposal], ids: Sequence[str]) -> tuple[CheckSpec, ...]:
    if ids:
        by_id = _by_id(proposals)
        return tuple(by_id[name].spec for name in ids)
    if not proposals:
        raise UsageError("No check tells the two answers apart.", hint='Give one: --check \'{"kind": "contains", …}\'.')
    known = [proposal.spec for proposal in proposals if proposal.known]
    return tuple(known or (proposal.spec for proposal in proposals[:CHOSEN]))


def _by_id(proposals: Iterable[Proposal]) -> dict[str, Proposal]:
    return {proposal.spec.id: proposal for proposal in proposals}


def _given(
    case: Case,
    good: Response,
    bad: Response,
    checks: Sequence[str],
    proposals: Sequence[Proposal],
    there: Sequence[CheckSpec],
) -> dict[str, Proposal]:
    """By its text, each check that is no proposal's id but JSON, proven. One without an `id` takes the place of none
    that is `there`, or taken besides.

    Raises:
        UsageError: where two that differ have one `id`, and as `given_proposal`.
    """
    by_id = _by_id(proposals)
    wanted = [by_id[name].spec for name in checks if name in by_id]
    found: dict[str, Proposal] = {}
    for text in dict.fromkeys(checks):
        if text in by_id:
            continue
        one = given_proposal(case, good, bad, text, by_id)
        spec = beside(one.spec, [*there, *wanted]) if one.spec.id == one.spec.kind else one.spec
        if any(other.id == spec.id and other.version != spec.version for other in wanted):
            raise UsageError(f"Two checks are called “{spec.id}”.", hint="Give one of them another `id`.")
        found[text] = replace(one, spec=spec)
        wanted.append(spec)
    return found


def given_proposal(case: Case, good: Response, bad: Response, text: str, known: Iterable[str] = ()) -> Proposal:
    """A check as JSON, proven; `known` are the ids of those that it might have been instead.

    Raises:
        UsageError: where it is none, or does not tell the answers apart.
    """
    import json

    try:
        mapping: object = json.loads(text)
    except ValueError as problem:
        if text.lstrip().startswith("{"):
            raise UsageError(
                f"The check is no JSON: {problem}.", hint='It looks like {"kind": "contains", "all": ["refund"]}.'
            ) from None
        proposed = ", ".join(known) or "none"
        hint = f'Proposed are {proposed}; or write JSON, such as {{"kind": "contains", "all": ["refund"]}}.'
        raise UsageError(f"There is no proposed check “{text}”.", hint=hint) from None
    spec = parse_check(mapping, where="--check")
    told = proven(case, good, bad, spec)
    if told is None:
        raise UsageError(
            f"The check “{spec.id}” does not pass on the good answer and fail on the bad one.",
            hint="It would not keep this failure from coming back.",
        )
    return Proposal(spec, "it was given", told)


def _answer(side: CaseSide) -> Response:
    if side.answer is None:
        name = SIDES[side.role]
        raise UsageError(f"{name} has no answer to this case, so no check can be proven on it.")
    return side.answer


def _passes(side: CaseSide) -> bool:
    return bool(side.counting) and all(
        not one.response.broken and all(check.status != "fail" for check in one.checks) for one in side.counting
    )


def _dataset(workspace: Workspace, name: str) -> tuple[Path, Dataset | None]:
    """Where the dataset is, and what is in it; None where it is to be made."""
    from tiebreak.workspace.configs import file_name

    for entry in workspace.datasets:
        if entry.name == name:
            return entry.path, workspace.load_dataset(name)
    path = Path(name)
    if path.exists():
        return path, load_dataset(path)
    if len(path.parts) > 1 or path.suffix == ".jsonl":
        return path, None
    return workspace.folder / DATASETS / file_name(name), None


def _segment(case: Case, there: Dataset | None) -> str | None:
    """The case's own, unless the card lists segments and not this one."""
    if there is None or not there.card.segments or case.segment in there.card.segments:
        return case.segment
    return None
