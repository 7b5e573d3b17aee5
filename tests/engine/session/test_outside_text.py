"""What providers and recordings may hold that no database, no screen and no UTF-8 can."""

import json
from pathlib import Path

from support.behaviours import behaviour
from support.live import asking, open_bench, responses, serve_with, sitting, start, taken_up
from support.model_server import Exchange, ModelServer
from support.workspaces import QUESTIONS, make_workspace, recording

ODD = "NUL \x00, half a pair \ud83d, \udfff, ESC \x1b[2J"


@behaviour("odd")
async def odd(exchange: Exchange) -> None:
    """Text that no UTF-8 can hold, counts that no column can, and a cost beyond all numbers."""
    await exchange.begin()
    await exchange.event(json.dumps({"choices": [{"delta": {"content": ODD}}], "model": "m\x00\ud800"}))
    usage = {"prompt_tokens": 2**63, "completion_tokens": 10**40, "cost": 1e999}
    details = {"completion_tokens_details": {"reasoning_tokens": 2**64}, "prompt_tokens_details": {"cached_tokens": -1}}
    await exchange.event(
        json.dumps({"choices": [{"delta": {}, "finish_reason": "st\udc00op"}], "usage": usage | details})
    )
    await exchange.event("[DONE]")
    await exchange.raw(b"0\r\n\r\n")


async def test_a_provider_that_tells_nonsense_is_stored_and_counted(tmp_path: Path) -> None:
    async with ModelServer() as server:
        serve_with(tmp_path / "ws", server.base_url, warm="odd")
        with open_bench(tmp_path / "ws") as bench:
            session_id = start(bench, n=1)
            async with taken_up(bench, session_id) as live:
                told = (await responses(live, 0))["candidate"]
                assert told.text == ODD.replace("\ud83d", "\ufffd").replace("\udfff", "\ufffd")
                assert (told.usage.prompt_tokens, told.usage.completion_tokens, told.cost.usd) == (None, None, None)
                live.vote(0, "A")
                await live.saves.settled()
            stored = bench.store.load_session(session_id)
            assert told.text in {response.text for response in stored.responses}
            assert len(list(bench.store.iter_export(session_id))) > 10
            assert bench.store.problems() == []


async def test_a_recording_is_stored_as_it_is_even_where_utf8_has_no_form_for_it(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws", policy=asking("{vote: required}"))
    lines = map(json.dumps, recording(dict.fromkeys(QUESTIONS, ODD)))
    (folder / "recordings" / "warm.jsonl").write_text("\n".join(lines))
    with open_bench(folder) as bench:
        session_id = start(bench, n=1)
        async with taken_up(bench, session_id) as live:
            assert (await responses(live, 0))["candidate"].text == ODD
            await live.saves.settled()
        async with taken_up(bench, session_id) as live:
            again = (await responses(live, 0))["candidate"]
            assert again.text == ODD
            assert bench.store.chunks_of(again.id)


async def test_a_megabyte_and_a_case_full_of_braces_pass_through(tmp_path: Path) -> None:
    async with ModelServer() as server:
        serve_with(tmp_path / "ws", server.base_url, warm="one_big_chunk", plain="echo")
        cases = tmp_path / "ws" / "datasets" / "small" / "cases.jsonl"
        cases.write_text(json.dumps({"id": "only", "input": "{{ 7 * 7 }} {% raw %} {# no #} \ud83d\ude00"}))
        async with sitting(tmp_path / "ws") as live:
            got = await responses(live, 0)
            assert len(got["candidate"].text) == 1_048_576
            assert (
                "{{ 7 * 7 }} {% raw %} {# no #} 😀"
                in json.loads(got["baseline"].text)["body"]["messages"][0]["content"]
            )
            await live.saves.settled()
