"""A session that another process works on: nothing is added to it, and it can still be read."""

import asyncio
from asyncio.subprocess import DEVNULL
from pathlib import Path

from support.commands import COMMAND, CommandLine, environment, run_process
from support.headless import model_workspace
from support.live import SEED
from support.model_server import ModelServer
from support.workspaces import write_lines
from tiebreak_workbench.lease import Lease

HOUSE = Path(".tiebreak")
RUN = ("run", "-d", "small", "-a", "plain", "-b", "warm", "-p", "ship", "--seed", SEED)


def test_a_run_and_an_import_are_refused_and_reading_is_not(tiebreak: CommandLine, small: Path) -> None:
    assert tiebreak(*RUN).code in (0, 3)
    session_id = tiebreak("sessions", "--json").json[0]["id"]
    votes = write_lines(Path("votes.jsonl"), [{"case": "greet-1", "vote": "A"}])
    add = ("import", votes, "--what", "votes", "-s", session_id, "--rater", "gold")
    with Lease.take(HOUSE, session_id):
        for refused in (tiebreak(*RUN), tiebreak(*add)):
            assert (refused.code, refused.out) == (4, "")
            assert f"Session {session_id} is open in" in refused.err
            assert "looks on meanwhile" in refused.err
        for reading in (("show", "last"), ("export", "last"), ("show", "last", "greet-1"), ("sessions",)):
            assert tiebreak(*reading).code in (0, 3)
        assert tiebreak(*RUN, "--no-resume").code in (0, 3)  # another session is no trouble
    assert tiebreak(*add).code == 0
    assert tiebreak(*RUN).code in (0, 3)


async def test_a_run_keeps_others_off_its_session_until_it_is_killed(tmp_path: Path) -> None:
    async with ModelServer() as server:
        model_workspace(tmp_path, server.base_url, "stall_head", "stall_head", cases=3)
        run = ("run", "-d", "questions", "-a", "a", "-b", "b")
        process = await asyncio.create_subprocess_exec(
            *COMMAND, *run, cwd=tmp_path, env=environment(tmp_path), stdout=DEVNULL, stderr=DEVNULL
        )
        await asyncio.wait_for(server.called.wait(), 30)
        refused = await run_process(tmp_path, *run)
        assert (refused.code, refused.out) == (4, "")
        assert f"another process ({process.pid} on " in refused.err
        process.kill()
        await process.wait()
        server.script(*["normal?words=3"] * 6)
        assert (await run_process(tmp_path, *run)).code == 3  # its gate asks for votes
