import pytest

from tiebreak.redaction import REDACTED, Redactor

KEY = "sentinel/Key+0123456789=="


@pytest.mark.parametrize(
    "text",
    [
        f"Incorrect API key provided: {KEY}.",
        f"glued{KEY}glued",
        "https://host/v1?x=sentinel%2FKey%2B0123456789%3D%3D",
        '{"key": "sentinel\\/Key+0123456789=="}'.replace("\\/", "/"),
    ],
)
def test_a_known_secret_goes_wherever_it_stands(text: str) -> None:
    redacted = Redactor([KEY]).redact(text)
    assert "0123456789" not in redacted
    assert REDACTED in redacted


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("proxy http://user:hunter2@proxy.local:3128/ failed", "hunter2"),
        ("Authorization: Bearer abcdef", "abcdef"),
        ("authorization: basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
        ("GET https://host/v1/models?alt=sse&key=short&x=1", "short"),
        ("GET https://host/?access_token=tok_1#top", "tok_1"),
        ('{"api_key": "abc123"}', "abc123"),
        ("x-api-key: abc123", "abc123"),
        ("you sent sk-proj-abcdefghijklmnop1234", "abcdefghijklmnop"),
        ("key AIzaSyA1234567890abcdefghij was refused", "SyA1234567890"),
    ],
)
def test_what_is_shaped_like_a_credential_goes_unasked(text: str, secret: str) -> None:
    assert secret not in Redactor().redact(text)


def test_the_rest_of_the_text_stays() -> None:
    text = "GET https://host/v1?alt=sse&key=abcdef&page=2 by user@example.org: monkey=1, 404"
    assert Redactor(["topsecret"]).redact(text) == text.replace("abcdef", REDACTED)


def test_short_secrets_go_as_whole_words_only_and_the_shortest_not_by_value() -> None:
    redactor = Redactor(["test", "ab", ""])
    assert redactor.redact("test: the latest ab") == f"{REDACTED}: the latest ab"


def test_a_secret_inside_a_longer_secret_leaves_no_rest() -> None:
    assert Redactor(["12345678", "1234567890abc"]).redact("=1234567890abc=") == f"={REDACTED}="


def test_secrets_come_from_the_named_variables_only() -> None:
    redactor = Redactor.from_environ({"A_KEY": "value-of-a", "B": "value-of-b"}, ["A_KEY", "MISSING"])
    assert redactor.redact("value-of-a value-of-b") == f"{REDACTED} value-of-b"
    assert "value-of-a" not in repr(redactor)
