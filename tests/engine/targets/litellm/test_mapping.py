"""LiteLLM's shapes as plain JSON, and lines of the protocol; with objects of the same shape, for speed."""

from types import SimpleNamespace as Shape
from typing import Any

import pytest

from tiebreak.targets.litellm_lane.mapping import Fingerprints, chunk_of, error_of, refusal_of, usage_of
from tiebreak.targets.litellm_lane.protocol import LineSplitter, decode, encode
from tiebreak.targets.litellm_lane.refused import refused


def chunk(finish: str | None = None, **delta: Any) -> Any:
    return Shape(choices=[Shape(delta=Shape(**delta), finish_reason=finish)], _hidden_params={}, model="asked")


def test_a_chunk_keeps_what_it_says_and_no_more() -> None:
    assert chunk_of(chunk(content="Hi", role="assistant"), told_finish=False) == {
        "choices": [{"delta": {"content": "Hi"}, "finish_reason": None}]
    }
    assert chunk_of(chunk(content="", role="assistant"), told_finish=False) is None
    assert chunk_of(Shape(choices=[]), told_finish=True) is None


def test_a_finish_reason_counts_only_if_the_provider_told_it() -> None:
    assert chunk_of(chunk("stop", content=None), told_finish=False) is None
    said = chunk_of(chunk("stop", content=None), told_finish=True)
    assert said == {"choices": [{"delta": {}, "finish_reason": "stop"}]}


def test_the_served_model_is_what_the_provider_said_or_nothing() -> None:
    told = chunk(content="Hi")
    assert "model" not in (chunk_of(told, told_finish=False) or {})
    told._hidden_params = {"provider_response_model": "served"}
    assert (chunk_of(told, told_finish=False) or {})["model"] == "served"


def test_a_fingerprint_is_passed_on_once_and_the_providers_own_before_litellms() -> None:
    told = Fingerprints()
    assert told.news(Shape()) is None
    assert told.news(Shape(system_fingerprint="fp_1")) == {"system_fingerprint": "fp_1"}
    assert told.news({"system_fingerprint": "fp_1"}) is None
    assert told.news({"system_fingerprint": "fp_2"}, own=True) == {"system_fingerprint": "fp_2"}
    assert told.news(Shape(system_fingerprint="fp_1")) is None, "which is what LiteLLM remembers"
    assert told.news(Shape(system_fingerprint=None), own=True) is None
    assert told.news(Shape(system_fingerprint=7), own=True) is None


def test_a_refusal_is_taken_from_the_providers_own_chunk() -> None:
    assert refusal_of(chunk(refusal="No.")) == {"choices": [{"delta": {"refusal": "No."}}]}
    assert refusal_of(chunk(content="Yes.")) is None
    assert refusal_of("not a chunk") is None
    assert usage_of(chunk(content="Yes.")) is None


class LiteLlmish(Exception):
    """As LiteLLM's: a status of its own choice, and the original behind it."""

    def __init__(self, message: str, status: int = 500) -> None:
        super().__init__(message)
        self.message = message
        self.status_code = status


LiteLlmish.__module__ = "litellm.exceptions"


class NoCredentialsError(Exception):
    """As botocore's."""


def raised(error: BaseException, cause: BaseException | None = None) -> BaseException:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (LiteLlmish("litellm.AuthenticationError: Missing key", 401), "litellm", "Missing key"),
        (raised(LiteLlmish("litellm.APIConnectionError: x"), ImportError("No module named boto3")), "missing", "x"),
        (raised(LiteLlmish("x"), ConnectionRefusedError(111, "refused")), "connect", "[Errno 111] refused"),
        (raised(LiteLlmish("x"), ConnectionResetError(104, "reset")), "network", "[Errno 104] reset"),
        (raised(LiteLlmish("x"), TimeoutError("slow")), "timeout", "slow"),
        (raised(LiteLlmish("x"), NoCredentialsError("none found")), "litellm", "x"),
        (LiteLlmish("gone\nTraceback (most recent call last):\n  File"), "litellm", "gone"),
        (KeyError("usage"), "litellm", "'usage'"),
    ],
)
def test_errors_are_told_apart_by_what_they_came_from(error: BaseException, kind: str, words: str) -> None:
    told = error_of(error)
    assert (told["kind"], told["words"]) == (kind, words)


def test_an_error_in_mid_stream_is_the_one_it_wraps() -> None:
    wrapper = LiteLlmish("litellm.MidStreamFallbackError: …")
    wrapper.original_exception = LiteLlmish("litellm.BadRequestError: AnthropicException - too long", 400)  # pyright: ignore[reportAttributeAccessIssue] - as LiteLLM does
    assert error_of(wrapper) == {"kind": "litellm", "status": 400, "words": "too long", "body": None, "headers": {}}


@pytest.mark.parametrize("text", ['{"error": {"message": "Ü"}}', 'b\'{"error": {"message": "\\xc3\\x9c"}}\''])
def test_the_servers_own_body_is_found_in_the_message(text: str) -> None:
    told = error_of(LiteLlmish(f"litellm.RateLimitError: AnthropicException - {text}", 429))
    assert told["body"] == {"error": {"message": "Ü"}}


@pytest.mark.parametrize("text", ["{", "b'{", "b'\\xff'", "{}{}", "[1]", "b'[1]'", ""])
def test_a_message_that_only_looks_like_a_body_is_words(text: str) -> None:
    assert error_of(LiteLlmish(text))["body"] is None


def test_retry_after_comes_from_whichever_error_has_it() -> None:
    inner = LiteLlmish("slow down", 429)
    inner.litellm_response_headers = {"retry-after": "7", "x-other": "1"}  # pyright: ignore[reportAttributeAccessIssue] - as LiteLLM does
    assert error_of(raised(LiteLlmish("x", 429), inner))["headers"] == {"Retry-After": "7"}


@pytest.mark.parametrize("message", [{"id": 1, "text": "東京 🦊"}, {"id": 1, "text": "half \ud83e"}, {"a": "\n"}])
def test_a_message_is_one_line_there_and_back(message: dict[str, Any]) -> None:
    line = encode(message)
    assert (line.count(b"\n"), line[-1:]) == (1, b"\n")
    assert decode(line) == message


@pytest.mark.parametrize("line", [b"", b"{", b"[1]", b"\xff"])
def test_what_is_no_message_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        decode(line)


def test_lines_are_cut_wherever_the_pipe_cuts_them() -> None:
    splitter = LineSplitter()
    lines = [line for byte in b'{"a":1}\n{}\n\nx' for line in splitter.feed(bytes([byte]))]
    assert lines == [b'{"a":1}', b"{}", b""]
    assert splitter.feed(b"y\nz\n") == [b"xy", b"z"]


def test_a_config_cannot_steer_litellm() -> None:
    names = [
        "temperature",
        "api_base",
        "aws_secret_access_key",
        "aws_region_name",
        "metadata",
        "mock_response",
        "top_k",
    ]
    assert refused(names, {"metadata"}) == ["api_base", "aws_secret_access_key", "metadata", "mock_response"]
