import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from tiebreak.checks.base import Check, Example, Verdict
from tiebreak.records import Case, Response

if TYPE_CHECKING:
    from collections.abc import Callable

CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`|https?://\S+", re.DOTALL)
LONGEST = 5_000
"""Characters that are looked at: more of them tell no more."""
QUESTION = "question"


@dataclass(frozen=True, slots=True, kw_only=True)
class Language(Check):
    """The answer is in one of the languages in `any`, such as en, de or fr; `question` is that of its case.

    Code and addresses are left aside. A text of fewer than `least` letters tells no language, and is left out.
    """

    kind: ClassVar[str] = "language"
    example: ClassVar[Example] = Example(
        params={"any": ["de", "fr"]},
        passes="Ihre Bestellung ist heute auf dem Weg zu Ihnen und kommt übermorgen an.",
        fails="Your order is on its way to you today and will arrive the day after tomorrow.",
    )

    any: tuple[str, ...]
    least: int = 20

    def __post_init__(self) -> None:
        unknown = [code for code in self.any if code != QUESTION and code not in KNOWN]
        if not self.any:
            raise ValueError("Give one or more languages in `any`, such as en.")
        if unknown:
            raise ValueError(
                f"“{unknown[0]}” is no language that can be told; write two letters, such as en (ISO 639-1)."
            )

    def load(self) -> None:
        _classifier()("It reads its model when it is first asked.")

    def judge(self, case: Case, response: Response, /) -> Verdict:
        said = language_of(response.text, self.least)
        asked = language_of(case.question, self.least) if QUESTION in self.any else None
        wanted: set[str] = {code for code in self.any if code != QUESTION}
        if asked is not None:
            wanted.add(asked)
        if said is None:
            return Verdict("not_applicable", "too little text to tell its language")
        if not wanted:
            return Verdict("not_applicable", "too little text in the question to tell its language")
        return Verdict.of(said in wanted, f"it is in “{said}”, not in {' or '.join(sorted(wanted))}")


def language_of(text: str, least: int = 20) -> str | None:
    """The most likely language, None for too few letters. Letters of a script that only a few languages use weigh more:
    one of them is a word there."""
    plain = CODE.sub(" ", text[:LONGEST])
    letters = sum(3 if character > "\u2fff" else 1 for character in plain if character.isalpha())
    if letters < least:
        return None
    told = str(_classifier()(plain)[0])
    return told if told in KNOWN else None  # else it takes it for no language at all


@cache
def _classifier() -> "Callable[[str], tuple[Any, ...]]":
    """From the model in the package; nothing is fetched."""
    from py3langid import langid  # pyright: ignore[reportMissingTypeStubs]

    return langid.classify  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]


CODES = """
ace af am an ar ary arz as az ba bcl be bg bn br bs ca crh cs cy da de dz el en eo es et eu ext fa fi fo fr fuv fy ga
gcf gcr gd gl gom grc gu gug guw ha hbo he hi hr ht hu hy id ig is it ja jv ka kab kik kk km kn ko ku ky la lb lg lij
ln lo lt ltg lv mg mk ml mn mr ms mt my ne nl nn no nso oc om or pa pcm pl ps pt qu ro ru rw sa sdh se si sk sl sn so
sq sr st sv sw ta te tg th tk tl tr tt ug uk ur uz uzs vec vi vo wa wuu xh yo yue zh zu
"""
KNOWN = frozenset(CODES.split())
"""The languages of the model; a test holds them to be so."""
