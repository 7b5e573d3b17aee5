"""Finding anything recorded: every kind by its words, near misses too, and nothing that a blind session seals."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.live import both, open_bench, start, taken_up
from support.stored import new_session, response_of
from support.triage_app import changed
from tiebreak.records import Config, ModelTarget, Prompt
from tiebreak_store import Store
from tiebreak_workbench.past import past_indexing
from tiebreak_workbench.past.finding import EXCERPT, Finder, Hit, excerpt_of, find
from tiebreak_workbench.triage.triage import Triage
from tiebreak_workbench.workbench import Workbench


def kinds(hits: tuple[Hit, ...]) -> list[str]:
    return [hit.kind for hit in hits]


def marked(hit: Hit) -> list[str]:
    return [hit.excerpt[start:end] for start, end in hit.marks]


async def noted(bench: Workbench, session_id: str, note: str = "strange tone here") -> str:
    """Vote for and note the first case; returns its id."""
    async with taken_up(bench, session_id) as live:
        await both(live, 0)
        live.vote(0, "A")
        live.note(0, note)
        await live.saves.settled()
        return live.cases[0].id


async def test_every_kind_is_found_and_its_words_are_marked(tmp_path: Path) -> None:
    session_id = await changed(tmp_path / "ws")
    with Workbench.open(tmp_path / "ws", {"USER": "ada"}) as bench:
        await noted(bench, session_id)
        with Triage.open(bench, session_id) as triage:
            triage.decide(["q-0"], {"note": "blame the retriever"})
        found = find(bench, "stran TON")
        assert [(hit.kind, hit.session_id) for hit in found.hits] == [("said", session_id)]
        assert marked(found.hits[0]) == ["stran", "ton"]
        (note,) = find(bench, "blame retriever").hits
        assert (note.kind, note.case_id, note.session_id) == ("decision", "q-0", session_id)
        (question,) = find(bench, "question 0").hits
        assert (question.kind, question.case_id, marked(question)) == ("question", "q-0", ["Question", "0"])
        answers = [hit for hit in find(bench, "altogether longer").hits if hit.kind == "answer"]
        assert [(hit.case_id, hit.side) for hit in answers] == [("q-4", "B")]
        assert "session" in kinds(find(bench, "ship").hits)  # the policy
        assert {hit.config for hit in find(bench, "warm").hits if hit.kind == "prompt"} == {"warm"}
        with Triage.open(bench, session_id) as triage:
            triage.undo()
        assert find(bench, "blame retriever").hits == ()


async def test_what_is_recorded_later_and_misspelt_is_found_as_well(tmp_path: Path) -> None:
    session_id = await changed(tmp_path / "ws")
    with Workbench.open(tmp_path / "ws", {"USER": "ada"}) as bench:
        assert find(bench, "strange").hits == ()
        case_id = await noted(bench, session_id)
        typed = find(bench, "stragne tnoe")
        assert [(hit.kind, hit.case_id) for hit in typed.hits] == [("said", case_id)]
        assert marked(typed.hits[0]) == ["strange", "tone"]
        assert typed.read_as == {"stragne": ("strange",), "tnoe": ("tone",)}
        assert marked(find(bench, "trange").hits[0]) == ["strange"]
        assert find(bench, "…?!").hits == ()
        assert find(bench, "zzqqzz").hits == ()


async def test_a_prompt_that_no_session_used_is_found(tmp_path: Path) -> None:
    session_id = await changed(tmp_path / "ws")
    with Workbench.open(tmp_path / "ws", {"USER": "ada"}) as bench:
        from tiebreak_store.content import put_config

        config = Config(
            name="odd", target=ModelTarget(model="x/y"), prompt=Prompt(system="Talk like a pirate \ud83d, not a judge")
        )
        bench.store.writer.submit(lambda connection: put_config(connection, config)).result()
        (hit,) = find(bench, "pirate judge").hits
        assert (hit.kind, hit.session_id, hit.config, hit.version) == ("prompt", None, "odd", config.version)
        assert {hit.session_id for hit in find(bench, "plain").hits if hit.kind == "prompt"} == {session_id}


async def test_a_sealed_session_tells_neither_sides_nor_votes_and_tells_them_once_it_is_open(tmp_path: Path) -> None:
    with open_bench(tmp_path / "ws") as bench:
        session_id = start(bench, blind=True)
        case_id = await noted(bench, session_id)
        texts = [answer.text for answer in bench.store.iter_responses(session_id, light=False)]
        word = texts[0].split()[0]
        sealed = find(bench, word)
        answers = [hit for hit in sealed.hits if hit.kind == "answer"]
        assert answers
        assert {hit.side for hit in answers} == {None}
        own = [hit for hit in answers if hit.case_id == case_id]
        assert len({hit.at for hit in own}) == 1
        assert [hit.excerpt for hit in own] == sorted(hit.excerpt for hit in own)
        assert find(bench, "vote A").hits == ()
        assert kinds(find(bench, "strange tone").hits) == ["said"]
        from tiebreak_workbench.figures.looking import look_at

        look_at(bench, session_id, "show", reveal=True)
        assert kinds(find(bench, "vote A").hits) == ["said"]
        assert {hit.side for hit in find(bench, word).hits if hit.kind == "answer"} <= {"A", "B"}


async def test_answers_that_a_sealed_session_shares_are_sealed_in_an_open_one_too(tmp_path: Path) -> None:
    """The runs are the same: who looks them up in the open session knows the sides of the blind one."""
    new = new_session("s1", blind=False)
    other = new_session("s2", created_at="2026-02-01", blind=True)
    with open_bench(tmp_path / "ws") as bench:
        assert bench.store.create_session(new).result() is None
        taken = replace(other, runs=new.runs, session=replace(other.session, runs=new.session.runs))
        bench.store.create_session(taken).result()
        bench.store.record_response(replace(response_of(new, "candidate", 0), text="moo"), None).result()
        assert [(hit.session_id, hit.side) for hit in find(bench, "moo").hits] == [("s1", None)]


async def test_no_kind_crowds_out_another_and_the_limit_holds(tmp_path: Path) -> None:
    with open_bench(tmp_path / "ws") as bench:
        new = new_session("questions-1")
        bench.store.create_session(new).result()
        for position in range(4):
            answer = replace(response_of(new, "baseline", position), text=f"questions {position}")
            bench.store.record_response(answer, None).result()
        for number in range(2, 12):
            bench.store.create_session(new_session(f"questions-{number}")).result()
        found = find(bench, "questions", limit=10).hits
        assert len(found) == 10
        assert {"session", "answer"} <= set(kinds(found))
        assert [hit.kind for hit in find(bench, "", limit=3).hits] == ["session"] * 3


def test_indexing_is_taken_up_where_it_was_left_and_forgets_a_replaced_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past_indexing, "AT_ONCE", 2)
    new = new_session()
    with open_bench(tmp_path / "ws") as bench:
        bench.store.create_session(new).result()
        for position in range(4):
            answer = replace(response_of(new, "baseline", position), text=f"moo {position}")
            bench.store.record_response(answer, None).result()
        path = bench.store.path
        steps = 0
        while True:
            with Finder(bench) as finder:
                steps += 1
                if finder.catch_up(go_on=lambda: False):
                    break
                assert not finder.find("moo").complete
        assert steps > 3
        with Finder(bench) as finder:
            assert finder.catch_up()
            assert len(finder.find("moo").hits) == 4
    older = path.with_name("older.db")
    with Store.open(older) as store:
        store.create_session(new).result()
        store.record_response(replace(response_of(new, "candidate", 3), id="another", text="baa"), None).result()
    for left in path.parent.glob("tiebreak.db*"):
        left.unlink()
    shutil.copy(older, path)
    with open_bench(tmp_path / "ws") as bench:
        assert find(bench, "moo").hits == ()
        assert [hit.side for hit in find(bench, "baa").hits] == ["B"]


@given(st.text(max_size=600), st.lists(st.sampled_from(["a", "ab", "é", "x"]), max_size=3))
def test_marks_lie_within_the_excerpt_in_order(text: str, words: list[str]) -> None:
    excerpt, marks = excerpt_of(text, words)
    assert len(excerpt) <= EXCERPT + 4
    assert all(start < end <= len(excerpt) for start, end in marks)
    assert list(marks) == sorted(marks)
    json.dumps(excerpt)


def test_the_excerpt_is_taken_around_a_word_with_accents_too() -> None:
    excerpt, ((start, end),) = excerpt_of("moo " * 200 + "at the Café.", ["cafe"])
    assert excerpt[start:end] == "Café"
