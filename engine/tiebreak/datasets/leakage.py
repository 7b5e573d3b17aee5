"""Cases that are nearly the same: within a set, in two sets, or among the examples of a prompt.

A case that a prompt shows as an example, or that was tuned on in another set, measures memory.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tiebreak.datasets.comparing import text_of
from tiebreak.datasets.likeness import THRESHOLD, Progress, alike_between, alike_within, normal
from tiebreak.records import Case, Config

What = Literal["input", "reference"]
SHORTEST = 8
"""Normal characters from which a piece of a prompt, or a reference, is more than a common word such as "Yes"."""

_LABEL = re.compile(r"^\W*(?:[\w ]{1,24}[:：]|\d+[.)])\s+")
_QUOTED = re.compile(r'"([^"\n]+)"|“([^”\n]+)”|«([^»\n]+)»|`([^`\n]+)`')
_PARTED = re.compile(r"\s+(?:->|=>|→|⇒|\|)\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """Two cases that ask nearly the same; `score` from 0 to 100."""

    case: str
    other: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """A case whose question, or whose reference, nearly stands in a prompt."""

    case: str
    what: What
    place: str
    """The part of the prompt."""
    line: int
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Piece:
    """A line or paragraph of a prompt, or a part of a line, and the line it begins in."""

    line: int
    text: str


def twins(cases: Sequence[Case], threshold: float = THRESHOLD, progress: Progress | None = None) -> list[Twin]:
    """For each case the one of its set that asks most alike; cases of one group are meant to, and are passed over."""
    texts = [text_of(case.input) for case in cases]
    found = alike_within(texts, threshold, progress)
    return [
        Twin(case=cases[a.left].id, other=cases[a.right].id, score=a.score)
        for a in found
        if cases[a.left].unit != cases[a.right].unit
    ]


def shared(
    cases: Sequence[Case], others: Sequence[Case], threshold: float = THRESHOLD, progress: Progress | None = None
) -> list[Twin]:
    """For each case the one of another set that is most alike."""
    left, right = ([text_of(case.input) for case in side] for side in (cases, others))
    found = alike_between(left, right, threshold, progress)
    return [Twin(case=cases[a.left].id, other=others[a.right].id, score=a.score) for a in found]


def leaks(
    cases: Sequence[Case],
    prompt: Mapping[str, str],
    threshold: float = THRESHOLD,
    progress: Progress | None = None,
) -> list[Leak]:
    """Cases that a prompt holds: by question or reference against each line, paragraph, quotation and labelled part.

    `prompt` maps the name of a part, such as `prompt.system`, to its text.
    """
    places = [(name, piece) for name, text in prompt.items() for piece in pieces(text)]
    sought: list[tuple[Case, What, str]] = [(case, "input", text_of(case.input)) for case in cases]
    sought.extend((case, "reference", case.reference) for case in cases if case.reference is not None)
    sought = [item for item in sought if len(normal(item[2])) >= SHORTEST]
    found = alike_between([text for *_, text in sought], [piece.text for _, piece in places], threshold, progress)
    return [
        Leak(
            case=sought[a.left][0].id,
            what=sought[a.left][1],
            place=places[a.right][0],
            line=places[a.right][1].line,
            text=places[a.right][1].text,
            score=a.score,
        )
        for a in found
    ]


def prompt_texts(config: Config) -> Mapping[str, str]:
    """The parts of a config's prompt, by name."""
    prompt = config.prompt
    texts = {"prompt.system": prompt.system, "prompt.user": prompt.user}
    texts |= {f"prompt.messages[{index}].content": message.content for index, message in enumerate(prompt.messages)}
    return {name: text for name, text in texts.items() if text}


def pieces(text: str) -> Iterator[Piece]:
    """What of a prompt could be an example: paragraphs, lines (also without label), quotations, parts of arrows."""
    lines = text.splitlines()
    paragraph: list[str] = []
    for number, line in enumerate([*lines, ""], start=1):
        if line.strip():
            paragraph.append(line)
        elif paragraph:
            if len(paragraph) > 1:
                yield from _kept(number - len(paragraph), "\n".join(paragraph))
                yield from _kept(number - len(paragraph), " ".join(_LABEL.sub("", part) for part in paragraph))
            paragraph = []
        for part in dict.fromkeys((line, _LABEL.sub("", line), *_PARTED.split(line))):
            yield from _kept(number, part)
            if (bare := _LABEL.sub("", part)) != part:
                yield from _kept(number, bare)
        for quotation in _QUOTED.finditer(line):
            yield from _kept(number, next(group for group in quotation.groups() if group))


def _kept(line: int, text: str) -> Iterator[Piece]:
    if len(normal(text)) >= SHORTEST:
        yield Piece(line, " ".join(text.split()))
