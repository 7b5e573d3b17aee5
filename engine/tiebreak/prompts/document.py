"""A prompt as one text that a person edits: each part under a heading of its own, `=== system ===`."""

import re
from typing import get_args

from tiebreak.errors import PromptError
from tiebreak.records import Message, Prompt
from tiebreak.records.cases import Role

ROLES_OF_MESSAGES: tuple[Role, ...] = get_args(Role)
QUOTE = 40
"""Characters of a line that an error quotes."""
_HEADING = re.compile(r"=== (\w+) ===\s*")
_MISTAKEN = re.compile(rf"={{3,}}\s*[^\s=].*|[#=]+\s*(?:{'|'.join(ROLES_OF_MESSAGES)})\s*[:=]*\s*", re.IGNORECASE)
"""A line that is likely meant as a heading, such as `== user ==` or `# system`. Other lines with `#` are Markdown."""
_QUOTED = re.compile(rf"\\*(?:===|{_MISTAKEN.pattern}$)", re.IGNORECASE)
"""A line that would be taken for a heading, or for the quoting of one."""


def written_prompt(prompt: Prompt) -> str:
    """The parts of a prompt under their headings. What looks like a heading, also like a mistaken one, is quoted with a
    backslash."""
    if prompt.messages:
        parts = [(message.role, message.content) for message in prompt.messages]
    else:
        parts = [("system", prompt.system or ""), ("user", prompt.user or "")]
    return "".join(f"=== {role} ===\n{_quoted(text)}\n" for role, text in parts)


def read_prompt(text: str, like: Prompt) -> Prompt:
    """The prompt in an edited text, of the kind of the one that it was: a conversation, or `system` and `user`.

    Raises:
        PromptError: with the line, for text outside of a heading, a heading that is none, or one given twice.
    """
    parts: list[tuple[Role, list[str]]] = []
    for number, line in enumerate(text.removesuffix("\n").split("\n"), 1):
        heading = _HEADING.fullmatch(line)
        if heading is not None:
            parts.append((_role(heading[1], number), []))
        elif _MISTAKEN.fullmatch(line):
            hint = f"A heading is a line such as `=== user ===`; write `\\{_briefly(line)}` for text."
            raise _refused(number, f"“{_briefly(line)}” is no heading.", hint)
        elif parts:
            parts[-1][1].append(line[1:] if line.startswith("\\") and _QUOTED.match(line) else line)
        elif line.strip():
            told = f"“{_briefly(line)}” stands before the first heading."
            raise _refused(number, told, "Begin with a line `=== system ===`.")
    found: list[tuple[Role, str]] = [(role, "\n".join(lines)) for role, lines in parts]
    if like.messages:
        if not found:
            raise _refused(1, "No message is left.", "Begin with a line `=== user ===`.")
        return Prompt(messages=tuple(Message(role=role, content=content) for role, content in found))
    wrong = next((role for role, _ in found if role not in ("system", "user")), None)
    if wrong is not None:
        raise _refused(None, f"This prompt has `system` and `user`, and no `{wrong}`.", None)
    if len(dict(found)) < len(found):
        raise _refused(None, "A heading is given twice.", "Keep one of the two.")
    texts = dict(found)
    return Prompt(system=texts.get("system") or None, user=texts.get("user") or None)


def _quoted(text: str) -> str:
    return "\n".join(f"\\{line}" if _QUOTED.match(line) else line for line in text.split("\n"))


def _briefly(line: str) -> str:
    return f"{line[:QUOTE]}…" if len(line) > QUOTE else line.rstrip()


def _role(word: str, line: int) -> Role:
    if word not in ROLES_OF_MESSAGES:
        raise _refused(line, f"“{word}” is no part of a prompt.", f"Parts are {', '.join(ROLES_OF_MESSAGES)}.")
    return word


def _refused(line: int | None, problem: str, hint: str | None) -> PromptError:
    place = f"Line {line}: " if line is not None else ""
    return PromptError(f"{place}{problem}", hint=hint, field="prompt", line=line, problem=problem)
