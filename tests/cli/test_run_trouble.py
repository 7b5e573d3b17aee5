"""Runs that something goes wrong with, as real processes against a real local server: what is finished is kept, what
happened is said, and the exit code is right."""

import asyncio
import resource
import signal
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.commands import COMMAND, Outcome, environment, outcome_of, run_process
from support.headless import model_workspace
from support.model_server import ModelServer
from tiebreak_store import Store, StoredSession

POLICY = """\
form: {vote: optional}
checks:
  - {kind: max_length, chars: 400}
gates:
  offline:
    - {id: short, metric: check, check: max_length, at_least: 0.5}
"""
RUN = ("run", "-d", "questions", "-a", "a", "-b", "b")
QUICK = "deadlines: {first_token: 20, idle: 0.5, total: 30}"


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with ModelServer() as server:
        yield server


def stored(folder: Path) -> StoredSession:
    with Store.open(folder / ".tiebreak" / "tiebreak.db") as store:
        assert store.problems() == []
        return store.load_session("last")


def statuses(folder: Path) -> Counter[str]:
    return Counter(response.status for response in stored(folder).responses)


async def run(folder: Path, *more: str) -> Outcome:
    return await run_process(folder, *RUN, *more)


async def test_one_bad_record_is_refused_with_its_line_before_anything_is_asked(
    tmp_path: Path, server: ModelServer
) -> None:
    folder = model_workspace(tmp_path, server.base_url, policy=POLICY)
    cases = folder / "datasets" / "questions" / "cases.jsonl"
    lines = cases.read_text().splitlines()
    lines[4] = '{"id": "case-004", "input": 7}'
    cases.write_text("\n".join(lines) + "\n")
    found = await run(folder)
    assert found.code == 2
    assert "cases.jsonl:5: input" in found.err
    assert (found.out, server.calls, (folder / ".tiebreak").exists()) == ("", [], False)


async def test_one_malformed_answer_counts_as_a_failed_one(tmp_path: Path, server: ModelServer) -> None:
    folder = model_workspace(tmp_path, server.base_url, policy=POLICY)
    server.script("malformed")
    found = await run(folder, "--json")
    assert found.code == 0, found.err
    assert found.json["run"]["complete"] is True
    assert statuses(folder) == {"ok": 23, "malformed": 1}


async def test_one_hanging_call_ends_by_its_deadline_and_is_asked_again(tmp_path: Path, server: ModelServer) -> None:
    folder = model_workspace(tmp_path, server.base_url, policy=POLICY, rest=QUICK)
    server.script("stall_after")
    found = await run(folder)
    assert found.code == 0, found.err
    assert "Every answer is in." in found.err
    assert statuses(folder) == {"ok": 24, "incomplete": 1}


async def test_a_crashing_check_is_its_own_result_and_is_put_again_once_it_is_mended(
    tmp_path: Path, server: ModelServer
) -> None:
    policy = POLICY.replace("gates:", "  - {id: own, kind: python, callable: 'own:judge'}\ngates:")
    folder = model_workspace(tmp_path, server.base_url, policy=policy)
    code = folder / "own.py"
    code.write_text(
        "def judge(case, response):\n"
        "    if case['id'] == 'case-003':\n"
        "        raise RuntimeError('no luck')\n"
        "    return True\n"
    )
    assert (await run_process(folder, "trust", "--yes")).code == 0
    found = await run(folder, "--json")
    assert found.code == 0, found.err
    own = [one for one in stored(folder).check_results if one.check_id == "own"]
    assert Counter(one.status for one in own) == {"pass": 22, "error": 2}
    assert all("no luck" in one.detail for one in own if one.status == "error")
    code.write_text("def judge(case, response):\n    return True\n")
    assert (await run_process(folder, "trust", "--yes")).code == 0
    scored = await run_process(folder, "score", "--json")
    assert scored.code == 0, scored.err
    assert (scored.json["scored"]["verdicts"], scored.json["scored"]["errors"]) == (2, 0)
    own = [one for one in stored(folder).check_results if one.check_id == "own"]
    assert Counter(one.status for one in own) == {"pass": 24}
    assert len(server.calls) == 24


