"""Long, dull text around a question: tests whether it is still found. Made, never stored."""

from tiebreak.datasets.vary.chance import Chance

PADDED = 8_000
"""Characters of a padded question, unless said otherwise."""
SENTENCES = (
    "The reading room opens at nine and closes at six.",
    "Rainfall in the valley was close to the average of the last thirty years.",
    "The second shelf holds atlases, the third one dictionaries.",
    "Members are asked to return borrowed chairs to the hall after the meeting.",
    "A footpath leads along the canal to the old mill.",
    "The minutes of the last meeting were read and accepted.",
    "Bread is delivered on weekday mornings, milk every other day.",
    "The choir rehearses in the small hall when the large one is taken.",
    "Paint in light colours makes a narrow corridor look wider.",
    "The lift is inspected twice a year, usually in spring and in autumn.",
    "Three kinds of moss grow on the northern wall.",
    "The train from the coast arrives at the second platform.",
    "Lost umbrellas are kept at the desk until the end of the season.",
    "The museum lends its drawings for a few weeks at a time.",
    "Most of the orchard is planted with late apples.",
    "The clock in the tower was repaired and runs slightly fast.",
)


def padding(length: int, chance: Chance) -> str:
    """Paragraphs about nothing much, of at least `length` characters less one sentence, and at most `length`."""
    paragraphs: list[str] = []
    size = 0
    while True:
        sentences: list[str] = []
        for _ in range(3 + chance.below(4)):
            sentence = chance.choice(SENTENCES)
            if size + len(sentence) + 2 > length:
                return "\n\n".join([*paragraphs, *([" ".join(sentences)] if sentences else [])])
            sentences.append(sentence)
            size += len(sentence) + 1
        paragraphs.append(" ".join(sentences))
        size += 1


def padded(text: str, length: int, at: float, chance: Chance) -> str:
    """A text with padding around it, of about `length` characters; `at` is where it stands: 0 first, 1 last.

    The text itself is whole and unchanged, a paragraph of its own. One that is that long already stays as it is.
    """
    room = length - len(text) - 4
    before, after = (padding(round(share * room), chance) for share in (at, 1 - at))
    return "\n\n".join(part for part in (before, text, after) if part)
