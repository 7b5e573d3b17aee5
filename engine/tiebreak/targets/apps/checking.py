"""What the types of an app target do not say."""

import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from tiebreak.records import AppFields, AppTarget, CommandTarget, HttpTarget, PythonTarget

VARIABLE = re.compile(r"\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))")
"""`$NAME` or `${NAME}` in a header."""
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_SECRET_HEADER = re.compile(r"auth|key|token|secret|cookie|password", re.IGNORECASE)
_CALLABLE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")
MOST_AT_ONCE = 64


class Slip(NamedTuple):
    """What is wrong with a target; no value is repeated that may be a key by mistake."""

    field: str
    message: str
    hint: str | None = None
    key: str | None = None
    """Of a mapping in that field, such as the name of a header."""


def slip_in(target: AppTarget) -> Slip | None:
    """The first thing that keeps a target from being used, if there is one."""
    match target:
        case HttpTarget():
            found = _in_address(target.url) or _in_headers(target.headers)
        case CommandTarget():
            found = _in_command(target)
        case PythonTarget():
            found = _in_callable(target)
    return found or _in_fields(target.fields)


def variables_in(headers: Mapping[str, str]) -> list[str]:
    """The environment variables that headers name."""
    return [braced or bare for value in headers.values() for braced, bare in VARIABLE.findall(value)]


def _in_address(url: str) -> Slip | None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        parts, usable = SplitResult("", "", "", "", ""), False
    if "@" in parts.netloc:
        return Slip("url", "The address holds a user or a password.", "Send them in a header, as $NAME.")
    if not usable or any(character <= " " for character in url) or parts.fragment:
        return Slip("url", "This is not an address.", "It should look like http://localhost:8000/answer.")
    return None


def _in_headers(headers: Mapping[str, str]) -> Slip | None:
    for name, value in headers.items():
        if not _HEADER.fullmatch(name):
            return Slip("headers", f"“{name}” is not the name of a header.", key=name)
        if not value.isprintable():
            return Slip("headers", f"The header “{name}” holds a line end or a control character.", key=name)
        if _SECRET_HEADER.search(name) and not VARIABLE.search(value):
            message = f"The header “{name}” looks like a key, and configs are kept with every session."
            hint = "Put it into an environment variable, and write $NAME here."
            return Slip("headers", message, hint, key=name)
    return None


def _in_command(target: CommandTarget) -> Slip | None:
    command = target.command
    if isinstance(command, str) != target.shell:
        if target.shell:
            return Slip("command", "With `shell` the command is one text.", 'Such as "./answer.sh | jq .".')
        return Slip("command", "The command is a list of words.", "For a line of the shell write `shell: true` too.")
    words = (command,) if isinstance(command, str) else command
    if not words or not words[0].strip():
        return Slip("command", "The command is empty.")
    if any("\0" in word for word in words):
        return Slip("command", "The command holds a NUL character.")
    return _in_concurrency(target.concurrency)


def _in_callable(target: PythonTarget) -> Slip | None:
    if not _CALLABLE.fullmatch(target.callable):
        return Slip("callable", "This does not name a function.", "Write module:name, such as app.desk:answer.")
    if target.python is not None and (not target.python.strip() or "\0" in target.python):
        return Slip("python", "This is not the path of an interpreter.", "Such as .venv/bin/python.")
    return _in_concurrency(target.concurrency)


def _in_concurrency(number: int) -> Slip | None:
    if not 1 <= number <= MOST_AT_ONCE:
        return Slip("concurrency", f"This is a number from 1 to {MOST_AT_ONCE}.")
    return None


def _in_fields(fields: AppFields) -> Slip | None:
    if not fields.text and not fields.tool_calls and not fields.tool_call:
        return Slip("fields", "Neither text nor tool calls are looked for, so no answer is ever found.")
    return None
