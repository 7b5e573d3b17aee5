"""Checks that await something outside: real programs, a real helper process, a real server behind LiteLLM."""

import asyncio
import json
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tiebreak.checks import Answer, AwaitedCheck, Checker, check_kinds, parse_check
from tiebreak.errors import NotTrustedError
from tiebreak.records import Case, CheckResult, CheckSpec, Policy
from tiebreak.session.outside import WorkspaceOutside, require_trust
from tiebreak.targets.apps.permit import Permit
from tiebreak.targets.litellm_lane.shared import Helper

CASE = Case(id="c", input="Where is my order?")


@asynccontextmanager
async def outside(folder: Path, *, trusted: bool = True, **environ: str) -> AsyncGenerator[WorkspaceOutside]:
    everything = {"PATH": os.environ["PATH"], **environ}
    opened = WorkspaceOutside(Permit(folder, lambda _: trusted), everything, Helper.of(everything))
    try:
        yield opened
    finally:
        await opened.close()


async def judged(world: WorkspaceOutside, params: dict[str, Any], answer: Answer, case: Case = CASE) -> CheckResult:
    checker = Checker(Policy(name="p", checks=(parse_check(params),)), world)
    assert checker.results(case, answer.response) == []
    (result,) = await checker.awaited(case, answer.response)
    return result


def command(*words: str, **more: Any) -> dict[str, Any]:
    return {"kind": "command", "command": list(words), **more}


@pytest.mark.parametrize("kind", ["command", "python"])
async def test_each_kind_keeps_the_promise_of_its_example(kind: str, tmp_path: Path) -> None:
    check = check_kinds()[kind]
    assert issubclass(check, AwaitedCheck)
    for name, text in check.example.files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    async with outside(tmp_path) as world:
        params = {"kind": kind, **check.example.params}
        results = [await judged(world, params, said, check.example.case) for said in check.example.answers]
    assert [result.status for result in results] == ["pass", "fail"]


@pytest.mark.parametrize(
    ("script", "status", "detail"),
    [
        ("exit 0", "pass", ""),
        ("echo; echo ' too rude '; exit 1", "fail", "too rude"),
        ("echo trouble >&2; exit 2", "error", "the command ended with exit code 2: trouble"),
        ("kill -9 $$", "error", "the command ended with signal 9"),
        ("sleep 600 & sleep 600", "error", "The command did not end within 0.3 s."),
        ("head -c 3000000 /dev/zero; exit 1", "fail", "\0" * 200),
    ],
)
async def test_the_exit_code_of_a_command_is_its_verdict(script: str, status: str, detail: str, tmp_path: Path) -> None:
    seconds = 0.3 if "sleep" in script else 30.0
    async with outside(tmp_path) as world:
        params = {"kind": "command", "shell": True, "command": script, "seconds": seconds}
        result = await judged(world, params, Answer(text="hi"))
    assert (result.status, result.detail) == (status, detail)


async def test_a_command_sees_the_answer_or_everything(tmp_path: Path) -> None:
    async with outside(tmp_path) as world:
        text = await judged(world, command("grep", "-qx", "half ? of ünï"), Answer(text="half \udc80 of ünï"))
        save = {"kind": "command", "shell": True, "command": "cat > seen.json", "input": "json"}
        whole = await judged(world, save, Answer(text="hi \udc80", calls=(("find", "{}"),)))
        missing = await judged(world, command("no-such-program"), Answer(text="hi"))
    assert text.status == "pass", text
    assert whole.status == "pass"
    seen = json.loads((tmp_path / "seen.json").read_text())
    assert seen["case"]["input"] == "Where is my order?"
    assert (seen["response"]["text"], seen["response"]["tool_calls"][0]["name"]) == ("hi \udc80", "find")
    assert (missing.status, missing.detail) == ("error", "The command cannot be started: No such file or directory.")


FUNCTIONS = """
import asyncio, os, time

def yes(case, response): return response["text"] == "yes" and case["id"] == "c"
async def later(case, response):
    await asyncio.sleep(0)
    return 0.7
def scored(case, response): return {"value": 0.7, "detail": "quite good"}
def raises(case, response): raise KeyError("nothing")
def strange(case, response): return "yes"
def too_much(case, response): return 7
def dies(case, response): os._exit(3)
def hangs(case, response): time.sleep(600)
class Judge:
    async def __call__(self, case, response): return True
judge = Judge()
"""


@pytest.mark.parametrize(
    ("name", "more", "status", "value", "detail"),
    [
        ("yes", {}, "pass", 1.0, ""),
        ("later", {"at_least": 0.5}, "pass", 0.7, "0.7, at least 0.5 asked for"),
        ("scored", {}, "fail", 0.7, "quite good"),
        ("judge", {}, "pass", 1.0, ""),
        ("raises", {}, "error", None, "The function mine:raises failed: KeyError: 'nothing' (mine.py, line 9)."),
        ("strange", {}, "error", None, "the function gave “yes”; true, false or a number from 0 to 1 is asked for"),
        ("too_much", {}, "error", None, "the function gave 7; true, false or a number from 0 to 1 is asked for"),
        ("dies", {}, "error", None, "The function mine:dies ended with exit code 3, and wrote nothing to stderr."),
        ("hangs", {"seconds": 0.2}, "error", None, "The function mine:hangs did not end within 0.2 s."),
    ],
)
async def test_what_a_function_says(
    name: str, more: dict[str, Any], status: str, value: float | None, detail: str, tmp_path: Path
) -> None:
    (tmp_path / "mine.py").write_text(FUNCTIONS)
    async with outside(tmp_path) as world:
        result = await judged(world, {"kind": "python", "callable": f"mine:{name}", **more}, Answer(text="yes"))
    assert (result.status, result.value, result.detail) == (status, value, detail)


