"""What differs between two configs, cut into hunks of which any number can be put on A; finer and finer."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Literal

from tiebreak.records import Config, Prompt
from tiebreak.records.canonical import canonical_json

Level = Literal["lines", "sentences", "words"]
LEVELS: tuple[Level, ...] = ("lines", "sentences", "words")
OWN_QUESTION = "{{ input }}"
"""What a config without a user template sends: the same as this one."""
WHOLE = ("prompt.messages", "parameters", "target")
"""Places whose change is one hunk, taken or left."""

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
# An expression or a statement of a template is one word: half of one does not render.
_SENTENCE = re.compile(
    r"(?:\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|.)+?(?:[.!?;:]+(?:\s+|\Z)|\n+|\Z)",
    re.DOTALL,
)
_WORD = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|\w+|[^\w\s]|\s+", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a text as A has it and as B has it; a hunk where the two differ."""

    old: str
    new: str

    @property
    def changed(self) -> bool:
        return self.old != self.new


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunk:
    """A change that can be taken by itself. Its texts are outside text."""

    place: str
    """`prompt.system`, `prompt.user`, `prompt.messages[2]`, or one of `WHOLE`."""
    line: int
    """Of A's text, from 1, where it begins."""
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Part:
    """One place of the configs."""

    place: str
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Two configs and what leads from the one to the other. Names, descriptions, deadlines and retries are left out:
    they change no answer."""

    a: Config
    b: Config
    parts: tuple[Part, ...]

    @property
    def hunks(self) -> tuple[Hunk, ...]:
        """In the order of the places and of their texts."""
        return tuple(hunk for part in self.parts for hunk in _hunks(part))

    def config(self, chosen: Collection[int], name: str | None = None) -> Config:
        """A's config with some of the hunks, by their numbers in `hunks`."""
        texts = self._texts(chosen)
        source = self.b if texts.get("target") == "B" else self.a
        return replace(
            self.b,
            name=name or self.b.name,
            prompt=self.b.prompt if texts.get("prompt.messages") == "B" else _with_texts(self.a.prompt, texts, self),
            parameters=(self.b if texts.get("parameters") == "B" else self.a).parameters,
            target=source.target,
            price=source.price,
        )

    def finer(self, chosen: Collection[int], level: Level, *, rest: Literal["A", "B"] = "A") -> "Difference":
        """The chosen hunks cut finer, all others settled as A or as B has them. The hunks are the same for either
        `rest`, so that a number means the same in both."""
        number = 0
        parts: list[Part] = []
        for part in self.parts:
            segments: list[Segment] = []
            for segment in part.segments:
                if not segment.changed:
                    segments.append(segment)
                    continue
                if number not in chosen:
                    text = segment.new if rest == "B" else segment.old
                    segments.append(Segment(text, text))
                elif part.place in WHOLE:
                    segments.append(segment)
                else:
                    segments.extend(_finer(segment, level))
                number += 1
            parts.append(Part(part.place, tuple(segments)))
        return replace(self, parts=tuple(parts))

    def _texts(self, chosen: Collection[int]) -> dict[str, str]:
        """The text of each place, of `WHOLE` ones whose it is."""
        number = 0
        texts: dict[str, str] = {}
        for part in self.parts:
            pieces: list[str] = []
            for segment in part.segments:
                taken = segment.changed and number in chosen
                number += segment.changed
                pieces.append(segment.new if taken else segment.old)
            if part.place in WHOLE:
                # A settled one is the same on both sides, and says itself whose it is.
                texts[part.place] = "B" if pieces[0] == _whole_of(self.b, part.place) else "A"
            else:
                texts[part.place] = "".join(pieces)
        return texts


def difference_of(a: Config, b: Config) -> Difference:
    """What leads from one config to another, line by line."""
    return Difference(a=a, b=b, parts=tuple(_parts(a, b)))


