"""A whole session against a server that speaks the OpenAI protocol, from the files to the decision."""

import io
import json
from contextlib import redirect_stdout
from pathlib import Path

import yaml

from support.live import asking, both, open_bench, start, taken_up
from support.model_server import ModelServer
from support.workspaces import make_workspace
from tiebreak.records import VOTES, Config
from tiebreak.session.answering import Answering, PieceKind
from tiebreak_workbench.exports.exporting import export_jsonl
from tiebreak_workbench.figures.scoring import scoreboard_of

KEY = "sentinel-0123456789-abcdef"


def ask_server(folder: Path, base_url: str) -> Path:
    """A: priced, with usage told; B: with a key, without usage and price."""
    make_workspace(folder, policy=asking("{vote: required}"))
    target = {"kind": "model", "base_url": base_url}
    plain = {"target": target | {"model": "normal?words=12&tps=400"}, "price": {"input": 1.0, "output": 2.0}}
    warm = {"target": target | {"model": "usage_none?words=6", "api_key_env": "SENTINEL_KEY"}, "retries": 0}
    prompt = {"prompt": {"system": "Be brief.", "user": "Q: {{ input }}"}, "parameters": {"temperature": 0}}
    (folder / "configs" / "plain.yaml").write_text(yaml.safe_dump(plain | prompt))
    (folder / "configs" / "warm.yaml").write_text(yaml.safe_dump(warm | prompt))
    return folder


async def test_a_session_against_a_real_server_goes_from_files_to_a_decision(tmp_path: Path) -> None:
    async with ModelServer() as server:
        folder = ask_server(tmp_path / "ws", server.base_url)
        with open_bench(folder, SENTINEL_KEY=KEY) as bench:
            session_id = start(bench)
            async with taken_up(bench, session_id) as live:
                pieces: list[str] = []

                def listen(_: Answering, kind: PieceKind, text: str) -> None:
                    pieces.append(text)

                live.exchange(0).answers["baseline"].watch(listen)
                for position in range(6):
                    exchange = await both(live, position)
                    live.vote(position, VOTES[position % 3])
                    assert exchange.answers["baseline"].text.startswith("The quick brown fox")
                assert live.first_open() == 6
                assert len([piece for piece in pieces if piece]) > 3  # it came in pieces, not at the end
                assert live.scoreboard.snapshot().decision == "pass"
                await live.saves.settled()
            stored = bench.store.load_session(session_id)
            a, b = (
                [r for r in stored.responses if r.run_id == stored.session.runs[role]]
                for role in ("baseline", "candidate")
            )
            assert len(a) == len(b) == 6
            assert {(r.usage.prompt_tokens, r.usage.completion_tokens, r.usage.source) for r in a} == {
                (11, 7, "provider")
            }
            assert {(r.cost.usd, r.cost.source) for r in a} == {((11 * 1.0 + 7 * 2.0) / 1e6, "config")}
            assert {(r.served_model, r.requested_model) for r in a} == {
                ("served-normal?words=12&tps=400", "normal?words=12&tps=400")
            }
            assert {(r.usage.source, r.cost.usd, r.cost.source) for r in b} == {("estimated", None, "unknown")}
            assert all(r.timings.ttft is not None and r.timings.total is not None for r in (*a, *b))
            spend = scoreboard_of(stored).snapshot().spend
            assert (spend["baseline"].unknown, spend["candidate"].unknown) == (0, 6)
            bodies = [call.body for call in server.calls]
            assert {body["messages"][0]["content"] for body in bodies} == {"Be brief."}
            assert {body["messages"][1]["content"] for body in bodies} == {
                f"Q: {case.question}" for case in stored.dataset.cases
            }
            assert {body["temperature"] for body in bodies} == {0}


async def test_a_key_that_a_server_says_back_reaches_no_file(tmp_path: Path) -> None:
    async with ModelServer() as server:
        folder = ask_server(tmp_path / "ws", server.base_url)
        config = folder / "configs" / "warm.yaml"
        config.write_text(config.read_text().replace("usage_none?words=6", "'401'"))
        with open_bench(folder, SENTINEL_KEY=KEY) as bench:
            session_id = start(bench)
            async with taken_up(bench, session_id) as live:
                for position in (0, 1):
                    await both(live, position)
                live.note(0, "The key is refused.")
                reason = live.paused["candidate"]
                assert "SENTINEL_KEY" in reason  # the name of the variable is what helps
                await live.saves.settled()
            assert any(KEY in call.headers.get("authorization", "") for call in server.calls)
            refused = [r.error.message for r in bench.store.load_session(session_id).responses if r.error]
            assert refused
            assert all("[redacted]" in message for message in refused)
            exported = io.StringIO()
            with redirect_stdout(exported):
                export_jsonl(bench, session_id, None)
            assert KEY not in exported.getvalue() + reason
            assert not any(KEY.encode() in path.read_bytes() for path in folder.rglob("*") if path.is_file())
        assert not any(KEY.encode() in path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def test_a_config_edited_since_does_not_change_the_session(tmp_path: Path) -> None:
    async with ModelServer() as server:
        folder = ask_server(tmp_path / "ws", server.base_url)
        with open_bench(folder, SENTINEL_KEY=KEY) as bench:
            session_id = start(bench)
            pinned: Config = bench.workspace.load_config("plain")
            config = folder / "configs" / "plain.yaml"
            config.write_text(config.read_text().replace("Be brief.", "Be long."))
            (folder / "datasets" / "small" / "cases.jsonl").write_text(json.dumps({"id": "new", "input": "New?"}))
            async with taken_up(bench, session_id) as live:
                await both(live, 0)
                await live.saves.settled()
            stored = bench.store.load_session(session_id)
            assert stored.configs["baseline"].version == pinned.version
            assert len(stored.dataset.cases) == 6
            assert {call.body["messages"][0]["content"] for call in server.calls} == {"Be brief."}
