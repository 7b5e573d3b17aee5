"""The metrics of a stored session, or of labelled claims: worked out from what is recorded, storing nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from tiebreak.checks import checks_for
from tiebreak.checks.kinds.refusal import Refusal
from tiebreak.compare.steadiness import Steadiness, Successes
from tiebreak.datasets.reading import read_document
from tiebreak.errors import DatasetError
from tiebreak.metrics import Chosen, Item, metrics, metrics_for
from tiebreak.metrics.claims import claim_labels
from tiebreak.metrics.examples import NO_RESPONSE
from tiebreak.metrics.registry import find_metric
from tiebreak.metrics.summary import Figure, MetricFigures, Summary
from tiebreak.records import Case, CheckResult, CheckSpec, Response, SessionRole
from tiebreak.scoreboard.facts import Answer, counting_answers
from tiebreak.targets.chunks import decode_logprobs
from tiebreak_store import StoredSession
from tiebreak_workbench.figures.sealed import refuse_sealed
from tiebreak_workbench.workbench import Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionMetrics:
    """What the metrics say of both arms' counting answers."""

    stored: StoredSession
    """As it was set down; without what was answered."""
    arms: Mapping[SessionRole, tuple[MetricFigures, ...]]
    steadiness: Mapping[SessionRole, Steadiness]
    """Over samples and variants of a case."""


def measure_session(bench: Workbench, wanted: str, names: Sequence[str] = ()) -> SessionMetrics:
    """The metrics of a session: those of its dataset's card, or those named. Answers are read one after the other.

    Raises:
        UsageError: where `wanted` names no session, or a blind one that is not done.
        ValueError: for a name that is no metric's.
    """
    stored = bench.store.load_session(wanted, facts=False)
    refuse_sealed(bench, stored.session.id)
    chosen = tuple(map(find_metric, names)) or metrics_for(stored.dataset.card)
    cases = [stored.dataset.by_id[case_id] for case_id in stored.session.plan.case_ids]
    arms: dict[SessionRole, Summary] = {role: Summary(chosen, cases) for role in stored.session.runs}
    successes: dict[SessionRole, Successes] = {role: Successes(cases) for role in stored.session.runs}
    role_of: dict[str, SessionRole] = {run_id: role for role, run_id in stored.session.runs.items()}
    counting, results = _counting(bench, stored)
    likely = any("logprobs" in one.metric.needs for one in chosen)
    planned = {case.id: case for case in cases}
    for response in bench.store.iter_responses(stored.session.id, light=False):
        if response.id in counting:
            case = planned[response.case_id]
            specs = checks_for(case, stored.policy)
            item = _item(case, response, specs, results.get(response.id, {}))
            if likely:
                item = replace(item, logprobs=_logprobs(bench, response))
            arms[role_of[response.run_id]].add(item)
            successes[role_of[response.run_id]].add(item)
    return SessionMetrics(
        stored=stored,
        arms={role: summary.figures() for role, summary in arms.items()},
        steadiness={role: own.steadiness() for role, own in successes.items()},
    )


def _logprobs(bench: Workbench, response: Response) -> tuple[float, ...]:
    """Of its tokens; they are kept beside the pieces of the answer."""
    chunks = bench.store.chunks_of(response.id)
    return decode_logprobs(chunks) if chunks is not None else ()


def _counting(bench: Workbench, stored: StoredSession) -> tuple[set[str], dict[str, dict[str, CheckResult]]]:
    """Ids of the answers that count, and what checks say of each answer, by the version of the check."""
    answers: dict[tuple[str, str], list[Answer]] = {}
    results: dict[str, dict[str, CheckResult]] = {}
    planned = set(stored.session.plan.case_ids)
    for fact in bench.store.iter_facts(stored.session.id):
        if isinstance(fact, Response) and fact.case_id in planned:
            answers.setdefault((fact.run_id, fact.case_id), []).append(Answer.of(fact))
        elif isinstance(fact, CheckResult):
            results.setdefault(fact.response_id, {})[fact.check_hash] = fact
    return {answer.id for attempts in answers.values() for answer in counting_answers(attempts)}, results