def _parts(a: Config, b: Config) -> Iterator[Part]:
    if [message.role for message in a.prompt.messages] == [message.role for message in b.prompt.messages]:
        pairs = [("prompt.system", a.prompt.system or "", b.prompt.system or "")]
        if a.prompt.user is not None or b.prompt.user is not None:
            sides = [OWN_QUESTION if side.prompt.user is None else side.prompt.user for side in (a, b)]
            pairs.append(("prompt.user", sides[0], sides[1]))
        messages = zip(a.prompt.messages, b.prompt.messages, strict=True)
        pairs += [(f"prompt.messages[{n}]", one.content, other.content) for n, (one, other) in enumerate(messages)]
        for place, old, new in pairs:
            if old != new:
                yield Part(place, tuple(_finer(Segment(old, new), "lines")))
        places = WHOLE[1:]
    else:
        places = WHOLE
    for place in places:
        whole = Segment(_whole_of(a, place), _whole_of(b, place))
        if whole.changed:
            yield Part(place, (whole,))


def _whole_of(config: Config, place: str) -> str:
    return canonical_json(
        {"prompt.messages": config.prompt, "parameters": config.parameters, "target": config.target}[place]
    )


def _with_texts(prompt: Prompt, texts: Mapping[str, str], of: Difference) -> Prompt:
    user = texts.get("prompt.user", prompt.user)
    if user == OWN_QUESTION and None in (of.a.prompt.user, of.b.prompt.user):
        user = None
    messages = tuple(
        replace(message, content=texts.get(f"prompt.messages[{n}]", message.content))
        for n, message in enumerate(prompt.messages)
    )
    return replace(prompt, system=texts.get("prompt.system", prompt.system), user=user, messages=messages)


def _hunks(part: Part) -> Iterator[Hunk]:
    line = 1
    for segment in part.segments:
        if segment.changed:
            yield Hunk(place=part.place, line=line, old=segment.old, new=segment.new)
        line += segment.old.count("\n")


def _finer(segment: Segment, level: Level) -> Iterator[Segment]:
    """A stretch cut by lines, sentences or words. Joined, the pieces give both its texts back."""
    cut = {"lines": _LINE.findall, "sentences": sentences, "words": _WORD.findall}[level]
    yield from _bridged(_aligned(cut(segment.old), cut(segment.new), level))


def sentences(text: str) -> list[str]:
    """The text in sentences, each with the blanks behind it; joined, they give it back."""
    return _SENTENCE.findall(text)


def _aligned(old: Sequence[str], new: Sequence[str], level: Level) -> Iterator[Segment]:
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Segment("".join(old[i:j]), "".join(new[k:m]))
        elif "" in ("".join(old[i:j]), "".join(new[k:m])):
            yield from _apart(old[i:j], new[k:m], level)
        elif j - i == m - k and level != "words":
            yield from (Segment(one, other) for one, other in zip(old[i:j], new[k:m], strict=True))
        else:
            yield Segment("".join(old[i:j]), "".join(new[k:m]))


def _apart(old: Sequence[str], new: Sequence[str], level: Level) -> Iterator[Segment]:
    """What is only added or only left out, piece by piece; a word with the blanks behind it."""
    pieces = list(_with_blanks(old or new)) if level == "words" else list(old or new)
    yield from (Segment(piece, "") if old else Segment("", piece) for piece in pieces)


def _with_blanks(words: Iterable[str]) -> Iterator[str]:
    held = ""
    for word in words:
        if held and not word.isspace():
            yield held
            held = ""
        held += word
    if held:
        yield held


def _bridged(segments: Iterable[Segment]) -> Iterator[Segment]:
    """Two changes of words that replace each other, with nothing but a blank between them, are one: a phrase."""
    held: list[Segment] = []
    for segment in segments:
        held.append(segment)
        if len(held) >= 3 and _phrase(held[-3:]):
            one, blank, other = held[-3:]
            held[-3:] = [Segment(one.old + blank.old + other.old, one.new + blank.new + other.new)]
    yield from held


def _phrase(three: Sequence[Segment]) -> bool:
    one, blank, other = three
    both = all(segment.changed and segment.old and segment.new for segment in (one, other))
    return both and not blank.changed and blank.old.isspace() and "\n" not in blank.old
