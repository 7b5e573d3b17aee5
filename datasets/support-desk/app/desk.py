"""A small app to compare: it searches the help articles and answers in their own words. No model, no network.

Two variants by one parameter: `top_k` 1 rests on the best passage alone, 3 on three together. Tiebreak calls `answer`
(see `configs/rag-python-top1.yaml`), or `serve.py` puts the same behind an address.
"""

import re
from collections.abc import AsyncIterator, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

try:
    import bm25s
except ImportError:
    raise SystemExit(
        "The sample app searches with bm25s, which is not installed: pip install 'tiebreak[sample]'"
    ) from None

KNOWLEDGE = Path(__file__).resolve().parent.parent / "knowledge"
ENOUGH = 1.5
"""BM25 score under which the best passage has too little to do with the question."""
SENTENCES = 2
"""Of each passage."""
REFUSAL = "I can't answer that from our help articles."


class Passage(NamedTuple):
    id: str
    title: str
    text: str


class Desk:
    """The articles, indexed once."""

    def __init__(self, folder: Path) -> None:
        self._passages = list(_passages(folder))
        self._index = bm25s.BM25()
        self._index.index(_words(f"{passage.title} {passage.text}" for passage in self._passages), show_progress=False)

    def search(self, question: str, top_k: int) -> list[Passage]:
        """The best passages for a question; none where even the best has little to do with it."""
        found, scores = self._index.retrieve(_words([question]), k=top_k, show_progress=False)
        return [self._passages[int(place)] for place, score in zip(found[0], scores[0], strict=True) if score >= ENOUGH]


def reply(question: str, top_k: int) -> Iterator[str | dict[str, Any]]:
    """An answer in Tiebreak's own form: the passages first, then the text, then what it cost."""
    passages = _desk().search(question, top_k)
    yield {"contexts": [passage._asdict() for passage in passages]}
    text = "\n\n".join(f"{_extract(passage.text, question)} [{passage.id}]" for passage in passages)
    for piece in re.findall(r"\s*\S+", text or REFUSAL):
        yield {"text": piece}
    yield {"cost": {"retrieval": 0.0, "writing": 0.0}}  # all of it runs here
    yield {"finish": "stop"}


async def answer(request: dict[str, Any]) -> AsyncIterator[str | dict[str, Any]]:
    """What the `python` target calls."""
    for piece in reply(request["input"], int(request["parameters"].get("top_k", 1))):
        yield piece


@cache
def _desk() -> Desk:
    return Desk(KNOWLEDGE)


def _passages(folder: Path) -> Iterator[Passage]:
    """The paragraphs of every article; `kb-07#2` is the second of article 7."""
    for path in sorted(folder.glob("*.md")):
        heading, *paragraphs = path.read_text(encoding="utf-8").strip().split("\n\n")
        for number, text in enumerate(paragraphs, start=1):
            yield Passage(f"{path.name[:5]}#{number}", heading.removeprefix("# "), text)


def _extract(text: str, question: str) -> str:
    """The sentences that share most words with the question, in the order of the passage."""
    sentences = re.split(r"(?<=[.!?])\s+|\n", text)
    asked = set(re.findall(r"\w{3,}", question.lower()))

    def shared(number: int) -> int:
        return len(asked & set(re.findall(r"\w{3,}", sentences[number].lower())))

    best = sorted(range(len(sentences)), key=lambda number: (-shared(number), number))[:SENTENCES]
    return " ".join(sentences[number] for number in sorted(best))


def _words(texts: Any) -> Any:
    return bm25s.tokenize(list(texts), stopwords="en", show_progress=False)
