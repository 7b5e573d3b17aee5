"""Runs a pattern of a user on a text, to an end in any case: a process of its own that the kernel ends.

Python's `re` can take for ever on some answers, holds every other thread up meanwhile and hears no Ctrl-C. So patterns
run in a small helper process, one for each thread that asks. It sets itself a limit of processor time, which a busy
machine does not use up, and dies of it; the next question starts another one. What it finds is what `re` finds.
"""

import json
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable
from typing import cast

from tiebreak.checks.base import CheckUnavailable
from tiebreak.checks.words import shown

SECONDS = 1.0
"""Of processor time, for one pattern on one answer. An ordinary one takes a thousandth of it."""

TOO_MUCH = 3
"""Exit code of a helper that ran out of memory."""

# Sent as text, so that no import of ours slows its start: it is there within 30 ms, or 120 on a busy machine.
_HELPER = """
import json, re, signal, sys
seconds, too_much = float(sys.argv[1]), int(sys.argv[2])
questions, answers = sys.stdin.buffer, sys.stdout.buffer
for line in questions:
    pattern, text, every = json.loads(line)
    found, problem = None, None
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        compiled = re.compile(pattern)
        if every:
            found = compiled.findall(text)
        else:
            one = compiled.search(text)
            found = one and one.group()
    except (re.error, OverflowError) as error:
        problem = str(error)
    except (MemoryError, RecursionError):
        sys.exit(too_much)
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    answers.write(json.dumps([found, problem]).encode() + b"\\n")
    answers.flush()
"""


class _Helper:
    """The process of one thread; it ends with the thread, or with its standard input."""

    def __init__(self) -> None:
        # A session of its own: Ctrl-C is for the one who asks, and finds an answer waiting.
        self.process = subprocess.Popen(  # noqa: S603 - our own interpreter with our own text
            [sys.executable, "-I", "-S", "-c", _HELPER, str(SECONDS), str(TOO_MUCH)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.end: Callable[[], object] = weakref.finalize(self, _ended, self.process)

    def ask(self, question: bytes) -> bytes | None:
        """The answer; None where the process ended instead."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        whole = False
        try:
            self.process.stdin.write(question)
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
            whole = answer.endswith(b"\n")
        except BrokenPipeError:
            pass
        finally:
            # Also where Ctrl-C came in between: what it says then would be taken for the answer to the next question.
            if not whole:
                self.end()
        return answer if whole else None  # pyright: ignore[reportPossiblyUnboundVariable]


class _OfThread(threading.local):
    helper: _Helper | None = None


_of_thread = _OfThread()


def first_match(pattern: str, text: str) -> str | None:
    """What the pattern finds first; None where it finds nothing.

    Raises:
        CheckUnavailable: where that takes too long or too much memory, for what is no pattern, and where the helper
            was ended from outside.
    """
    return cast("str | None", _asked(pattern, text, every=False))


def all_matches(pattern: str, text: str) -> list[str]:
    """What the one group of the pattern, or all of it, finds wherever it does; see `first_match`."""
    return cast("list[str]", _asked(pattern, text, every=True))


def _asked(pattern: str, text: str, *, every: bool) -> object:
    question = json.dumps([pattern, text, every]).encode() + b"\n"
    helper = _of_thread.helper
    if helper is None or helper.process.poll() is not None:
        helper = _of_thread.helper = _Helper()
    answer = helper.ask(question)
    if answer is None:
        _of_thread.helper = None
        raise CheckUnavailable(_why_ended(pattern, helper.process.returncode))
    found, problem = cast("tuple[object, str | None]", json.loads(answer))
    if problem is not None:
        raise CheckUnavailable(f"{shown(pattern)} is no pattern: {problem}")
    return found


def _why_ended(pattern: str, code: int) -> str:
    """What the end of a helper says of its pattern, if anything."""
    if code == -signal.SIGVTALRM:
        return (
            f"the pattern {shown(pattern)} takes more than {SECONDS:g} s on this answer: write it so that no two parts "
            "of it can match the same text, or make repeats possessive (`\\w++`)"
        )
    if code == TOO_MUCH:
        return f"the pattern {shown(pattern)} takes more memory on this answer than there is"
    how = f"by signal {-code}" if code < 0 else f"with code {code}"
    return f"the process that ran the pattern {shown(pattern)} was ended {how}; scoring again makes up for it"


def _ended(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            try:
                pipe.close()
            except BrokenPipeError:
                continue  # a question was still on its way
    process.wait()
