"""The kinds of variants: each takes a text with its protected stretches and gives it otherwise, or as it was."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tiebreak.datasets.vary.chance import Chance
from tiebreak.datasets.vary.padding import PADDED, padded
from tiebreak.datasets.vary.protected import Span, free_parts

FRAMES = (
    "Hello, {input}",
    "Quick question: {input}",
    "{input}\n\nThank you!",
    "I hope you can help me with this. {input}",
    "{input} Please let me know.",
    "My colleague asked me to pass this on: {input}",
)
"""Put around English only; another language wants frames of its own."""
ENGLISH = re.compile(r"\b(?:the|is|are|my|we|you|your|how|what|where|why|can|do|does|of|and|i'm)\b", re.IGNORECASE)
OPENINGS: Sequence[tuple[str, ...]] = (
    ("How do I", "How can I", "What is the way to"),
    ("Can I", "Could I", "Am I able to", "Is it possible for me to"),
    ("Can you", "Could you", "Would you be able to"),
    ("What is", "What's", "Tell me what is"),
    ("Where do I find", "Where can I find", "Where would I find"),
    ("I want to", "I would like to", "I'd like to"),
    ("Please", "Could you please"),
    ("Summarise", "Give me a summary of", "Sum up"),
    ("List", "Give me a list of"),
)
"""Ways to open a question that ask the same."""
NEAR = {
    "a": "sq",
    "b": "vn",
    "c": "xv",
    "d": "sf",
    "e": "wr",
    "f": "dg",
    "g": "fh",
    "h": "gj",
    "i": "uo",
    "j": "hk",
    "k": "jl",
    "l": "ko",
    "m": "nj",
    "n": "bm",
    "o": "ip",
    "p": "ol",
    "q": "wa",
    "r": "et",
    "s": "ad",
    "t": "ry",
    "u": "yi",
    "v": "cb",
    "w": "qe",
    "x": "zc",
    "y": "tu",
    "z": "xs",
}
"""A letter → its neighbours on the keyboard."""
WORDS_PER_TYPO = 8
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")  # fmt: skip
_ISO = re.compile(r"\b(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])\b")
_LONG = re.compile(
    rf"\b(\d{{1,2}})\.? ({'|'.join(MONTHS)}),? (\d{{4}})\b|\b({'|'.join(MONTHS)}) (\d{{1,2}}),? (\d{{4}})\b"
)
_NUMBER = re.compile(r"(?<![\w.,-])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\w,]|\.\d)|(?<![\w.,-])\d+\.\d{2}(?![\w,]|\.\d)")
_WORD = re.compile(r"[^\W\d_]{4,}")
_TYPOGRAPHY = {"'": "’", "...": "…", " - ": " – "}


@dataclass(frozen=True, slots=True)
class Asked:
    """A text, and the stretches of it that stay as they are."""

    text: str
    fixed: Sequence[Span]
    paraphrases: tuple[str, ...] = ()
    """Other ways to ask it, that whoever wrote the case gave."""
    length: int = PADDED
    frames: tuple[str, ...] = FRAMES

    def each_part(self, change: Callable[[str], str]) -> str:
        """The text with each stretch that may be varied as `change` makes it."""
        return "".join(change(part) if free else part for free, part in free_parts(self.text, self.fixed))


def paraphrase(asked: Asked, chance: Chance) -> str:
    """Another way to ask: one that the case names, or another opening, or a frame around the question as it is."""
    if asked.paraphrases:
        return chance.choice(asked.paraphrases)
    reopened = [
        f"{other}{asked.text[len(opening) :]}"
        for openings in OPENINGS
        for opening in openings
        if asked.text.startswith(f"{opening} ") and (not asked.fixed or asked.fixed[0][0] >= len(opening))
        for other in openings
        if other != opening
    ]
    frames = asked.frames if asked.frames is not FRAMES or ENGLISH.search(asked.text) else ()
    ways = [*reopened, *(frame.replace("{input}", asked.text) for frame in frames)]
    return chance.choice(ways) if ways else asked.text


def typos(asked: Asked, chance: Chance) -> str:
    """A slip in every eighth word or so, of four letters or more: swapped, left out, doubled, or a key beside."""

    def slip(word: str) -> str:
        at = 1 + chance.below(len(word) - 2)
        match chance.below(4):
            case 0:
                return f"{word[:at]}{word[at + 1]}{word[at]}{word[at + 2 :]}"
            case 1:
                return f"{word[:at]}{word[at + 1 :]}"
            case 2:
                return f"{word[:at]}{word[at]}{word[at:]}"
            case _:
                return f"{word[:at]}{chance.choice(NEAR.get(word[at].lower(), word[at]))}{word[at + 1 :]}"

    words = [match for free, at, part in _placed(asked) if free for match in _found(part, at)]
    chosen = set(chance.some(words, max(1, len(words) // WORDS_PER_TYPO)))
    text = asked.text
    for start, end in sorted(chosen, reverse=True):
        text = text[:start] + slip(text[start:end]) + text[end:]
    return text


def _placed(asked: Asked) -> list[tuple[bool, int, str]]:
    at = 0
    placed: list[tuple[bool, int, str]] = []
    for free, part in free_parts(asked.text, asked.fixed):
        placed.append((free, at, part))
        at += len(part)
    return placed


def _found(part: str, at: int) -> list[Span]:
    """Words that may slip; one in capitals is a name or an abbreviation."""
    return [(at + match.start(), at + match.end()) for match in _WORD.finditer(part) if not match[0].isupper()]


def casing(asked: Asked, chance: Chance) -> str:
    """All in small letters, or all in capitals."""
    change = chance.choice((str.lower, str.upper))
    changed = asked.each_part(change)
    return changed if changed != asked.text else asked.each_part(str.upper)


def locale(asked: Asked, chance: Chance) -> str:
    """Numbers and dates as another country writes them; dates only in ways that cannot be mistaken."""
    comma, style = chance.below(2), chance.below(3)

    def number(match: re.Match[str]) -> str:
        whole, _, fraction = match[0].replace(",", "\x00").partition(".")
        mark = "." if comma else "\u00a0"
        return whole.replace("\x00", mark) + (f",{fraction}" if fraction else "")

    def date(year: str, month: str, day: str) -> str:
        name = MONTHS[int(month) - 1]
        return (f"{int(day)} {name} {year}", f"{name} {int(day)}, {year}", f"{year}-{month}-{day}")[style]

    def written(match: re.Match[str]) -> str:
        day, month, year = (match[1], match[2], match[3]) if match[1] else (match[5], match[4], match[6])
        return date(year, f"{MONTHS.index(month) + 1:02}", f"{int(day):02}")

    def change(part: str) -> str:
        # Dates first, each once: what one pattern writes the other must not read again.
        pieces: list[str] = []
        at = 0
        for match in sorted((*_ISO.finditer(part), *_LONG.finditer(part)), key=lambda found: found.start()):
            pieces.append(_NUMBER.sub(number, part[at : match.start()]))
            pieces.append(date(match[1], match[2], match[3]) if match.re is _ISO else written(match))
            at = match.end()
        return "".join((*pieces, _NUMBER.sub(number, part[at:])))

    return asked.each_part(change)


def pad(asked: Asked, chance: Chance) -> str:
    """The question within pages about nothing much: at the beginning, in the middle, or at the end."""
    return padded(asked.text, asked.length, chance.choice((0.0, 0.5, 1.0)), chance)


def whitespace(asked: Asked, chance: Chance) -> str:
    """Doubled spaces, spaces that do not break, line breaks behind sentences, blanks at the ends."""
    match chance.below(3):
        case 0:
            changed = asked.each_part(lambda part: re.sub(r"(?<=\S) (?=\S)", "  ", part))
        case 1:
            changed = asked.each_part(lambda part: re.sub(r"(?<=\S) (?=\S)", "\u00a0", part))
        case _:
            changed = asked.each_part(lambda part: re.sub(r"(?<=[.!?]) (?=\S)", "\n\n", part))
    return f"  {changed} \n"


def unicode(asked: Asked, chance: Chance) -> str:
    """Letters with their accents apart (NFD), or the marks that a word processor puts."""

    def typeset(part: str) -> str:
        for plain, set_ in _TYPOGRAPHY.items():
            part = part.replace(plain, set_)
        return part

    def apart(part: str) -> str:
        return unicodedata.normalize("NFD", part)

    ways = (typeset, apart) if chance.below(2) else (apart, typeset)
    first = asked.each_part(ways[0])
    return first if first != asked.text else asked.each_part(ways[1])


KINDS: Mapping[str, Callable[[Asked, Chance], str]] = {
    "paraphrase": paraphrase,
    "typos": typos,
    "casing": casing,
    "locale": locale,
    "padding": pad,
    "whitespace": whitespace,
    "unicode": unicode,
}
