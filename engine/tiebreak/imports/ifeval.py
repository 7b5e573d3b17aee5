"""Results of IFEval and its kin (`eval_results_strict.jsonl`): whether each instruction of a prompt was followed."""

from collections.abc import Iterator

from tiebreak.imports.frame import CaseRow, ConfigRow, GivenAnswer, Refused, Row, Said, Tool
from tiebreak.imports.reading import Source
from tiebreak.imports.values import answer, case_of, items, words

NEEDED = {"prompt", "response", "follow_all_instructions", "instruction_id_list"}


def suits(source: Source) -> bool:
    return bool(source.first) and source.first[0].keys() >= NEEDED


def rows(source: Source) -> Iterator[Row]:
    name = source.path.absolute().parent.name or source.name
    yield ConfigRow(name=name, model=name)
    known: set[str] = set()
    for line, row in source.records():
        if isinstance(row, Refused):
            yield row
            continue
        case = case_of(row.get("prompt"), metadata={"instructions": list(items(row.get("instruction_id_list")))})
        followed = row.get("follow_all_instructions")
        if case is None or not isinstance(followed, bool):
            yield Refused(line=line, reason="The row lacks its prompt, or whether all instructions were followed.")
            continue
        if case.id in known:
            yield Refused(line=line, reason="The same prompt was in an earlier line.")
            continue
        known.add(case.id)
        yield CaseRow(line=line, case=case)
        said = [Said(name="follow_all_instructions", passed=followed, score=float(followed))]
        named = zip(items(row.get("instruction_id_list")), items(row.get("follow_instruction_list")), strict=False)
        seen: dict[str, int] = {}
        for instruction, one in named:
            if isinstance(one, bool):
                label = words(instruction)
                seen[label] = seen.get(label, 0) + 1
                label = label if seen[label] == 1 else f"{label}-{seen[label]}"
                said.append(Said(name=label, passed=one, score=float(one)))
        response = answer(row.get("response"), requested=name)
        yield GivenAnswer(line=line, case=case.id, config=name, response=response, said=tuple(said))


TOOL = Tool(
    name="ifeval",
    title="results of IFEval, JSONL",
    suits=suits,
    rows=rows,
    comes="prompts, responses, whether all instructions and each of them were followed; the folder names the config",
    stays="the arguments of the instructions, which stand with the prompts; times, tokens, costs (there are none)",
)
