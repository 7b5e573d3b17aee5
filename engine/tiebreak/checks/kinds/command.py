from dataclasses import dataclass
from typing import ClassVar, Literal

from tiebreak.checks.base import AwaitedCheck, CheckUnavailable, Example, Outside, Verdict
from tiebreak.checks.request import as_request
from tiebreak.records import Case, Response

LONGEST_DETAIL = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(AwaitedCheck):
    """A program of your own judges the answer, which it finds on its standard input: exit code 0 passes, 1 fails.

    What it prints first is the reason shown. Any other exit code, a signal, or no end within `seconds` is an error of
    the check: the answer neither passes nor fails. It runs in the workspace's folder, once `tiebreak trust` allowed it.
    `command` is a list of words or, with `shell: true`, one line in quotes. With `input: json` it is given the case and
    the whole response instead.
    """

    kind: ClassVar[str] = "command"
    example: ClassVar[Example] = Example(
        params={"command": ["grep", "-qi", "refund"]}, passes="Your refund is on its way.", fails="No."
    )

    command: tuple[str, ...] | str
    shell: bool = False
    input: Literal["text", "json"] = "text"
    seconds: float = 10.0

    def __post_init__(self) -> None:
        words = (self.command,) if isinstance(self.command, str) else self.command
        if isinstance(self.command, str) != self.shell:
            raise ValueError("`command` is a list of words; a line of the shell is one text and needs `shell: true`.")
        if not words or not words[0].strip():
            raise ValueError("The command is empty.")
        if any("\0" in word for word in words):
            raise ValueError("The command holds a NUL character.")
        if not 0 < self.seconds <= 600:
            raise ValueError("`seconds` is more than 0, and at most 600.")

    async def judge(self, case: Case, response: Response, outside: Outside, /) -> Verdict:
        text = response.text.encode("utf-8", "replace")
        given = text if self.input == "text" else as_request(case, response)
        ran = await outside.run(self.command, given, self.seconds)
        said = _first_line(ran.stdout) or _first_line(ran.stderr)
        if ran.code not in (0, 1):
            how = f"signal {-ran.code}" if ran.code < 0 else f"exit code {ran.code}"
            raise CheckUnavailable(f"the command ended with {how}{f': {said}' if said else ''}")
        return Verdict.of(ran.code == 0, said or "the command says no")


def _first_line(output: bytes) -> str:
    lines = (line.strip() for line in output.decode("utf-8", "replace").splitlines())
    return next((line for line in lines if line), "")[:LONGEST_DETAIL]
