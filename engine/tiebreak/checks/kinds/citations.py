import re
from dataclasses import dataclass
from typing import ClassVar

from tiebreak.checks.base import Answer, Check, Example, Verdict
from tiebreak.checks.matching import all_matches
from tiebreak.checks.patterns import searchable, usable
from tiebreak.checks.words import few
from tiebreak.records import Case, Context, Response

BRACKETED = re.compile(r"\[((?!\s)[^\[\]\n]{1,200})\](?![(\[:])")
"""`[kb-12]` and `[kb-12, kb-14]`, but neither a link, `[text](address)`, nor the definition of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Citations(Check):
    """The answer cites at least `least` passages, each as [id], and every id cited is among its contexts.

    The contexts are those that the answer itself fetched or else those of its case; several ids in one bracket are
    parted by commas or semicolons. Another way to cite is given as a `pattern` with one group, which holds the id.
    With `numbered: true` [1] is the first context. `known: false` looks at the form alone.
    """

    kind: ClassVar[str] = "citations"
    example: ClassVar[Example] = Example(
        passes=Answer(text="30 days [kb-2].", contexts=(Context(id="kb-2", text="Returns are free for 30 days."),)),
        fails=Answer(text="30 days [kb-9].", contexts=(Context(id="kb-2", text="Returns are free for 30 days."),)),
    )

    least: int = 1
    known: bool = True
    numbered: bool = False
    pattern: str | None = None

    def __post_init__(self) -> None:
        if self.least < 0:
            raise ValueError("`least` is 0 or more.")
        if self.pattern is not None:
            usable([self.pattern])
            if re.compile(self.pattern).groups != 1:
                raise ValueError("The pattern needs one group, which holds the id: `\\(see ([\\w-]+)\\)`.")

    @property
    def runs_patterns(self) -> bool:
        return self.pattern is not None

    def judge(self, case: Case, response: Response, /) -> Verdict:
        cited = self._cited(searchable(response.text))
        if len(cited) < self.least:
            return Verdict.of(False, f"{len(cited)} passages cited, at least {self.least} asked for")
        if not self.known:
            return Verdict.of(True)
        contexts = response.contexts or case.contexts
        unknown = [name for name in cited if name not in self._names(contexts)]
        where = "its contexts" if contexts else "its contexts, of which there are none"
        return Verdict.of(not unknown, f"{few(unknown)} is not among {where}")

    def _cited(self, text: str) -> list[str]:
        """The ids, each once, in the order of the answer."""
        if self.pattern is None:
            groups: list[str] = BRACKETED.findall(text)
            found = [part.strip() for group in groups for part in group.replace(";", ",").split(",")]
        else:
            found = all_matches(self.pattern, text)
        return [name for name in dict.fromkeys(found) if name]

    def _names(self, contexts: tuple[Context, ...]) -> set[str]:
        if self.numbered:
            return {str(number) for number in range(1, len(contexts) + 1)}
        return {context.id for context in contexts}