async def test_a_function_that_died_is_started_again(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "import os\ndef judge(case, response):\n    return True if response['text'] == 'fine' else os._exit(1)\n"
    )
    params = {"kind": "python", "callable": "mine:judge"}
    async with outside(tmp_path) as world:
        said = [(await judged(world, params, Answer(text=text))).status for text in ("fine", "die", "fine")]
    assert said == ["pass", "error", "pass"]


async def test_a_function_that_cannot_be_loaded_is_told(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("import nothing_like_it\n")
    async with outside(tmp_path) as world:
        result = await judged(world, {"kind": "python", "callable": "mine:judge"}, Answer(text="x"))
    assert result.status == "error"
    assert "The function mine:judge cannot be started: ModuleNotFoundError" in result.detail


async def test_nothing_runs_without_trust(tmp_path: Path) -> None:
    touch = command("touch", str(tmp_path / "ran"))
    spec: CheckSpec = parse_check(touch)
    with pytest.raises(NotTrustedError, match="The check “command” would run code of this workspace: touch"):
        require_trust([spec], Permit(tmp_path, lambda _: False))
    async with outside(tmp_path, trusted=False) as world:
        result = await judged(world, touch, Answer(text="x"))
        function = await judged(world, {"kind": "python", "callable": "mine:judge"}, Answer(text="x"))
    assert [one.status for one in (result, function)] == ["error", "error"]
    assert "nobody allowed touch" in result.detail
    assert not (tmp_path / "ran").exists()


async def test_broken_answers_ask_nobody_and_fail(tmp_path: Path) -> None:
    from dataclasses import replace

    async with outside(tmp_path) as world:
        checker = Checker(Policy(name="p", checks=(parse_check(command("true")),)), world)
        broken = replace(Answer(text="half").response, status="truncated", fault="target")
        assert not checker.open(CASE, broken)
        assert [result.status for result in checker.results(CASE, broken)] == ["fail"]


# -- moderation


class ModerationServer:
    """Speaks OpenAI's moderation call: what holds “hurt” is violent."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str] = []

    async def __aenter__(self) -> str:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in head.splitlines()[1:])}
        asked = json.loads(await reader.readexactly(int(fields["content-length"])))
        self.asked.append(asked)
        self.keys.append(fields.get("authorization", ""))
        score = 0.93 if "hurt" in asked["input"] else 0.01
        status, said = (
            "200 OK",
            {
                "id": "m-1",
                "model": asked["model"],
                "results": [
                    {
                        "flagged": score > 0.5,
                        "categories": {"violence": score > 0.5, "hate": False},
                        "category_scores": {"violence": score, "hate": 0.02},
                        "category_applied_input_types": {"violence": ["text"], "hate": ["text"]},
                    }
                ],
            },
        )
        if "break" in asked["input"]:
            status, said = "400 Bad Request", {"error": {"message": "no such model", "type": "invalid_request_error"}}
        body = json.dumps(said).encode()
        writer.write(
            f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
            f"connection: close\r\n\r\n".encode()
            + body
        )
        await writer.drain()
        writer.close()


async def test_a_moderation_model_is_asked_through_litellm(tmp_path: Path) -> None:
    check = check_kinds()["moderation"]
    passes, fails = check.example.answers
    server = ModerationServer()
    async with server as url, outside(tmp_path, MY_KEY="sesame-123456") as world:
        place = {"kind": "moderation", "base_url": url, "api_key_env": "MY_KEY"}
        params = {**place, **check.example.params}
        assert (await judged(world, params, passes)).status == "pass"
        failed = await judged(world, params, fails)
        flagged = await judged(world, place, fails)
        unknown = await judged(world, {**params, "categories": ["spite"]}, passes)
        broken = await judged(world, params, Answer(text="break"))
    assert (failed.status, failed.detail) == ("fail", "violence: 0.93, 0.2 allowed")
    assert (flagged.status, flagged.detail) == ("fail", "flagged for “violence”")
    assert (unknown.status, unknown.detail) == ("error", "the model has no score for “spite”")
    assert broken.status == "error"
    assert "no such model" in broken.detail
    assert server.asked[0] == {"input": passes.text, "model": "omni-moderation-latest"}
    assert set(server.keys) == {"Bearer sesame-123456"}


async def test_a_missing_key_is_why_there_is_no_verdict(tmp_path: Path) -> None:
    async with outside(tmp_path) as world:
        result = await judged(world, {"kind": "moderation"}, Answer(text="hi"))
    assert result.status == "error"
    assert "OPENAI_API_KEY" in result.detail
