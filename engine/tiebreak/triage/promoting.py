"""From a failure to a case that keeps it from coming back: checks that tell the good answer from the bad one, each
proven on both, and the case as it goes into a dataset."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from tiebreak.checks.kinds.refusal import Refusal
from tiebreak.checks.run import run_checks
from tiebreak.checks.structured import NotReadable, read_json
from tiebreak.datasets.cases import flat_check
from tiebreak.datasets.comparing import text_of
from tiebreak.datasets.leakage import Twin
from tiebreak.datasets.likeness import THRESHOLD, alike_between
from tiebreak.errors import UsageError
from tiebreak.metrics.texts import words
from tiebreak.records import Case, CheckSpec, Response
from tiebreak.triage.tongues import may_differ

MOST_PHRASES = 3
LONGEST_PHRASE = 6
"""Words of a phrase."""
SHORT_ANSWER = 60
"""Characters up to which a good answer may be asked for word by word."""
LONGER = 1.5
"""A bad answer this many times as long as the good one, or as short, is told by its length."""
ROOM = 1.25
"""Of the good answer's length, so that a good one of another wording passes too."""
DEPTH = 4
"""Levels of a JSON answer whose types go into a schema."""

_CITED = re.compile(r"\[[^\[\]\n]{1,200}\]")
"""The id of a passage is not what an answer says."""
_NUMBER = re.compile(r"\d[\d.,:/-]*\d|\d")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A check that the good answer passes and the bad one fails, shown by running it on both."""

    spec: CheckSpec
    why: str
    told: str
    """What the check says of the bad answer."""
    known: bool = False
    """Whether the answers were put to it before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a promoted case comes from. It is kept in `metadata.promoted`."""

    session: str
    run: str
    config: str
    config_version: str
    dataset_version: str | None
    case: str
    response: str
    date: str
    """UTC, to the day."""


def propose(
    case: Case, good: Response, bad: Response, known: Sequence[CheckSpec] = (), there: Sequence[CheckSpec] = ()
) -> list[Proposal]:
    """Checks that separate two answers to a case, the most telling first; `known` are those that it was put to before,
    which are tried first, and `there` those that it has where it is to go. None is proposed that is not proven, and
    none takes the id of another one of these: it would take its place.

    Raises:
        UsageError: where the good answer is none that checks could pass.
    """
    if good.excluded or good.broken or good.status == "imported":
        raise UsageError("The good answer is broken or missing, so no check can be proven on it.")
    found: dict[str, Proposal] = {}
    before = [(spec, "it was checked so before", True) for spec in known]
    for spec, why, is_known in (*before, *((spec, why, False) for spec, why in _candidates(case, good, bad))):
        if spec.version in found:
            continue
        told = proven(case, good, bad, spec)
        if told is not None:
            others = [*(proposal.spec for proposal in found.values()), *there]
            named = beside(spec, others) if is_known else beside(spec, [*others, *known])
            found[spec.version] = Proposal(named, why, told, is_known)
    return list(found.values())


def beside(spec: CheckSpec, others: Iterable[CheckSpec]) -> CheckSpec:
    """The check under an id that no other one has, or under the id of the one that is the same."""
    every = list(others)
    same = [other.id for other in every if other.version == spec.version]
    name = spec.id if spec.id in same else same[0] if same else free_id(spec.id, (other.id for other in every))
    return replace(spec, id=name)


def asks(spec: CheckSpec) -> str:
    """What a check asks for, as its file has it, such as `all: ["30 days"]`; with its kind, unless its id says that."""
    params = flat_check(replace(spec, id=spec.kind))
    kind = str(params.pop("kind"))
    told = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in params.items()]
    return ", ".join(told if re.fullmatch(rf"{re.escape(kind)}(-\d+)?", spec.id) else (kind, *told))


def proven(case: Case, good: Response, bad: Response, spec: CheckSpec) -> str | None:
    """What a check says of the bad answer, where it passes on the good one and fails on the bad; else None."""
    passes, fails = (run_checks(case, answer, (spec,)) for answer in (good, bad))
    if not passes or not fails or passes[0].status != "pass" or fails[0].status != "fail":
        return None
    return fails[0].detail


def promoted(
    case: Case, checks: Sequence[CheckSpec], provenance: Provenance, *, case_id: str, segment: str | None
) -> Case:
    """The case as it goes into a dataset: of kind `regression`, these checks in place of its own of the same ids."""
    from tiebreak.records.canonical import plain

    by_id = {spec.id: spec for spec in (*case.checks, *checks)}
    metadata = {**case.metadata, "promoted": plain(provenance)}
    return replace(
        case, id=case_id, kind="regression", segment=segment, checks=tuple(by_id.values()), metadata=metadata
    )


def amended(case: Case, checks: Sequence[CheckSpec], provenance: Provenance) -> Case:
    """A case that its dataset has already, with these checks besides; id, kind and segment stay."""
    made = promoted(case, checks, provenance, case_id=case.id, segment=case.segment)
    return replace(made, kind=case.kind)


def duplicate_of(case: Case, cases: Sequence[Case], threshold: float = THRESHOLD) -> Twin | None:
    """The case of a dataset that asks nearly the same, if there is one."""
    alike = alike_between([text_of(case.input)], [text_of(other.input) for other in cases], threshold)
    return Twin(case=case.id, other=cases[alike[0].right].id, score=alike[0].score) if alike else None


def free_id(wanted: str, taken: Iterable[str]) -> str:
    """The id, with a number behind it where it is taken."""
    known = set(taken)
    return next(name for n in range(1, len(known) + 2) if (name := wanted if n == 1 else f"{wanted}-{n}") not in known)


def _candidates(case: Case, good: Response, bad: Response) -> Iterator[tuple[CheckSpec, str]]:
    """Checks that may separate the answers; whether they do is seen by running them."""
    yield _spec("whole"), "the bad answer is not whole"
    yield _spec("refusal"), "the bad answer refuses where it should not, or the other way round"
    refuses = good.refusal or Refusal().opens_as_refusal(good.text)
    yield _spec("refusal", expected="always" if refuses else "never"), "one of the two refuses"
    yield from _tools(good, bad)
    yield from _structure(good)
    yield _spec("citations"), "the bad answer cites nothing, or what did not come"
    yield _spec("citations", known=False), "the bad answer cites nothing"
    if may_differ(bad.text, good.text, case.question):
        yield _spec("language", any=["question"]), "the bad answer is in another language than the question"
    yield from _exact(case, good)
    yield from _phrases(case, good, bad)
    yield from _length(good, bad)


def _spec(kind: str, **params: object) -> CheckSpec:
    return CheckSpec(id=kind, kind=kind, params=params)


def _tools(good: Response, bad: Response) -> Iterator[tuple[CheckSpec, str]]:
    for call in good.tool_calls:
        if call.name not in {other.name for other in bad.tool_calls}:
            yield _spec("tool_call", name=call.name), f"only the good answer calls {call.name}"
        arguments = _object(call.arguments)
        if arguments:
            yield _spec("tool_call", name=call.name, arguments=arguments), f"{call.name} is called with other arguments"
    for call in bad.tool_calls:
        if call.name not in {other.name for other in good.tool_calls}:
            yield _spec("tool_call", name=call.name, expect="absent"), f"only the bad answer calls {call.name}"


def _structure(good: Response) -> Iterator[tuple[CheckSpec, str]]:
    for fence in (False, True):
        text = good.text.strip()
        if fence:
            text = re.sub(r"\A```\w*\n(.*)\n```\Z", r"\1", text, flags=re.DOTALL)
        try:
            value = read_json(text)
        except NotReadable:
            continue
        extra = {"fence": True} if fence else {}
        yield _spec("json", **extra), "only the good answer is JSON"
        yield _spec("json_schema", schema=_schema(value), **extra), "the bad answer has other fields or types"
        return


def _schema(value: object, depth: int = DEPTH) -> dict[str, object]:
    """The types of a JSON value; every field of an object is required."""
    match value:
        case bool():
            return {"type": "boolean"}
        case int() | float():
            return {"type": "number"}
        case str():
            return {"type": "string"}
        case list() if depth:
            items = cast("list[object]", value)
            alike = [_schema(item, depth - 1) for item in items]
            same = bool(alike) and all(one == alike[0] for one in alike)
            return {"type": "array", "items": alike[0]} if same else {"type": "array"}
        case dict() if depth:
            fields = cast("dict[str, object]", value)
            properties = {name: _schema(item, depth - 1) for name, item in fields.items()}
            return {"type": "object", "required": sorted(fields), "properties": properties}
        case _:
            return {}


def _exact(case: Case, good: Response) -> Iterator[tuple[CheckSpec, str]]:
    text = good.text.strip()
    if case.reference is not None and text.casefold() == case.reference.strip().casefold():
        yield _spec("exact", ignore_case=True), "only the good answer is the reference"
    elif 0 < len(text) <= SHORT_ANSWER and "\n" not in text and len(text.split()) <= LONGEST_PHRASE:
        yield _spec("exact", value=text, ignore_case=True), "the good answer is short enough to be asked for as it is"


def _phrases(case: Case, good: Response, bad: Response) -> Iterator[tuple[CheckSpec, str]]:
    """Points of the case, then numbers, then words that only one of the two answers has."""
    right, wrong = (_CITED.sub(" ", answer.text) for answer in (good, bad))
    said, unsaid = good.text.casefold(), bad.text.casefold()
    for point in case.points:
        yield _spec("contains", all=[point]), f"only the good answer says “{point[:80]}”"
    numbers = [n for n in dict.fromkeys(_NUMBER.findall(right)) if n not in bad.text]
    if numbers:
        yield _spec("contains", all=numbers[:MOST_PHRASES]), "only the good answer has these numbers"
    wanted = " ".join((case.reference or "", *case.points, *(context.text for context in case.contexts))).casefold()
    for phrase in _only_in(right, unsaid, lambda phrase: (phrase in wanted, len(phrase))):
        yield _spec("contains", all=[phrase]), "only the good answer says so"
    made_up = [n for n in dict.fromkeys(_NUMBER.findall(wrong)) if n not in good.text]
    if made_up:
        yield _spec("contains", none=made_up[:MOST_PHRASES]), "only the bad answer has these numbers"
    asked = case.question.casefold()
    for phrase in _only_in(wrong, said, lambda phrase: (phrase not in asked, len(phrase))):
        yield _spec("contains", none=[phrase]), "only the bad answer says so"


def _only_in(text: str, other: str, rank: Callable[[str], tuple[bool, int]]) -> list[str]:
    """Phrases of two to six words, as they stand in a text, of which the other one has none; the first in rank, and
    none inside another."""
    found: set[str] = set()
    for sentence in re.split(r"[.!?;:\n\"]+\s*", text):
        tokens = sentence.split()[:200]
        for length in range(2, LONGEST_PHRASE + 1):
            for start in range(len(tokens) - length + 1):
                phrase = " ".join(tokens[start : start + length]).strip(" ,\"'()[]*_`#|").casefold()
                if phrase not in other and phrase in text.casefold() and len(words(phrase)) >= 2:
                    found.add(phrase)
    ordered = sorted(found, key=lambda phrase: (*rank(phrase), phrase), reverse=True)
    chosen: list[str] = []
    for phrase in ordered:
        if not any(phrase in taken or taken in phrase for taken in chosen):
            chosen.append(phrase)
        if len(chosen) == MOST_PHRASES:
            break
    return chosen


def _length(good: Response, bad: Response) -> Iterator[tuple[CheckSpec, str]]:
    here, there = len(good.text.split()), len(bad.text.split())
    why = f"the bad answer has {there} words, the good one {here}"
    if there > here * LONGER and here:
        yield _spec("length", max_words=int(here * ROOM) + 1), why
    elif there * LONGER < here:
        yield (
            _spec("length", min_words=max(1, int(here / ROOM))),
            f"the bad answer has {there} words, the good one {here}",
        )


def _object(text: str) -> Mapping[str, object] | None:
    try:
        value: object = json.loads(text)
    except ValueError:
        return None
    return cast("dict[str, object]", value) if isinstance(value, dict) else None
