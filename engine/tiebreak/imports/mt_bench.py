"""Pairwise judgments of MT-bench (`*_pair.jsonl` of FastChat). Each row names its models.

Question, reference and answers stand in other files of FastChat, and, quoted, in the prompt of the judge. Its templates
(`data/judge_prompts.jsonl`) quote either one turn, in square brackets, or a conversation of two, in angle ones.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tiebreak.datasets.import_rows import PairOrder
from tiebreak.imports.frame import CaseRow, ConfigRow, GivenAnswer, GivenVerdict, Refused, Row, Tool
from tiebreak.imports.reading import Source
from tiebreak.imports.values import answer, case_of, is_list, text, words
from tiebreak.records import Vote

WHOSE = ("Reference", "Assistant A's", "Assistant B's")
_TURN = re.compile(r"^### (User|Assistant [AB]|Reference answer):\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Quoted:
    """What a judge's prompt quotes: what was asked, as messages or text, and what was answered."""

    asked: object = None
    reference: str | None = None
    a: str | None = None
    b: str | None = None


def suits(source: Source) -> bool:
    return any({"g1_winner", "g2_winner", "model_1", "model_2"} <= row.keys() for row in source.first)


def rows(source: Source) -> Iterator[Row]:
    """Each pair was judged in both orders, whose winners are told apart: the second game shows model 2 first."""
    names: set[str] = set()
    told: set[tuple[str, str]] = set()
    for line, row in source.records():
        if isinstance(row, Refused):
            yield row
            continue
        a, b = text(row.get("model_1")), text(row.get("model_2"))
        first, second = _winner(row.get("g1_winner")), _winner(row.get("g2_winner"))
        if a is None or b is None or first is None or second is None:
            yield Refused(line=line, reason="The judgment lacks a model, or was not parsed: a winner is `error`.")
            continue
        identity = f"{words(row.get('question_id'))}/turn-{words(row.get('turn')) or '1'}"
        quoted = quoted_in(words(row.get("g1_user_prompt")))
        about = {"turn": row["turn"]} if row.get("turn") is not None else {}
        case = case_of(quoted.asked or identity, id_=identity, reference=quoted.reference, metadata=about)
        if case is None:
            continue
        for name in (a, b):
            if name not in names:
                names.add(name)
                yield ConfigRow(name=name, model=name)
        yield CaseRow(line=line, case=case)
        for name, said in ((a, quoted.a), (b, quoted.b)):
            if said is not None and (name, case.id) not in told:
                told.add((name, case.id))
                yield GivenAnswer(line=line, case=case.id, config=name, response=answer(said, requested=name))
        by = row.get("judge")
        judge = words(by[0]) if is_list(by) and by else words(by) or "mt-bench"
        games: tuple[tuple[PairOrder, Vote, str], ...] = (
            ("ab", first, "g1_judgment"),
            ("ba", second, "g2_judgment"),
        )
        for order, verdict, said in games:
            yield GivenVerdict(
                line=line,
                case=case.id,
                a=a,
                b=b,
                verdict=verdict,
                judge=judge,
                reply=text(row.get(said)),
                order=order,
            )


def _winner(value: object) -> Vote | None:
    known: dict[str, Vote] = {"model_1": "A", "model_2": "B", "tie": "tie"}
    return known.get(words(value))


def quoted_in(prompt: str) -> Quoted:
    """What the first game's prompt quotes, in which model 1 is assistant A; nothing of a prompt of another shape."""
    _, found, rest = prompt.partition("[User Question]\n")
    if found:
        asked = rest.partition("\n\n[The Start of")[0]
        return Quoted(asked.strip(), *(_within(rest, whose) for whose in WHOSE))
    reference = _turns(prompt, "<|The Start of Reference Answer|>", "<|The End of Reference Answer|>")
    a, b = (
        _turns(prompt, f"<|The Start of {whose} Conversation with User|>", f"<|The End of {whose} Conversation")
        for whose in WHOSE[1:]
    )
    if len(a) < 2 or len(b) < 2:
        return Quoted()
    # Without the answers between them, which differ from model to model: a case is the same for all pairs.
    asked = [{"role": "user", "content": one} for one in a[::2]]
    return Quoted(asked, reference[-1] if reference else None, a[-1], b[-1])


def _within(prompt: str, whose: str) -> str | None:
    """What stands between the lines that begin and end an answer."""
    _, start, rest = prompt.partition(f"[The Start of {whose} Answer]\n")
    body, end, _ = rest.partition(f"\n[The End of {whose} Answer]")
    return body if start and end else None


def _turns(prompt: str, start: str, end: str) -> list[str]:
    """The turns of a conversation, questions and answers by turns; none where they are not."""
    _, found, rest = prompt.partition(start)
    parts = _TURN.split(rest.partition(end)[0])[1:] if found else []
    speakers, said = parts[::2], [part.strip("\n") for part in parts[1::2]]
    alternate = all((speaker == "User") == (index % 2 == 0) for index, speaker in enumerate(speakers))
    return said if alternate and len(said) % 2 == 0 else []


TOOL = Tool(
    name="mt-bench",
    title="pairwise judgments of MT-bench, JSONL",
    suits=suits,
    rows=rows,
    comes="verdicts in both orders (a winner in one order alone counts as a tie), the judge and what it wrote; "
    "questions, references and both answers where the judge's prompt quotes them",
    stays="first answers where the second turn was judged, answers in prompts of other "
    "shapes, judgments that were not parsed; the file knows no parameters, tokens, times or costs",
)
