"""Battles of Chatbot Arena. Each row names its models."""

from collections.abc import Iterator, Mapping

from tiebreak.datasets.import_rows import VOTE_WORDS
from tiebreak.imports.frame import CaseRow, ConfigRow, GivenAnswer, GivenVote, Refused, Row, Tool
from tiebreak.imports.reading import Json, Source
from tiebreak.imports.values import answer, case_of, messages, text, words


def _is_battle(row: Json) -> bool:
    telling = {"conversation_a", "judge", "anony", "response_a"}
    return {"model_a", "model_b", "winner"} <= row.keys() and bool(telling & row.keys())


def suits(source: Source) -> bool:
    return any(map(_is_battle, source.first)) and "answer_a" not in source.first[0]


def rows(source: Source) -> Iterator[Row]:
    names: set[str] = set()
    for line, row in source.records():
        if isinstance(row, Refused):
            yield row
            continue
        a, b = text(row.get("model_a")), text(row.get("model_b"))
        vote = VOTE_WORDS.get(words(row.get("winner")).strip().lower())
        if a is None or b is None or vote is None:
            yield Refused(line=line, reason="The battle lacks a model or a winner that is known.")
            continue
        if a == b:
            yield Refused(line=line, reason="The battle is of a model against itself.")
            continue
        asked, answers = _conversations(row)
        identity = row.get("question_id") or row.get("conv_id")
        case = case_of(asked or row.get("prompt"), id_=identity, metadata=_about(row))
        if case is None:
            yield Refused(line=line, reason="The battle says nothing of what was asked.")
            continue
        for name in (a, b):
            if name not in names:
                names.add(name)
                yield ConfigRow(name=name, model=name)
        yield CaseRow(line=line, case=case)
        for name, said in zip((a, b), answers, strict=True):
            if said is not None:
                yield GivenAnswer(line=line, case=case.id, config=name, response=answer(said, requested=name))
        yield GivenVote(line=line, case=case.id, a=a, b=b, vote=vote, rater=text(row.get("judge")))


def _conversations(row: Json) -> tuple[object, tuple[str | None, str | None]]:
    """The question and both last answers: a battle of several turns is asked with A's turns before its last one."""
    first, second = messages(row.get("conversation_a")), messages(row.get("conversation_b"))
    if not first or not second:
        plain = (row.get("response_a"), row.get("response_b"))
        return row.get("prompt"), (_last(plain[0]), _last(plain[1]))
    asked = [{"role": one.role, "content": one.content} for one in first[:-1]]
    return asked, (first[-1].content, second[-1].content)


def _last(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _about(row: Json) -> Mapping[str, object]:
    return {key: row[key] for key in ("language", "turn", "anony") if row.get(key) is not None}


TOOL = Tool(
    name="arena",
    title="battles of Chatbot Arena, JSON or JSONL",
    suits=suits,
    rows=rows,
    comes="questions, both answers where the conversations are there, votes with their judges, language and turn",
    stays="a battle's earlier turns of B, tool metadata; the file knows no parameters, times, tokens or costs",
)