def _item(case: Case, response: Response, specs: Sequence[CheckSpec], results: Mapping[str, CheckResult]) -> Item:
    phrases = tuple(
        phrase
        for spec in specs
        if spec.kind == Refusal.kind
        for phrase in cast("Sequence[str]", spec.params.get("phrases", ()))
    )
    return Item(
        case=case,
        response=response,
        refuses=response.refusal or Refusal(phrases=phrases).opens_as_refusal(response.text),
        passed=_passed(specs, results),
    )


def _passed(specs: Sequence[CheckSpec], results: Mapping[str, CheckResult]) -> bool | None:
    """Whether every check that applies has passed; None where none decides, or one could not be run."""
    found = [results.get(spec.version) for spec in specs if set(spec.params) != {"name"} or spec.kind != "metric"]
    if any(result is None or result.status == "error" for result in found):
        return None
    decided = [result.status == "pass" for result in found if result is not None and result.status != "not_applicable"]
    return all(decided) if decided else None


def measure_claims(path: Path) -> tuple[MetricFigures, ...]:
    """The claim-level metrics of a file of RAGChecker: `results`, each with its labels.

    Raises:
        DatasetError: naming file, line and field.
    """
    source = read_document(path, DatasetError)
    results = (source.mapping or {}).get("results")
    if not isinstance(results, list):
        raise source.refuse("There are no results here.", ("results",), "RAGChecker writes `results`, a list.")
    items: dict[str, Item] = {}
    for index, result in enumerate(cast("list[object]", results)):
        place = source.at(("results", index), result)
        row = place.mapping
        if row is None:
            raise place.refuse("A result is a mapping with the labels of its claims.")
        case = Case(id=str(row.get("query_id", index)), input=str(row.get("query", "")))
        if case.id in items:
            raise place.refuse(f"Two results have the id “{case.id}”.", ("query_id",))
        try:
            labels = claim_labels(row)
        except ValueError as refused:
            raise place.refuse(f"{str(refused).capitalize()}.") from None
        items[case.id] = Item(case=case, response=NO_RESPONSE, claims=labels)
    chosen = [Chosen(name, metric) for name, metric in metrics().items() if "claims" in metric.needs]
    summary = Summary(chosen, [item.case for item in items.values()])
    for item in items.values():
        summary.add(item)
    return summary.figures()


def figures_report(figures: Sequence[MetricFigures]) -> dict[str, object]:
    """JSON-ready: metric → value, n, planned, why the others have none, and the same by segment."""
    report: dict[str, object] = {}
    for one in figures:
        entry: dict[str, object] = {**_figure(one.whole), "better": one.metric.better}
        if one.segments:
            entry["segments"] = {segment: _figure(figure) for segment, figure in one.segments.items()}
        if one.confusion:
            entry["confusion"] = {expected: dict(row) for expected, row in one.confusion.items()}
        report[one.name] = entry
    return report


def metrics_report(measured: SessionMetrics) -> dict[str, object]:
    """JSON-ready."""
    stored = measured.stored
    return {
        "session": stored.session.id,
        "dataset": {
            "name": stored.dataset.card.name,
            "version": stored.dataset.version,
            "task": stored.dataset.card.task,
        },
        "configs": {role: {"name": c.name, "version": c.version} for role, c in stored.configs.items()},
        "arms": {role: figures_report(figures) for role, figures in measured.arms.items()},
        "samples": {role: one.samples and one.samples._asdict() for role, one in measured.steadiness.items()},
        "variants": {role: [effect._asdict() for effect in one.variants] for role, one in measured.steadiness.items()},
    }


def _figure(figure: Figure) -> dict[str, object]:
    return {"value": figure.value, "n": figure.n, "planned": figure.planned, "missing": dict(figure.missing)}
