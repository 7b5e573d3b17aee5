"""What a case asks, cut into pieces of which any number can be kept; finer and finer."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

from tiebreak.records import Case
from tiebreak.triage.hunks import sentences

Grain = Literal["passages", "paragraphs", "sentences", "words"]
GRAINS: tuple[Grain, ...] = ("passages", "paragraphs", "sentences", "words")
"""From whole passages and messages to words."""

_PARAGRAPH = re.compile(r".+?(?:\n\s*\n|\Z)", re.DOTALL)
_WORD = re.compile(r"\s*\S+\s*|\s+")

Place = tuple[Literal["message", "context"], int]


@dataclass(frozen=True, slots=True)
class Piece:
    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class Pieces:
    """A case in pieces, in the order in which they stand."""

    case: Case
    pieces: tuple[Piece, ...]

    def keeping(self, kept: Collection[int]) -> Case | None:
        """The case with these pieces alone; a message or a passage without any is left out. None where the user would
        say nothing any more."""
        texts: dict[Place, list[str]] = {}
        for number, piece in enumerate(self.pieces):
            if number in kept:
                texts.setdefault(piece.place, []).append(piece.text)
        said = {place: "".join(parts).strip() for place, parts in texts.items()}
        messages = tuple(
            replace(message, content=text)
            for n, message in enumerate(self.case.messages)
            if (text := said.get(("message", n)))
        )
        contexts = tuple(
            replace(context, text=text)
            for n, context in enumerate(self.case.contexts)
            if (text := said.get(("context", n)))
        )
        plain = isinstance(self.case.input, str)
        if not any(message.role == "user" for message in messages):
            return None
        return replace(self.case, input=messages[0].content if plain else messages, contexts=contexts)

    def finer(self, kept: Collection[int], grain: Grain) -> "Pieces":
        """The kept pieces cut finer; the others are gone."""
        return Pieces(
            self.case,
            tuple(
                Piece(piece.place, text)
                for number, piece in enumerate(self.pieces)
                if number in kept
                for text in _cut(piece.text, grain)
            ),
        )


def pieces_of(case: Case) -> Pieces:
    """Its messages and passages, whole; blank ones are left out."""
    messages = [Piece(("message", n), message.content) for n, message in enumerate(case.messages)]
    contexts = [Piece(("context", n), context.text) for n, context in enumerate(case.contexts)]
    return Pieces(case, tuple(piece for piece in (*messages, *contexts) if piece.text.strip()))


def words_of(case: Case) -> int:
    """Words that it asks with, passages included."""
    texts = [message.content for message in case.messages] + [context.text for context in case.contexts]
    return sum(len(text.split()) for text in texts)


def _cut(text: str, grain: Grain) -> list[str]:
    match grain:
        case "passages":
            return [text]
        case "paragraphs":
            return _PARAGRAPH.findall(text)
        case "sentences":
            return sentences(text)
        case "words":
            return _WORD.findall(text)
