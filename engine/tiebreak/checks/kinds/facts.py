import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, cast

from tiebreak.checks.base import Check, Example, Verdict
from tiebreak.checks.patterns import searchable
from tiebreak.checks.words import few, shown
from tiebreak.records import Case, Response

SENTENCE = re.compile(r"(?<=[.!?。！？])\s+|\n+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts(Check):
    """What the answer says of a subject is what the knowledge base `facts` holds: subject → the ways to say it right.

    Where the answer names a subject, one of its values has to stand in the same sentence or the next, as a whole word
    in upper or lower case. `field` names a field of the case's metadata that lists subjects the answer has to name;
    with `needed: true` it has to name every one. Several ways to name a subject are parted by a bar: returns|refunds.
    An answer that names none is left out. `facts` may also be the name of a .yaml, .json or .jsonl file, counted from
    the folder of the file that names it: such a mapping, or rows {"subject": …, "values": […]}.
    """

    kind: ClassVar[str] = "facts"
    example: ClassVar[Example] = Example(
        params={"facts": {"return window|returns": ["30 days", "thirty days"], "hotline": ["0800 555 0100"]}},
        passes="Returns are free for 30 days.",
        fails="Returns are free for 14 days.",
    )

    from_file: ClassVar[str | None] = "facts"

    facts: Mapping[str, tuple[str, ...]]
    field: str | None = None
    needed: bool = False

    def __post_init__(self) -> None:
        if not self.facts:
            raise ValueError("Give at least one fact.")
        for subject, values in self.facts.items():
            if not all(name.strip() for name in subject.split("|")):
                raise ValueError("A subject is empty.")
            if not values or not all(value.strip() for value in values):
                raise ValueError(f"“{subject}” needs values, and none of them empty.")

    @classmethod
    def entry(cls, row: Mapping[str, object], /) -> tuple[str, object]:
        subject = row.get("subject")
        if not isinstance(subject, str) or set(row) != {"subject", "values"}:
            raise ValueError('A fact is a row {"subject": "return window", "values": ["30 days"]}.')
        return subject, row["values"]

    def judge(self, case: Case, response: Response, /) -> Verdict:
        sentences = [part for part in SENTENCE.split(searchable(response.text)) if part]
        due = set(self._due(case))
        named = 0
        for subject, values in self.facts.items():
            said = list(_about(_pattern(tuple(subject.split("|"))), sentences))
            if not said and subject in due:
                return Verdict.of(False, f"it says nothing of {shown(subject)}")
            named += bool(said)
            if said and not any(_pattern(values).search(passage) for passage in said):
                return Verdict.of(False, f"{shown(subject)}: none of {few(values)} in “{said[0][:80]}”")
        return Verdict.of(True) if named else Verdict("not_applicable", "it names no subject of the knowledge base")

    def _due(self, case: Case) -> Iterator[str]:
        """The subjects that the answer has to name, as they are written in `facts`."""
        if self.needed:
            yield from self.facts
        listed = case.metadata.get(self.field) if self.field is not None else None
        wanted: list[object] = [*cast("list[object]", listed)] if isinstance(listed, list | tuple) else [listed]
        for subject in self.facts:
            if subject in wanted or any(name in wanted for name in subject.split("|")):
                yield subject


def _about(subject: re.Pattern[str], sentences: list[str]) -> Iterator[str]:
    """Each sentence that names a subject, with the one behind it."""
    for number, sentence in enumerate(sentences):
        if subject.search(sentence):
            yield " ".join(sentences[number : number + 2])


@lru_cache(maxsize=1024)
def _pattern(texts: tuple[str, ...]) -> re.Pattern[str]:
    found = "|".join(r"\s+".join(map(re.escape, text.split())) for text in texts)
    return re.compile(rf"(?<!\w)(?:{found})(?!\w)", re.IGNORECASE)
