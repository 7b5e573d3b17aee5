"""A whole session with both sides through LiteLLM, on two wire formats, from the files to the decision."""

import json
from pathlib import Path

from support.anthropic_server import AnthropicServer
from support.lane import SENTINEL
from support.model_server import ModelServer
from support.workspaces import make_workspace
from tiebreak.records import ROLES
from tiebreak_workbench.figures.scoring import scoreboard_of
from tiebreak_workbench.headless.replay import answered
from tiebreak_workbench.starting.setup import Setup
from tiebreak_workbench.workbench import Workbench

CASES = 4


def write_configs(folder: Path, openai_url: str, anthropic_url: str) -> None:
    make_workspace(
        folder, policy="form: {vote: required}\ngates: {human: [{id: p, metric: win_rate, at_least: 0.5}]}\n"
    )
    shared = {"kind": "model", "lane": "litellm", "api_key_env": "MY_KEY"}
    targets = {
        "plain": {"model": "normal?words=6&tps=200", "base_url": openai_url},
        "warm": {"model": "anthropic/normal?words=3", "base_url": anthropic_url},
    }
    for name, target in targets.items():
        config = {
            "target": shared | target,
            "prompt": {"system": "Be brief."},
            "price": {"input": 1.0, "output": 2.0},
            "parameters": {"temperature": 0},
        }
        (folder / "configs" / f"{name}.yaml").write_text(json.dumps(config))


async def test_a_session_with_both_sides_through_litellm(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    async with ModelServer() as server, AnthropicServer() as claude:
        write_configs(folder, server.base_url, claude.base_url)
        with Workbench.open(folder, {"USER": "ada", "MY_KEY": SENTINEL}) as bench:
            load = bench.workspace
            setup = Setup(
                dataset=load.load_dataset("small"),
                baseline=load.load_config("plain"),
                candidate=load.load_config("warm"),
                policy=load.load_policy("ship"),
                n=CASES,
            )
            session_id = bench.start(setup)
            stored = bench.store.load_session(session_id)
            live = bench.live(stored, bench.arms(stored), lambda _: None)
            pids: set[int | None] = set()
            for position in range(CASES):
                await answered(live.exchange(position))
                pids.add(bench.helper.pid)
                live.vote(position, "B")
            await live.saves.settled()
            await live.close()
            assert len(pids) == 1, "one helper for both sides and the whole session"
            assert None not in pids
            assert bench.helper.pid is None, "it ends with the session"
            stored = bench.store.load_session(session_id)
    by_role = {role: [r for r in stored.responses if r.run_id == stored.session.runs[role]] for role in ROLES}
    assert [len(by_role[role]) for role in ROLES] == [CASES, CASES]
    assert {r.text for r in by_role["baseline"]} == {"The quick brown fox jumps over "}
    assert {r.text for r in by_role["candidate"]} == {"The quick brown "}
    assert {(r.status, r.finish, r.usage.source, r.cost.source) for r in stored.responses} == {
        ("ok", "stop", "provider", "config")
    }
    assert all(r.timings.ttft is not None and r.timings.total is not None for r in stored.responses)
    assert scoreboard_of(stored).snapshot().decision == "pass"
    assert {call.path for call in server.calls + claude.calls} == {"/v1/chat/completions", "/v1/messages"}
    assert claude.calls[0].body["system"] == [{"type": "text", "text": "Be brief."}]
    assert not any(SENTINEL.encode() in path.read_bytes() for path in folder.rglob("*") if path.is_file())
