from datetime import UTC, datetime

import pytest

from tiebreak.errors import RateLimitError, RequestError, ServerError, TargetError, UnknownModelError
from tiebreak.redaction import Redactor
from tiebreak.targets.failures import Refusals, retry_after
from tiebreak.targets.providers import Endpoint

NOW = datetime(2026, 5, 1, 12, 0, 0, tzinfo=UTC)
ENDPOINT = Endpoint(provider=None, model="m", url="https://models.example/v1", asked="m")


def error(status: int, body: bytes, content_type: str = "application/json") -> TargetError:
    refusals = Refusals(ENDPOINT, Redactor(["sentinel-key"]), lambda: NOW)
    return refusals.from_reply(status, {"Content-Type": content_type}, body)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "3"}, 3.0),
        ({"Retry-After": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "Retry-After": "1"}, 0.25),
        ({"Retry-After": "Fri, 01 May 2026 12:00:10 GMT"}, 10.0),
        ({"Retry-After": "Fri, 01 May 2026 11:00:00 GMT"}, 0.0),
        ({"Retry-After": "-4"}, 0.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "inf"}, None),
        ({}, None),
    ],
)
def test_retry_after_in_each_form(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, NOW) == seconds


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"error": {"message": "in an error object"}}', "in an error object."),
        (b'{"error": "a plain string"}', "a plain string."),
        (b'{"message": "at the top"}', "at the top."),
        (b'{"detail": "as FastAPI says it"}', "as FastAPI says it."),
        (b'{"detail": [{"loc": ["body", "seed"], "msg": "not a number"}]}', "body.seed: not a number."),
        (b"not JSON at all", "not JSON at all."),
        (b"", "(500)."),
        (b"[]", "(500)."),
        (b'{"error": null}', "(500)."),
        (b'{"error": {"message": "your key sentinel-key is wrong"}}', "your key [redacted] is wrong."),
    ],
)
def test_a_servers_words_are_found_in_each_form(body: bytes, words: str) -> None:
    found = error(500, body)
    assert isinstance(found, ServerError)
    assert found.message.endswith(words)


def test_a_web_page_is_not_quoted() -> None:
    assert error(502, b"<html>Bad gateway</html>", "text/html").message == "models.example failed (502)."


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, RequestError),
        (413, RequestError),
        (422, RequestError),
        (408, ServerError),
        (503, ServerError),
        (404, UnknownModelError),
        (302, UnknownModelError),
        (204, UnknownModelError),
        (429, RateLimitError),
    ],
)
def test_each_status_has_its_class(status: int, kind: type[TargetError]) -> None:
    found = error(status, b"{}")
    assert type(found) is kind
    assert found.status == status
    assert found.hint


def test_a_model_that_is_refused_with_another_status_is_still_unknown() -> None:
    assert type(error(400, b'{"error": {"message": "x", "code": "model_not_found"}}')) is UnknownModelError


def test_words_that_leave_the_key_out_end_as_a_sentence_does() -> None:
    body = b'{"error": {"message": "Incorrect API key provided: ", "code": "invalid_api_key"}}'
    said = error(401, body).message
    assert said.endswith("Incorrect API key provided."), said
