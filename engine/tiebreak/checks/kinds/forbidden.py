import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import ClassVar

from tiebreak.checks.base import Check, Example, Verdict
from tiebreak.checks.matching import first_match
from tiebreak.checks.patterns import searchable, usable
from tiebreak.checks.words import composed, shown
from tiebreak.records import Case, Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Forbidden(Check):
    """The answer touches none of the `topics`, each a list of words under a name, and matches none of the `patterns`.

    Words and phrases are found as whole words, in upper or lower case; a star at the end, as in diagnos*, stands for
    the rest of a word. Patterns, again under names, are Python's `re`. An answer that refuses is judged like any other.
    """

    kind: ClassVar[str] = "forbidden"
    example: ClassVar[Example] = Example(
        params={
            "topics": {"medical advice": ["diagnos*", "dosage"], "rivals": ["Acme Cloud"]},
            "patterns": {"promises": r"(?i)\bguarantee[ds]?\b"},
        },
        passes="Please ask a doctor about that.",
        fails="The usual dosage is 200 mg.",
    )

    topics: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    patterns: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        if not self.topics and not self.patterns:
            raise ValueError("Give `topics` or `patterns`.")
        for name, words in self.topics.items():
            if not words or any(not word.strip(" *") for word in words):
                raise ValueError(f"The topic “{name}” needs words, and none of them empty.")
        usable(self.patterns.values())

    @property
    def runs_patterns(self) -> bool:
        return bool(self.patterns)

    def judge(self, _case: Case, response: Response, /) -> Verdict:
        text = searchable(response.text)
        plain = composed(text)
        for name, words in self.topics.items():
            if (found := _words(words).search(plain)) is not None:
                return Verdict.of(False, f"{name}: {shown(found.group())}")
        for name, pattern in self.patterns.items():
            if (matched := first_match(pattern, text)) is not None:
                return Verdict.of(False, f"{name}: {shown(matched)}")
        return Verdict.of(True)


@lru_cache(maxsize=256)
def _words(words: tuple[str, ...]) -> re.Pattern[str]:
    found = "|".join(_word(composed(word.strip())) for word in words)
    return re.compile(rf"(?<!\w)(?:{found})", re.IGNORECASE)


def _word(word: str) -> str:
    stem = r"\s+".join(re.escape(part) for part in word.rstrip("*").split())
    return stem + (r"\w*" if word.endswith("*") else r"(?!\w)")
