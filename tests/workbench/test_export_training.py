"""Rows for training say what their answers were given for: the prompt of the config that gave them."""

import json
from pathlib import Path
from typing import Any

import pytest

from support.live import both, open_bench, start, taken_up
from support.workspaces import ANSWERS_A, ANSWERS_B, QUESTIONS, make_workspace
from tiebreak.records import VOTES, Vote
from tiebreak_workbench.exports.formats import Exported, export_as
from tiebreak_workbench.imports.anything import import_any
from tiebreak_workbench.workbench import Workbench

Rows = dict[str, list[dict[str, Any]]]
Message = dict[str, str]
PLAIN = "Answer the question."
KIND = "Answer {{ segment }} kindly."
VOTED: tuple[Vote, ...] = VOTES


def with_prompts(folder: Path, a: dict[str, str], b: dict[str, str]) -> Path:
    """A small workspace whose configs have these prompts."""
    make_workspace(folder)
    for name, prompt in (("plain", a), ("warm", b)):
        path = folder / "configs" / f"{name}.yaml"
        path.write_text(f"{path.read_text()}prompt: {json.dumps(prompt)}\n")
    return folder


async def exported(folder: Path, format_: str) -> tuple[dict[str, Vote], Rows, Exported]:
    """The votes on the first cases, one of each kind; the rows of each case; and what was said of them."""
    with open_bench(folder) as bench:
        session = start(bench)
        voted: dict[str, Vote] = {}
        async with taken_up(bench, session) as live:
            for position, (case, vote) in enumerate(zip(live.cases, VOTED, strict=False)):
                await both(live, position)
                live.vote(position, vote)
                voted[case.id] = vote
            await live.saves.settled()
        return (voted, *written(bench, session, format_))


def written(bench: Workbench, session: str, format_: str) -> tuple[Rows, Exported]:
    path = bench.workspace.folder / f"{format_}.jsonl"
    told = export_as(bench, format_, session, path)
    rows: Rows = {}
    for line in path.read_text().splitlines():
        row = json.loads(line)
        rows.setdefault(row["case"], []).append(row)
    return rows, told


def system(template: str, case_id: str) -> Message:
    return {"role": "system", "content": template.replace("{{ segment }}", case_id.partition("-")[0])}


def user(case_id: str, around: str = "{{ input }}") -> Message:
    return {"role": "user", "content": around.replace("{{ input }}", QUESTIONS[case_id])}


async def test_a_prompt_that_both_sides_were_asked_with_is_that_of_a_pair(tmp_path: Path) -> None:
    both_asked = {"system": KIND, "user": "Q: {{ input }}"}
    voted, rows, told = await exported(with_prompts(tmp_path, both_asked, both_asked), "dpo")
    assert set(rows) == {case_id for case_id, vote in voted.items() if vote in ("A", "B")}
    for case_id, (row,) in rows.items():
        assert row["prompt"] == [system(KIND, case_id), user(case_id, "Q: {{ input }}")]
    assert told.notes == ()


@pytest.mark.parametrize(
    ("a", "b", "common"),
    [
        ({"system": PLAIN}, {"system": KIND}, None),
        ({}, {"system": KIND}, None),
        ({"system": KIND, "user": "{{ input }}!"}, {"system": KIND}, KIND),
    ],
)
async def test_of_prompts_that_differ_a_pair_has_what_they_have_in_common_and_says_so(
    tmp_path: Path, a: dict[str, str], b: dict[str, str], common: str | None
) -> None:
    _, rows, told = await exported(with_prompts(tmp_path, a, b), "dpo")
    assert len(rows) == 2
    for case_id, (row,) in rows.items():
        assert row["prompt"] == [*([system(common, case_id)] if common else []), user(case_id)]
    assert "In 2 pairs A and B were asked differently." in told.sentences(tmp_path)


async def test_one_answer_stands_under_what_it_was_given_for(tmp_path: Path) -> None:
    folder = with_prompts(tmp_path, {"system": PLAIN}, {"system": KIND, "user": "Q: {{ input }}"})
    voted, rows, told = await exported(folder, "kto")
    asked = {"A": (PLAIN, "{{ input }}", ANSWERS_A), "B": (KIND, "Q: {{ input }}", ANSWERS_B)}
    assert told.notes == ()
    assert set(rows) == {case_id for case_id, vote in voted.items() if vote != "tie"}
    for case_id, found in rows.items():
        of_side = {
            side: ([system(of, case_id), user(case_id, around)], [{"role": "assistant", "content": said[case_id]}])
            for side, (of, around, said) in asked.items()
        }
        told_of = {side: (*of_side[side], voted[case_id] == side) for side in asked}
        assert sorted(map(str, told_of.values())) == sorted(
            str((row["prompt"], row["completion"], row["label"])) for row in found
        )
    with open_bench(folder) as bench:
        rows, told = written(bench, "last", "sft")
    assert told.notes == ()
    assert set(rows) == {case_id for case_id, vote in voted.items() if vote in ("A", "B")}
    for case_id, (row,) in rows.items():
        of, around, said = asked[voted[case_id]]
        answer = {"role": "assistant", "content": said[case_id]}
        assert row["messages"] == [system(of, case_id), user(case_id, around), answer]


def promptfoo(templates: tuple[str, str]) -> dict[str, Any]:
    """Results of two prompts on one question, of which a person preferred neither yet."""
    prompts = [{"raw": raw, "label": f"p{at}", "id": f"id{at}"} for at, raw in enumerate(templates)]
    results = [
        {
            "testIdx": 0,
            "promptIdx": at,
            "promptId": f"id{at}",
            "prompt": {"raw": one["raw"].replace("{{question}}", "Why?"), "label": one["label"]},
            "provider": {"id": "demo"},
            "vars": {"question": "Why?"},
            "testCase": {"vars": {"question": "Why?"}},
            "response": {"output": f"Because {at}."},
            "gradingResult": {"pass": True, "score": 1},
            "success": True,
        }
        for at, one in enumerate(prompts)
    ]
    return {"evalId": "eval-1", "results": {"version": 3, "results": results, "prompts": prompts}, "config": {}}


def test_a_template_of_another_tool_is_no_question(tmp_path: Path) -> None:
    """It is kept as the prompt of its config, in that tool's words; what was asked is the case."""
    source = tmp_path / "results.json"
    source.write_text(json.dumps(promptfoo(("Say: {{question}}", "Tell: {{question}}"))))
    with open_bench(tmp_path / "ws") as bench:
        import_any(bench, [source])
        stored = bench.store.load_session("last")
        (case_id,) = stored.session.plan.case_ids
        assert {config.prompt.user is None for config in stored.configs.values()} == {False}
        votes = tmp_path / "votes.jsonl"
        votes.write_text(json.dumps({"case": case_id, "vote": "B", "rater": "ada"}) + "\n")
        import_any(bench, [votes], what="votes", session=stored.session.id)
        rows, told = written(bench, stored.session.id, "dpo")
        assert [row["prompt"] for row in rows[case_id]] == [[{"role": "user", "content": "Why?"}]]
        assert "In 1 pair A and B were asked differently." in told.sentences(source)
        rows, _ = written(bench, stored.session.id, "sft")
        assert rows[case_id][0]["messages"][0] == {"role": "user", "content": "Why?"}
