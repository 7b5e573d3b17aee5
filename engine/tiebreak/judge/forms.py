"""What a judge may say, by kind: told in words, as a JSON schema, and checked strictly when it is read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from tiebreak.records.judges import ClaimVerdict, Judge, Verdict

Json = Mapping[str, object]
MAX_CLAIMS = 200
CLAIM_WORDS: tuple[ClaimVerdict, ...] = ("supported", "contradicted", "unsupported")


class Unreadable(ValueError):
    """A reply that holds no verdict of the form; the message says why."""


@dataclass(frozen=True, slots=True)
class Told:
    """What was read from one reply."""

    verdict: Verdict | None = None
    reasons: str = ""
    claims: tuple[tuple[str, str], ...] = ()
    """Claim and quote."""
    checked: tuple[ClaimVerdict, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """`properties` is of JSON schema; every one of them is required and no other is allowed."""

    words: str
    properties: Json
    read: Callable[[Json], Told]

    def schema(self, nonce: str) -> Json:
        """The whole schema, with the nonce as `token`."""
        properties = {"token": {"type": "string", "enum": [nonce]}, **self.properties}
        return {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        }

    def told(self, data: object) -> Told:
        """
        Raises:
            Unreadable: for anything but an object of exactly this form.
        """
        if not isinstance(data, dict):
            raise Unreadable("The verdict is no JSON object.")
        fields = cast("dict[str, object]", data)
        missing = [name for name in self.properties if name not in fields]
        if missing:
            raise Unreadable(f"The verdict lacks “{missing[0]}”.")
        unknown = [name for name in fields if name not in self.properties]
        if unknown:
            raise Unreadable("The verdict holds more than was asked for.")
        return self.read(fields)


def form_of(judge: Judge) -> Form:
    """What the last call of a judge's question has to bring."""
    match judge.kind:
        case "pairwise":
            return choice("1", "2", "tie")
        case "rubric":
            return points(judge.scale.low, judge.scale.high)
        case "reference":
            return choice("correct", "partial", "incorrect")
        case "safety":
            return choice("compliant", "violation")
        case "refusal":
            return choice("answered", "refused")
        case "faithfulness":
            return claims()


def choice(*words: str) -> Form:
    """One of some words, with reasons."""

    def read(fields: Json) -> Told:
        verdict = fields["verdict"]
        if not isinstance(verdict, str) or verdict not in words:
            raise Unreadable(f"The verdict is none of {', '.join(words)}.")
        return Told(verdict=verdict, reasons=_text(fields, "reasons"))

    listed = ", ".join(f'"{word}"' for word in words)
    return Form(
        f'"reasons", a short text, and "verdict", one of {listed}',
        {"reasons": {"type": "string"}, "verdict": {"type": "string", "enum": list(words)}},
        read,
    )


def points(low: int, high: int) -> Form:
    """A whole number of a scale, with reasons."""

    def read(fields: Json) -> Told:
        verdict = fields["verdict"]
        if isinstance(verdict, bool) or not isinstance(verdict, int) or not low <= verdict <= high:
            raise Unreadable(f"The verdict is no whole number from {low} to {high}.")
        return Told(verdict=verdict, reasons=_text(fields, "reasons"))

    return Form(
        f'"reasons", a short text, and "verdict", a whole number from {low} to {high}',
        {"reasons": {"type": "string"}, "verdict": {"type": "integer", "enum": list(range(low, high + 1))}},
        read,
    )


def claims() -> Form:
    """The statements of an answer, each with the words that make it."""

    def read(fields: Json) -> Told:
        found: list[tuple[str, str]] = []
        for item in _items(fields, "claims"):
            claim, quote = _text(item, "claim"), _text(item, "quote")
            if not claim.strip() or len(item) != 2:
                raise Unreadable("A claim has “claim” and “quote”, and the claim is not empty.")
            found.append((claim, quote))
        if len(found) > MAX_CLAIMS:
            raise Unreadable(f"There are more than {MAX_CLAIMS} claims.")
        return Told(claims=tuple(found))

    item = {
        "type": "object",
        "properties": {"claim": {"type": "string"}, "quote": {"type": "string"}},
        "required": ["claim", "quote"],
        "additionalProperties": False,
    }
    return Form(
        '"claims", a list of objects with "claim", one statement in a sentence of its own, and "quote", the words of '
        "the response that make it, copied exactly; the list is empty where the response states nothing",
        {"claims": {"type": "array", "items": item}},
        read,
    )


def claim_verdicts(count: int) -> Form:
    """Whether each of so many claims is borne out."""

    def read(fields: Json) -> Told:
        checked: dict[int, ClaimVerdict] = {}
        for item in _items(fields, "claims"):
            number, verdict = item.get("n"), item.get("verdict")
            known = verdict in CLAIM_WORDS and len(item) == 2
            if isinstance(number, bool) or not isinstance(number, int) or not known:
                raise Unreadable("A claim has “n”, its number, and “verdict”, supported, contradicted or unsupported.")
            if number in checked:
                raise Unreadable(f"Claim {number} is judged twice.")
            checked[number] = cast("ClaimVerdict", verdict)
        if set(checked) != set(range(1, count + 1)):
            raise Unreadable(f"Not each of the {count} claims is judged.")
        return Told(reasons=_text(fields, "reasons"), checked=tuple(checked[n] for n in range(1, count + 1)))

    item = {
        "type": "object",
        "properties": {"n": {"type": "integer"}, "verdict": {"type": "string", "enum": list(CLAIM_WORDS)}},
        "required": ["n", "verdict"],
        "additionalProperties": False,
    }
    return Form(
        '"reasons", a short text, and "claims", a list with an object for each claim: "n", its number, and "verdict", '
        'one of "supported", "contradicted", "unsupported"',
        {"reasons": {"type": "string"}, "claims": {"type": "array", "items": item}},
        read,
    )


def _text(fields: Json, name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise Unreadable(f"“{name}” is no text.")
    return value


def _items(fields: Json, name: str) -> Sequence[Json]:
    items = fields[name]
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in cast("list[object]", items)):
        raise Unreadable(f"“{name}” is no list of objects.")
    return cast("list[Json]", items)
