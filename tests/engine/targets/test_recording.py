import io
import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from support.answers import Answer, ask, builder_for
from tiebreak.errors import IncompleteError, RateLimitError, RecordingError, ServerError, WorkspaceError
from tiebreak.records import Config, Cost, Price, RecordingTarget, Response, Usage
from tiebreak.targets.base import Request
from tiebreak.targets.chunks import decode_chunks
from tiebreak.targets.events import Finish, FirstToken, ReasoningDelta, TextDelta, UsageEvent
from tiebreak.targets.limiter import LimiterPool
from tiebreak.targets.open import open_target
from tiebreak.targets.recording import RecordedTarget
from tiebreak.targets.recording_file import RecordingWriter, hash_of

HEADER = {"recording": 1, "notice": "Written for the tests.", "price": {"input": 1.0, "output": 2.0}}
TEXT = "Your refund of 12.50 was sent on Monday; it takes three working days to arrive.\n\n- order 7\n- order 8"
LINE = {
    "case": "c1",
    "text": TEXT,
    "ttft": 0.4,
    "tokens_per_second": 50,
    "usage": {"prompt_tokens": 100, "completion_tokens": 25},
    "model": "demo-1",
}


def write(folder: Path, *lines: Mapping[str, object] | str) -> Path:
    path = folder / "answers.jsonl"
    texts = [line if isinstance(line, str) else json.dumps(line) for line in (HEADER, *lines)]
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return path


async def replay(
    path: Path, case: str = "c1", *, speed: float = 0.0, sample: int = 0, price: Price | None = None
) -> Answer:
    target = RecordedTarget(path, speed=speed, price=price)
    return await ask(target, Request(case_id=case, messages=(), sample=sample))


async def test_a_text_and_a_pace_become_a_stream(tmp_path: Path) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    target = RecordedTarget(write(tmp_path, LINE), sleep=sleep)
    answer = await ask(target, Request(case_id="c1", messages=()))
    deltas = [event for event in answer.events if isinstance(event, TextDelta)]
    assert answer.text == TEXT
    assert 15 <= len(deltas) <= 40
    assert answer.events[0] == FirstToken(0.4)
    assert [delta.at for delta in deltas] == sorted({delta.at for delta in deltas})
    assert deltas[-1].at == pytest.approx(0.4 + 25 / 50)
    assert answer.events[-1] == Finish(deltas[-1].at, "stop", served_model="demo-1")
    assert max(slept) == pytest.approx(0.9, abs=0.1)
    assert answer.response is not None
    assert answer.response.tokens_per_second == pytest.approx(50)


async def test_the_same_recording_replays_the_same_at_any_speed(tmp_path: Path) -> None:
    path = write(tmp_path, {**LINE, "ttft": 0.001, "tokens_per_second": 50_000})
    real, quick, again, instant = [await replay(path, speed=speed) for speed in (1.0, 10.0, 1.0, 0.0)]
    assert real.events == quick.events == again.events
    assert len(instant.events) < len(real.events)
    assert instant.text == real.text
    assert real.response is not None
    assert instant.response is not None
    assert instant.response.timings == real.response.timings


async def test_recorded_chunks_keep_their_times_and_kinds(tmp_path: Path) -> None:
    chunks = [[0.2, "hm ", "reasoning"], [0.3, "Hel"], [0.35, "lo"]]
    path = write(tmp_path, {"case": "c1", "chunks": chunks, "cost_usd": 0.5, "refusal": True})
    answer = await replay(path, speed=1000)
    assert answer.events == [
        FirstToken(0.2),
        ReasoningDelta(0.2, "hm "),
        TextDelta(0.3, "Hel"),
        TextDelta(0.35, "lo"),
        UsageEvent(0.35, Usage(), Cost(usd=0.5, source="recorded")),
        Finish(0.35, "stop", refusal=True),
    ]