async def test_a_rate_limited_provider_is_waited_for(tmp_path: Path, server: ModelServer) -> None:
    folder = model_workspace(tmp_path, server.base_url, policy=POLICY, rest="")
    for name in ("a", "b"):
        config = folder / "configs" / f"{name}.yaml"
        config.write_text(config.read_text().replace("retries: 0", "retries: 5"))
    server.script(*["429?retry_after=0"] * 5)
    found = await run(folder)
    assert found.code == 0, found.err
    assert statuses(folder) == {"ok": 24}
    assert len(server.calls) == 29


async def test_a_provider_that_limits_for_good_pauses_its_side(tmp_path: Path, server: ModelServer) -> None:
    folder = model_workspace(tmp_path, server.base_url, b="429?retry_after=0", policy=POLICY, cases=30)
    found = await run(folder, "-c", "2")
    assert found.code == 4
    assert "B is paused: 12 calls in a row ended the same way:" in found.err
    assert "still missing (rate_limit)" in found.err
    again = await run(folder, "-c", "2", "--json")
    assert again.code == 4
    assert again.json["run"]["arms"]["baseline"]["asked"] == 0


async def test_a_wrong_key_pauses_its_side_and_says_why(tmp_path: Path, server: ModelServer) -> None:
    folder = model_workspace(tmp_path, server.base_url, b="401", policy=POLICY, cases=40)
    found = await run(folder, "-c", "1", "--json")
    assert found.code == 4
    assert "B is paused: 3 calls in a row ended the same way:" in found.err
    assert found.json["run"]["arms"]["candidate"]["failed"] == {"auth": 3}
    assert "3 calls in a row" in found.json["run"]["arms"]["candidate"]["paused"]
    assert sum(not one.excluded for one in stored(folder).responses) == 40


async def test_interrupts_leave_no_half_answer(tmp_path: Path, server: ModelServer) -> None:
    """Once: what is in flight ends. Twice: it is cut without a trace."""
    folder = model_workspace(tmp_path, server.base_url, "normal", "stall_after", policy=POLICY)
    process = await asyncio.create_subprocess_exec(
        *COMMAND, *RUN, cwd=folder, env=environment(folder), stdout=-1, stderr=-1
    )
    assert process.stderr is not None
    assert (await process.stderr.readline()).startswith(b"Started session")
    await server.called.wait()
    process.send_signal(signal.SIGINT)
    assert (await process.stderr.readline()).startswith(b"Stopping")
    process.send_signal(signal.SIGINT)
    out, err = await process.communicate()
    found = outcome_of(process.returncode, out.decode(), err.decode())
    assert found.code == 130
    assert "still missing" in found.err
    assert set(statuses(folder)) <= {"ok"}
    config = folder / "configs" / "b.yaml"
    config.write_text(config.read_text().replace("stall_after", "normal"))
    assert (await run(folder)).code == 0


async def test_a_full_disk_ends_the_run_and_says_what_is_safe(tmp_path: Path, server: ModelServer) -> None:
    folder = model_workspace(tmp_path, server.base_url, "normal?words=900", "normal?words=900", policy=POLICY, cases=60)
    assert (await run(folder, "-n", "1")).code in (0, 1)
    full = max(file.stat().st_size for file in (folder / ".tiebreak").iterdir()) + 400_000

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (full, full))

    process = await asyncio.create_subprocess_exec(
        *COMMAND, *RUN, cwd=folder, env=environment(folder), stdout=-1, stderr=-1, preexec_fn=limit
    )
    out, err = await process.communicate()
    found = outcome_of(process.returncode, out.decode(), err.decode())
    assert found.code == 4, found.written
    assert "The run has ended, as an answer could not be kept. Safe so far: " in found.err
    kept = stored(folder)
    assert 0 < len(kept.responses) < 120
    safe = int(found.err.split("Safe so far: ")[1].split()[0])
    assert safe == sum(not one.excluded for one in kept.responses)
    checked = {one.response_id for one in kept.check_results}
    assert all(one.id in checked for one in kept.responses if not one.excluded)
    assert (await run(folder, "--json")).json["run"]["complete"] is True
    assert len({(one.run_id, one.case_id) for one in stored(folder).responses}) == 120
