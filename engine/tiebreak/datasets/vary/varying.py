"""From cases to their variants, each with the way back to its source."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from tiebreak.datasets.cases import MAX_ID
from tiebreak.datasets.vary.chance import Chance
from tiebreak.datasets.vary.kinds import FRAMES, KINDS, Asked
from tiebreak.datasets.vary.padding import PADDED
from tiebreak.datasets.vary.protected import protected
from tiebreak.errors import UsageError
from tiebreak.records import Case, Message, digest

__all__ = ["KINDS", "Varied", "vary"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Varied:
    """Sources and variants together, sources first; a source and its variants are one group."""

    cases: tuple[Case, ...]
    made: Mapping[str, int]
    """Kind → variants."""
    unchanged: Mapping[str, tuple[str, ...]]
    """Kind → ids of the cases in which it found nothing to change."""


def vary(
    cases: Sequence[Case],
    kinds: Collection[str] = tuple(KINDS),
    *,
    seed: int,
    copies: int = 1,
    length: int = PADDED,
    frames: Sequence[str] = FRAMES,
) -> Varied:
    """Variants of each case's last question, `copies` of each kind; the same for the same seed, whatever else is there.

    A variant keeps everything of its source but the question: reference, checks, segment. Its `metadata.variant` names
    `source`, `kind`, `seed` and `copy`, and its `group` is that of its source, or else the source's id, so that
    statistics count a source once. `metadata.paraphrases` of a case, a list of texts, stand before the built-in ways.
    A variant that comes out as its source, or as another variant, is left out.

    Raises:
        UsageError: for an unknown kind, a frame without its slot, or cases that are variants already.
    """
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown:
        raise UsageError(f"There is no kind of variant “{unknown[0]}”.", hint=f"Kinds are {', '.join(KINDS)}.")
    if lacking := next((frame for frame in frames if "{input}" not in frame), None):
        raise UsageError(f"The frame “{lacking}” has no place for the question.", hint="Write {input} where it goes.")
    if again := next((case for case in cases if "variant" in case.metadata), None):
        raise UsageError(f"The case “{again.id}” is a variant already.", hint="Vary the dataset that it came from.")
    taken = {case.id for case in cases}
    variants: list[Case] = []
    made = dict.fromkeys(kinds, 0)
    unchanged: dict[str, list[str]] = {}
    for case in cases:
        texts = {case.question}
        for kind in made:
            before = made[kind]
            for copy in range(1, copies + 1):
                text = _varied(case, kind, Chance(seed, case.id, kind, copy), length, tuple(frames))
                if text in texts:
                    continue
                texts.add(text)
                variant = {"source": case.id, "kind": kind, "seed": seed, "copy": copy}
                variants.append(
                    replace(
                        case,
                        id=_new_id(case.id, kind if copy == 1 else f"{kind}-{copy}", taken),
                        input=_asking(case, text),
                        group=case.group or case.id,
                        metadata={**case.metadata, "variant": variant},
                    )
                )
                taken.add(variants[-1].id)
                made[kind] += 1
            if made[kind] == before:
                unchanged.setdefault(kind, []).append(case.id)
    sources = tuple(replace(case, group=case.group or case.id) for case in cases)
    return Varied(
        cases=(*sources, *variants), made=made, unchanged={kind: tuple(ids) for kind, ids in unchanged.items()}
    )


def source_of(case: Case) -> str | None:
    """The id of the case that a variant was made from; None for a case that is no variant."""
    variant = case.metadata.get("variant")
    source = cast("Mapping[str, object]", variant).get("source") if isinstance(variant, Mapping) else None
    return source if isinstance(source, str) else None


def _varied(case: Case, kind: str, chance: Chance, length: int, frames: tuple[str, ...]) -> str:
    text = case.question
    given = case.metadata.get("paraphrases")
    paraphrases = [p for p in cast("Sequence[object]", given) if isinstance(p, str)] if isinstance(given, list) else []
    return KINDS[kind](Asked(text, protected(text, case), tuple(paraphrases), length, frames), chance)


def _asking(case: Case, text: str) -> str | tuple[Message, ...]:
    """The input with another last question of the user; without one, as it is."""
    if isinstance(case.input, str):
        return text
    last = max((index for index, message in enumerate(case.input) if message.role == "user"), default=None)
    return tuple(replace(m, content=text) if index == last else m for index, m in enumerate(case.input))


def _new_id(source: str, kind: str, taken: Collection[str]) -> str:
    """`SOURCE~KIND`; a number behind it where that is taken, a short hash in place of the end of a very long one."""
    room = MAX_ID - len(kind) - 16
    stem = source if len(source) <= room else f"{source[:room]}~{digest(source.encode('utf-8', 'surrogatepass'))[:8]}"
    name, count = f"{stem}~{kind}", 2
    while name in taken:
        name, count = f"{stem}~{kind}.{count}", count + 1
    return name