async def test_cost_comes_from_the_config_the_line_or_the_header(tmp_path: Path) -> None:
    path = write(tmp_path, LINE, {**LINE, "case": "c2", "cost_usd": 7.0})
    told = [await replay(path), await replay(path, "c2"), await replay(path, "c2", price=Price(input=0.0, output=4.0))]
    costs = [answer.response.cost for answer in told if answer.response]
    assert [cost.usd for cost in costs] == [pytest.approx(150 / 1e6), 7.0, pytest.approx(100 / 1e6)]
    assert [cost.source for cost in costs] == ["recorded", "recorded", "config"]
    assert [answer.response.usage.source for answer in told if answer.response] == ["recorded"] * 3


async def test_recorded_failures_fail_again(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        {"case": "limited", "error": {"code": "rate_limit", "message": "Slow down.", "status": 429}},
        {"case": "odd", "text": "so far", "error": {"code": "no such code", "message": "?"}},
        {"case": "cut", "text": "so far", "finish": None},
    )
    limited, odd, cut = [await replay(path, case) for case in ("limited", "odd", "cut")]
    assert isinstance(limited.error, RateLimitError)
    assert (limited.error.status, limited.events) == (429, [])
    assert isinstance(odd.error, ServerError)
    assert isinstance(cut.error, IncompleteError)
    assert odd.text == cut.text == "so far"


async def test_tool_calls_and_samples(tmp_path: Path) -> None:
    call = {"id": "a", "name": "refund", "arguments": "{}"}
    path = write(tmp_path, {**LINE, "sample": 1}, {"case": "c1", "tool_calls": [call], "finish": "tool_calls"})
    tool, second = await replay(path), await replay(path, sample=1)
    assert tool.response is not None
    assert [c.name for c in tool.response.tool_calls] == ["refund"]
    assert tool.response.status == "ok"
    assert second.text == TEXT
    third = await replay(path, sample=2)
    assert isinstance(third.error, RecordingError)
    assert "sample 2" in str(third.error)


async def test_an_unknown_case_is_an_error_that_names_it(tmp_path: Path) -> None:
    answer = await replay(write(tmp_path, LINE), "c99")
    assert isinstance(answer.error, RecordingError)
    assert "'c99'" in str(answer.error)


@pytest.mark.parametrize(
    ("line", "place", "words"),
    [
        ("{nonsense", ":2", "not JSON"),
        ("[1]", ":2", "not a JSON object"),
        ({"text": "x"}, ":2: case", "by id"),
        ({"case": "a", "sample": -1}, ":2: sample", "from 0 up"),
    ],
)
def test_malformed_lines_are_refused_with_their_place(tmp_path: Path, line: object, place: str, words: str) -> None:
    path = write(tmp_path, line if isinstance(line, str) else json.dumps(line))
    with pytest.raises(WorkspaceError) as caught:
        RecordedTarget(path)
    assert caught.value.where == f"{path}{place}"
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"txt": "x"}, ":2: txt"),
        ({"ttft": "soon"}, ":2: ttft"),
        ({"ttft": -1}, "must not be negative"),
        ({"text": "a", "chunks": [[0.1, "a"]]}, "either text or chunks"),
        ({"chunks": [[0.2, "a"], [0.1, "b"]]}, "backwards"),
        ({"error": {"code": "x"}}, ":2: error.message"),
    ],
)
async def test_a_line_that_says_nonsense_fails_its_own_case_with_its_place(
    tmp_path: Path, fields: dict[str, object], words: str
) -> None:
    path = write(tmp_path, {"case": "bad", **fields}, LINE)
    answer = await replay(path, "bad")
    assert isinstance(answer.error, RecordingError)
    assert words in str(answer.error)
    assert (await replay(path)).error is None


def test_files_that_are_no_recording(tmp_path: Path) -> None:
    missing = tmp_path / "missing.jsonl"
    empty = tmp_path / "empty.jsonl"
    empty.write_text("\n")
    other = tmp_path / "other.jsonl"
    other.write_text('{"case": "c1"}\n')
    newer = tmp_path / "newer.jsonl"
    newer.write_text('{"recording": 2}\n')
    twice = write(tmp_path, LINE, LINE)
    for path, words in (
        (missing, "cannot be read"),
        (tmp_path, "cannot be read"),
        (empty, "empty"),
        (other, ":1: recording"),
        (newer, "format 2"),
        (twice, "already recorded in line 2"),
    ):
        with pytest.raises(WorkspaceError, match=words):
            RecordedTarget(path)


