"""The helper process by itself, and what must never happen: network at the start, noise on the screen, a told key."""

import json
import logging
import os
import subprocess
import sys
import traceback
from dataclasses import replace
from pathlib import Path

import pytest

from support.answers import QUESTION, QUICK, ask, open_model
from support.anthropic_server import AnthropicServer
from support.lane import ENVIRON, SENTINEL, Ask, asking_through
from support.model_server import ModelServer
from tiebreak.errors import RequestError
from tiebreak.redaction import Redactor
from tiebreak.targets.litellm_lane.shared import Helper

WATCHED = """
import os, sys
seen = os.open(os.environ["SEEN"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
def watch(event, arguments):
    if event == "socket.connect":
        os.write(seen, f"connect {arguments[1]}\\n".encode())
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        os.write(seen, f"resolve {arguments[0]}\\n".encode())
    elif event == "open" and str(arguments[0]).endswith(".env"):
        os.write(seen, f"open {arguments[0]}\\n".encode())
sys.addaudithook(watch)
from tiebreak.targets.litellm_lane.helper import main
main()
"""
"""The helper, and in a file what it connects to, looks up, and reads by way of `.env`."""


def test_it_starts_without_network_reads_no_dotenv_and_ends_with_its_stdin(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OPENAI_API_KEY=from-a-dotenv-file\n")
    (tmp_path / "litellm.py").write_text("raise SystemExit('taken for LiteLLM')\n")
    seen = tmp_path / "seen"
    run = subprocess.run(
        [sys.executable, "-P", "-c", WATCHED],
        input=b"",
        capture_output=True,
        timeout=180,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "", "SEEN": str(seen)},
    )
    assert (run.returncode, run.stderr.decode(), seen.read_text()) == (0, "", "")
    assert [list(json.loads(line)) for line in run.stdout.splitlines()] == [["ready"]]


@pytest.mark.asyncio(loop_scope="session")
async def test_a_call_leads_to_its_server_and_nowhere_else(
    server: ModelServer, claude: AnthropicServer, tmp_path: Path
) -> None:
    seen = tmp_path / "seen"
    environ = {**ENVIRON, "SEEN": str(seen)}
    async with Helper(environ, Redactor(), command=(sys.executable, "-P", "-c", WATCHED)) as helper:
        ask_watched = asking_through(helper)
        for model in ("normal", "usage_none", "cut", "401"):
            await ask_watched(server.base_url, model)
        for model in ("normal", "thinking", "cut?clean=1", "overloaded"):
            assert (await ask_watched(claude.base_url, f"anthropic/{model}")).response is not None
    ours = {f"connect ('127.0.0.1', {port})" for port in (server.port, claude.port)}
    assert set(seen.read_text().splitlines()) - {"resolve 127.0.0.1"} == ours


@pytest.mark.asyncio(loop_scope="session")
async def test_the_parent_never_imports_litellm(server: ModelServer, through_litellm: Ask) -> None:
    assert (await through_litellm(server.base_url, "normal")).error is None
    assert "litellm" not in sys.modules
    assert "openai" not in sys.modules


@pytest.mark.asyncio(loop_scope="session")
async def test_nothing_reaches_the_terminal(
    server: ModelServer, through_litellm: Ask, capfd: pytest.CaptureFixture[str]
) -> None:
    for model in ("normal", "401", "cut", "malformed", "no-such-behaviour"):
        await through_litellm(server.base_url, model)
    assert tuple(capfd.readouterr()) == ("", "")


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("model", ["401", "500", "cut_head", "cut", "malformed", "stall_head", "not_http", "normal"])
async def test_no_error_log_or_repr_holds_the_key(
    server: ModelServer, helper: Helper, model: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    target = open_model(
        server.base_url, model, lane="litellm", helper=helper, environ=ENVIRON, api_key_env="MY_KEY", deadlines=QUICK
    )
    answer = await ask(target)
    await target.close()
    assert server.calls[0].headers["authorization"] == f"Bearer {SENTINEL}"
    told = [caplog.text, repr(target), repr(vars(target)), repr(target.identity), repr(helper), repr(answer.events)]
    if answer.error is not None:
        told += [str(answer.error), repr(answer.response), "".join(traceback.format_exception(answer.error))]
    assert not [text for text in told if SENTINEL in text]


@pytest.mark.asyncio(loop_scope="session")
async def test_no_key_is_sent_where_none_belongs(server: ModelServer, through_litellm: Ask) -> None:
    await through_litellm(server.base_url, "openai/normal")
    assert server.calls[0].headers["authorization"] == "Bearer none"


@pytest.mark.asyncio(loop_scope="session")
async def test_a_parameter_that_litellm_keeps_for_itself_is_refused(server: ModelServer, helper: Helper) -> None:
    target = open_model(server.base_url, "normal", lane="litellm", helper=helper, environ=ENVIRON)
    error = (await ask(target, replace(QUESTION, parameters={"metadata": {"a": 1}, "seed": 7}))).error
    assert isinstance(error, RequestError)
    assert "LiteLLM refused the request: metadata would steer LiteLLM" in str(error)
    assert (await ask(target, replace(QUESTION, parameters={"seed": 7, "top_k": 3}))).error is None
    assert server.calls[-1].body["seed"] == 7
    await target.close()
