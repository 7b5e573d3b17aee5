"""What an app is sent."""

from collections.abc import Mapping
from urllib.parse import urlencode

import orjson

from tiebreak.errors import RequestError
from tiebreak.records.canonical import canonical_json, plain
from tiebreak.targets.base import Request


def body_of(request: Request) -> Mapping[str, object]:
    """The request that the config's template made, or else Tiebreak's own form: `id`, `sample`, `input`, `messages`
    and `parameters`. `input` is the last thing the user says.
    """
    if request.body is not None:
        return request.body
    said = next((message.content for message in reversed(request.messages) if message.role == "user"), "")
    return {
        "id": request.case_id,
        "sample": request.sample,
        "input": said,
        "messages": plain(request.messages),
        "parameters": plain(request.parameters),
    }


def as_json(request: Request) -> bytes:
    """
    Raises:
        RequestError: for what JSON cannot hold.
    """
    try:
        return orjson.dumps(body_of(request))
    except TypeError:
        raise RequestError(
            "The request cannot be written as JSON: it holds what JSON has no form for.",
            hint="Look for dates, and for half characters (lone surrogates).",
        ) from None


def as_query(request: Request) -> str:
    """As the query of an address: texts and numbers as they are, lists and mappings as JSON.

    Raises:
        RequestError: for what no address can hold.
    """
    body = body_of(request)
    texts = {name: value if isinstance(value, str) else canonical_json(value) for name, value in body.items()}
    try:
        return urlencode(texts)
    except UnicodeEncodeError:
        raise RequestError("The request holds half a character (a lone surrogate).") from None