def test_a_byte_order_mark_and_crlf_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "windows.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(HEADER).encode() + b"\r\n\r\n" + json.dumps(LINE).encode())
    target = RecordedTarget(path)
    assert (target.case_ids, target.notice) == ({"c1"}, "Written for the tests.")


async def test_the_identity_follows_the_content(tmp_path: Path) -> None:
    first = RecordedTarget(write(tmp_path, LINE))
    same = RecordedTarget(write(tmp_path, LINE), speed=0)
    changed = RecordedTarget(write(tmp_path, {**LINE, "text": "other"}))
    assert first.identity == same.identity != changed.identity
    assert (await ask(changed, Request(case_id="c1", messages=()))).text == "other"


async def test_a_recording_that_is_edited_while_it_is_in_use_is_refused_and_not_replayed(tmp_path: Path) -> None:
    path = write(tmp_path, LINE, {**LINE, "case": "c2"})
    target = RecordedTarget(path, speed=0)
    whole = path.read_bytes()
    other = whole.replace(TEXT[:5].encode(), TEXT[:5].upper().encode())  # of the same length
    assert len(other) == len(whole)
    assert other != whole
    path.write_bytes(other)
    os.utime(path, ns=(1, 1))
    edited = await ask(target, Request(case_id="c1", messages=()))
    assert isinstance(edited.error, RecordingError)
    assert "changed while it was in use" in str(edited.error)
    assert edited.text == ""
    path.write_bytes(whole)  # put back, under another time of change
    assert (await ask(target, Request(case_id="c2", messages=()))).text == TEXT


def test_only_the_content_that_was_set_down_is_opened(tmp_path: Path) -> None:
    path = write(tmp_path, LINE)
    content = hash_of(path)
    assert RecordedTarget(path, sha256=content).identity["sha256"] == content
    path.write_text(path.read_text() + "\n")
    with pytest.raises(WorkspaceError, match="not the one that was set down") as refused:
        RecordedTarget(path, sha256=content)
    assert refused.value.path == str(path)
    with pytest.raises(WorkspaceError, match="cannot be read"):
        hash_of(tmp_path / "missing.jsonl")


async def test_what_is_written_replays_as_it_was(tmp_path: Path) -> None:
    likely = {**LINE, "reasoning": "Let me see.", "logprobs": [-0.5, 0]}
    source = write(tmp_path, likely, {"case": "c2", "text": "so far", "finish": None})
    copy = tmp_path / "copy.jsonl"
    originals = [await replay(source, case, speed=1000) for case in ("c1", "c2")]
    stream = io.BytesIO()
    writer = RecordingWriter(stream, notice="copied")
    for answer, case in zip(originals, ("c1", "c2"), strict=True):
        builder = builder_for(Request(case_id=case, messages=()))
        for event in answer.events:
            builder.add(event)
        response: Response = builder.fail(answer.error) if answer.error else builder.finish()
        assert len(decode_chunks(builder.chunks())) > 1
        writer.write(response, builder.chunks())
    copy.write_bytes(stream.getvalue())
    for answer, case in zip(originals, ("c1", "c2"), strict=True):
        again = await replay(copy, case, speed=1000)
        assert [e.logprobs for e in again.events if isinstance(e, Finish)] == ([(-0.5, 0.0)] if case == "c1" else [])
        assert [type(event) for event in again.events] == [type(event) for event in answer.events]
        assert again.text == answer.text
        assert [e.at for e in again.events] == pytest.approx([e.at for e in answer.events], abs=1e-4)
        assert type(again.error) is type(answer.error)


async def test_open_target_finds_the_recording_beside_the_config(tmp_path: Path) -> None:
    write(tmp_path, LINE)
    config = Config(name="demo", target=RecordingTarget(path="answers.jsonl", speed=0))
    target = open_target(config, base_dir=tmp_path, environ={}, limiters=LimiterPool())
    assert (await ask(target, Request(case_id="c1", messages=()))).text == TEXT
    assert target.requested_model is None
    await target.close()
