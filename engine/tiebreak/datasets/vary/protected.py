"""What of a question no variant may touch: what checks look for, what stands in quotes, ids, addresses, code."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import cast

from tiebreak.records import Case

FIXED = re.compile(
    r"""
    "[^"\n]*" | “[^”\n]*” | „[^“”\n]*[“”] | «[^»\n]*» | (?<!\w)'[^'\n]+'(?!\w) | ‘[^’\n]*’(?!\w)   # quotations
    | `+[^`]*`+ | \{\{.*?\}\} | \{[^{}\n]*\} | <[^<>\n]*>                                  # code, slots, markup
    | \w+://\S+ | \S+@\S+\.\w+ | (?:[A-Za-z]:)?[\\/][\w.\\/-]+                             # addresses, paths
    | [@#$]\w+ | (?=[\w-]*\d)(?=[\w-]*[A-Za-z])\w[\w-]* | \b\w+(?:_\w+)+\b                 # handles, ids
    """,
    re.VERBOSE | re.DOTALL,
)
CANARIES = ("canary", "canaries")
"""Keys of a case's metadata that hold what must not come out, or must come through."""
Span = tuple[int, int]


def protected(text: str, case: Case) -> list[Span]:
    """The stretches of a text that stay as they are: where each begins and ends, in order, apart from each other."""
    found = [match.span() for match in FIXED.finditer(text)]
    folded = text.casefold()
    if len(folded) != len(text):  # a place in the folded text would be another in the text
        folded = text
    for word in _sought(case):
        found += [match.span() for match in re.finditer(re.escape(word), text)]
        found += [match.span() for match in re.finditer(re.escape(word.casefold()), folded)]
    for spec in case.checks:
        if spec.kind == "regex":
            found += [match.span() for match in re.finditer(str(spec.params["pattern"]), text)]
    return _joined(found)


def _sought(case: Case) -> Iterator[str]:
    """Every text in the parameters of the case's checks, of whatever kind, and its canaries."""
    for spec in case.checks:
        yield from _texts(spec.params)
    for key in CANARIES:
        yield from _texts(case.metadata.get(key))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        if value.strip():
            yield value
    elif isinstance(value, Mapping):
        for item in cast("Mapping[str, object]", value).values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in cast("Iterable[object]", value):
            yield from _texts(item)


def _joined(spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def free_parts(text: str, spans: Iterable[Span]) -> Iterator[tuple[bool, str]]:
    """The text in parts that joined give it back; True for those that may be varied."""
    at = 0
    for start, end in spans:
        if at < start:
            yield True, text[at:start]
        yield False, text[start:end]
        at = end
    if at < len(text):
        yield True, text[at:]
