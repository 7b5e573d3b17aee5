"""From a judge's reply to what it says: one place is read, and nothing is searched for."""

import json
from typing import NoReturn

from tiebreak.judge.forms import Form, Told, Unreadable
from tiebreak.judge.framing import Marks

MAX_REPLY = 100_000
"""Characters; more is no judgement but a runaway."""
_FENCE = "```"


def read_block(reply: str, marks: Marks, form: Form) -> Told:
    """The verdict from the one block that ends the reply and bears the nonce.

    Around the block, and around the JSON in it, may stand a Markdown fence, which many models cannot help.

    Raises:
        Unreadable: where the block is missing, stands twice, is followed by something, or holds anything else.
    """
    text = _bounded(reply).rstrip()
    if text.endswith(f"\n{_FENCE}"):
        text = text.removesuffix(_FENCE).rstrip()
    if text.count(marks.opening) > 1 or text.count(marks.closing) > 1:
        raise Unreadable("There is more than one verdict.")
    before, opened, rest = text.partition(marks.opening)
    if not opened:
        raise Unreadable("The reply holds no verdict block of this call.")
    if before and not before.endswith("\n"):
        raise Unreadable("The verdict block does not begin a line.")
    if not rest.endswith(marks.closing):
        raise Unreadable("The reply does not end with its verdict block.")
    return form.told(_json(_unfenced(rest.removesuffix(marks.closing))))


def read_schema(reply: str, marks: Marks, form: Form) -> Told:
    """The verdict from a reply that is one JSON object, as a provider enforces it, with the nonce as `token`.

    Raises:
        Unreadable: for any other reply.
    """
    data = _json(_bounded(reply))
    if not isinstance(data, dict) or "token" not in data:
        raise Unreadable("The reply does not bear the token of this call.")
    fields = {str(name): value for name, value in data.items()}
    if fields.pop("token") != marks.nonce:
        raise Unreadable("The reply bears another token than that of this call.")
    return form.told(fields)


def _bounded(reply: str) -> str:
    if not reply.strip():
        raise Unreadable("The reply is empty.")
    if len(reply) > MAX_REPLY:
        raise Unreadable(f"The reply is longer than {MAX_REPLY:,} characters.")
    return reply


def _unfenced(text: str) -> str:
    text = text.strip()
    if text.startswith(_FENCE) and text.endswith(_FENCE) and "\n" in text:
        return text.partition("\n")[2].removesuffix(_FENCE).strip()
    return text


def _json(text: str) -> "dict[str, object] | list[object] | str | float | None":
    """JSON without what readers disagree on: keys that stand twice, NaN, infinities.

    Raises:
        Unreadable: for anything else.
    """
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except Unreadable:
        raise
    except (ValueError, RecursionError):
        raise Unreadable("The verdict is no JSON.") from None


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise Unreadable("A key of the verdict stands twice.")
    return fields


def _no_number(word: str) -> NoReturn:
    raise Unreadable(f"{word} is no number.")
