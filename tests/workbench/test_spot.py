"""Spot checks that grow: each side goes on from what it said itself, and all of it becomes a full session."""

from pathlib import Path

import pytest

from support.live import both, taken_up
from support.model_server import ModelServer
from tiebreak.errors import UsageError
from tiebreak.records import Message
from tiebreak.workspace import Workspace
from tiebreak_workbench.figures.scoring import scoreboard_of
from tiebreak_workbench.spot import ask_on, continue_spot, prompt_of, spot_workbench, start_spot, whole_case
from tiebreak_workbench.workbench import Workbench

MODELS = ("normal?words=3", "echo")


def bench_in(folder: Path) -> Workbench:
    return spot_workbench({"XDG_DATA_HOME": str(folder), "USER": "ada"})


async def test_each_side_is_sent_its_own_history(tmp_path: Path) -> None:
    async with ModelServer() as server:
        with bench_in(tmp_path) as bench:
            id_ = start_spot(
                bench, "Why?", MODELS, system="Be kind.", template="Q: {{ input }}", base_url=server.base_url
            )
            async with taken_up(bench, id_) as live:
                first = await both(live, 0)
                said = {role: answering.text for role, answering in first.answers.items()}
                live.vote(0, "B")
                await live.saves.settled()
            assert ask_on(bench, id_, "And then?", after="question") == 1
            async with taken_up(bench, id_) as live:
                assert live.form(0).vote == "B"  # what was voted before stands
                second = await both(live, 1)
                said_then = {role: answering.text for role, answering in second.answers.items()}
                await live.saves.settled()
            ask_on(bench, id_, "Once more?", after="question-2")
            ask_on(bench, id_, "Something else?")
            async with taken_up(bench, id_) as live:
                await both(live, 2)
                await both(live, 3)
                await live.saves.settled()
            assert bench.store.problems() == []
            stored = bench.store.load_session(id_)
            assert stored.session.plan.case_ids == ("question", "question-2", "question-3", "question-4")
            assert scoreboard_of(stored).snapshot().settled == 1
            assert [event.detail.get("follows") for event in stored.events if event.kind == "plan"] == [
                None, "question", "question-2", None,
            ]  # fmt: skip
        system, why = {"role": "system", "content": "Be kind."}, {"role": "user", "content": "Q: Why?"}
        then, more = {"role": "user", "content": "Q: And then?"}, {"role": "user", "content": "Q: Once more?"}
        for model, role in zip(MODELS, ("baseline", "candidate"), strict=True):
            sent = [call.body["messages"] for call in server.calls if call.body["model"] == model]
            own = {"role": "assistant", "content": said[role]}
            own_then = {"role": "assistant", "content": said_then[role]}
            assert sent[0] == [system, why]
            assert sent[1] == [system, why, own, then]
            third = next(messages for messages in sent if messages[-1] == more)
            assert third == [system, why, own, then, own_then, more]
            assert [system, {"role": "user", "content": "Q: Something else?"}] in sent
        assert said["baseline"] != said["candidate"]


async def test_what_cannot_be_gone_on_from_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    async with ModelServer() as server:
        with bench_in(tmp_path) as bench:
            id_ = start_spot(bench, "Why?", ("normal", "500"), base_url=server.base_url)
            with pytest.raises(UsageError, match="Both sides must have answered"):
                ask_on(bench, id_, "And then?", after="question")
            with pytest.raises(UsageError, match="no case “other”"):
                ask_on(bench, id_, "And then?", after="other")
            with pytest.raises(UsageError, match="nothing to ask"):
                ask_on(bench, id_, " \n", after=None)
            assert len(bench.store.load_session(id_).session.plan.case_ids) == 1


async def test_a_spot_check_becomes_a_dataset_and_two_configs(tmp_path: Path) -> None:
    folder = tmp_path / "bakery"
    async with ModelServer() as server:
        with bench_in(tmp_path) as bench:
            id_ = start_spot(bench, "Why?", MODELS, base_url=server.base_url)
            async with taken_up(bench, id_) as live:
                first = await both(live, 0)
                live.vote(0, "B")
                await live.saves.settled()
            ask_on(bench, id_, "And then?", after="question")
            ask_on(bench, id_, "Why?")  # the same question is one case
            made = continue_spot(bench, id_, folder, "kept")
            again = continue_spot(bench, id_, folder, "kept")
            stored = bench.store.load_session(id_)
            asked = stored.dataset.by_id["question-2"]
            remembered = whole_case(bench, stored, asked, "baseline")
    assert (made.dataset, made.added, again.added) == ("kept", 2, 0)
    assert (again.baseline, again.candidate) == (made.baseline, made.candidate)
    workspace = Workspace.open(folder)
    cases = workspace.load_dataset("kept").cases
    assert cases[0].input == "Why?"
    # B was voted better, so the follow-up is kept with what B had said.
    assert cases[1].messages == (
        Message(role="user", content="Why?"),
        Message(role="assistant", content=first.answers["candidate"].text),
        Message(role="user", content="And then?"),
    )
    assert remembered.messages[1].content == first.answers["baseline"].text
    assert not any("follows" in case.metadata for case in cases)
    assert workspace.load_config(made.baseline).version == stored.configs["baseline"].version
    assert workspace.load_config(made.candidate).version == stored.configs["candidate"].version


def test_a_prompt_file_is_the_users_message_where_it_names_the_question() -> None:
    assert prompt_of("Be kind.", None).system == "Be kind."
    assert prompt_of("Q: {{ input }}", "Be kind.").user == "Q: {{ input }}"
    with pytest.raises(UsageError, match="holds a system prompt, and another one"):
        prompt_of("Be kind.", "Be brief.")
