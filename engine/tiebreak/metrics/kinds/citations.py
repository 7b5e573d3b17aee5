"""Citations such as `[kb-05#2]` or `[1]`: do they name a relevant passage, and does it say what they are cited for?"""

import re
from collections.abc import Iterator, Sequence

from tiebreak.metrics.base import AnswerMetric, Example, Item, Score
from tiebreak.metrics.examples import item
from tiebreak.metrics.retrieved import relevant_of, stands_for
from tiebreak.metrics.texts import squad_form
from tiebreak.records import Context

BRACKET = re.compile(r"\[([^\[\]\n]{1,200})\](?!\()")
SENTENCE = re.compile(r"(?<=[.!?…。])\s+|\n+")


def passages(item: Item) -> tuple[Context, ...]:
    """What could be cited: the passages that came with the answer, or else those of its case."""
    return item.response.contexts or item.case.contexts


def cited(text: str, known: Sequence[Context]) -> list[str]:
    """What stands in brackets and names a passage, by its id, its document's, or its place from 1; and what looks as
    if it did, being one word with a digit. A Markdown link is no citation."""
    return [name for bracket in BRACKET.findall(text) for name in _names(bracket, known)]


def citation_spans(text: str, known: Sequence[Context]) -> Iterator[tuple[int, int, bool]]:
    """Where `cited` finds something: the brackets from first to last, and whether all in them names a passage."""
    for match in BRACKET.finditer(text):
        names = _names(match[1], known)
        if names:
            yield match.start(), match.end(), all(named(name, known) for name in names)


def _names(bracket: str, known: Sequence[Context]) -> list[str]:
    parts = (part.strip() for part in re.split(r"[,;]", bracket))
    return [name for name in parts if named(name, known) or (re.search(r"\d", name) and not re.search(r"\s", name))]


def named(name: str, known: Sequence[Context]) -> list[Context]:
    """The passages that a citation names; none for one that was made up."""
    own = [context for context in known if stands_for(name, context.id)]
    if not own and name.isdecimal() and 1 <= int(name) <= len(known):
        return [known[int(name) - 1]]
    return own


def citation_hit_rate(item: Item, _k: int) -> Score:
    known = passages(item)
    names = cited(item.response.text, known)
    ids = [context.id for name in names for context in named(name, known)]
    hit = any(relevant_of(passage, item.case.relevant) is not None for passage in ids)
    return Score(float(hit), "" if hit else "it cites nothing relevant" if names else "it cites nothing")


def citation_faithfulness(item: Item, _k: int) -> Score:
    """The mean over the sentences that cite of the share of their words that the cited passages hold."""
    known = passages(item)
    shares: list[float] = []
    made_up: list[str] = []
    for sentence in SENTENCE.split(_citations_first(item.response.text)):
        names = cited(sentence, known)
        said = squad_form(BRACKET.sub(" ", sentence)).split()
        if not names or not said:
            continue
        made_up += [name for name in names if not named(name, known)]
        held = {word for name in names for context in named(name, known) for word in squad_form(context.text).split()}
        shares.append(sum(word in held for word in said) / len(said))
    if not shares:
        return Score(None, "not applicable: it cites nothing")
    return Score(sum(shares) / len(shares), f"made up: {', '.join(made_up)}" if made_up else "")


def _citations_first(text: str) -> str:
    """Citations behind a full stop moved before it: they belong to the sentence that ends there."""
    return re.sub(r"([.!?…。])((?:\s*\[[^\[\]\n]{1,200}\](?!\())+)", r"\2\1", text)


_ITEM = item("Cakes take two days [kb-5].", retrieved=("kb-5: Cakes take three days.",), relevant=("kb-5",))

METRICS = (
    AnswerMetric(
        name="citation_hit_rate",
        says="Whether the answer cites at least one relevant passage, as `[id]`, `[document]` or `[1]`.",
        source="hit rate over cited passages",
        needs=("relevant", "contexts"),
        score=citation_hit_rate,
        example=Example(says="“Cakes take two days [kb-5].” where kb-5 is relevant", items=(_ITEM,), value=1.0),
    ),
    AnswerMetric(
        name="citation_faithfulness",
        says="How much of each citing sentence the cited passages say, by words; a made-up citation says nothing.",
        source="K-Precision (Adlakha et al. 2024) against the cited passages",
        needs=("contexts",),
        score=citation_faithfulness,
        example=Example(
            says="“Cakes take two days [kb-5].” where kb-5 says “Cakes take three days.”", items=(_ITEM,), value=0.75
        ),
    ),
)
