"""What a session settled as rows for training with TRL: preferences, single judgments, preferred answers.

An answer stands under what it was given for: the messages of the case as its config's prompt made them. Where one
prompt stands for two answers, it is what both were asked.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import takewhile

from tiebreak.errors import PromptError
from tiebreak.gates.wording import plural
from tiebreak.prompts import PromptRenderer
from tiebreak.records import ROLES, Case, Config, Message, Response, SessionRole
from tiebreak_store import StoredSession
from tiebreak_workbench.exports.settled import Row, Settled, as_rows, settled

Messages = tuple[Message, ...]


class Asked:
    """What the sides of a session were asked."""

    def __init__(self, stored: StoredSession) -> None:
        imported: set[SessionRole] = {role for role, run in stored.runs.items() if run.origin == "import"}
        self._renderers = {
            role: PromptRenderer(_without_template(config) if role in imported else config)
            for role, config in stored.configs.items()
        }
        templates = {stored.configs[role].prompt.user for role in imported}
        self._templated_alike = len(templates) < 2
        self.apart = 0
        """Cases of which `both` had to tell what two different things have in common."""

    def messages(self, role: SessionRole, case: Case) -> Messages:
        """What one side was asked; the case alone, where no prompt of it can be made any more."""
        try:
            return self._renderers[role].render(case)
        except PromptError:
            return case.messages

    def both(self, case: Case) -> Messages:
        """What both sides were asked; where that differs, what they have in common: the case, behind the system prompt
        if that is the same."""
        a, b = (self.messages(role, case) for role in ROLES)
        self.apart += a != b or not self._templated_alike
        if a == b:
            return a
        system = _system(a)
        return (*system, *case.messages[len(_system(case.messages)) :]) if system == _system(b) else case.messages


def dpo(one: Settled, asked: Asked) -> Iterator[Row]:
    """`prompt`, `chosen` and `rejected`, each as messages."""
    pair = _chosen(one)
    if pair is not None:
        chosen, rejected = (_said(one.answers[role]) for role in pair)
        yield {"prompt": as_rows(asked.both(one.case)), "chosen": chosen, "rejected": rejected, "case": one.case.id}


def kto(one: Settled, asked: Asked) -> Iterator[Row]:
    """`prompt`, `completion` and `label`: true for what was preferred; of both bad answers neither was."""
    pair = _chosen(one)
    labelled: Sequence[tuple[SessionRole, bool]] = ()
    if pair is not None:
        labelled = ((pair[0], True), (pair[1], False))
    elif one.better == "both bad":
        labelled = tuple((role, False) for role, response in one.answers.items() if response.text)
    for role, label in labelled:
        prompt, said = as_rows(asked.messages(role, one.case)), _said(one.answers[role])
        yield {"prompt": prompt, "completion": said, "label": label, "case": one.case.id}


def sft(one: Settled, asked: Asked) -> Iterator[Row]:
    """`messages`: what was asked, and the answer that was preferred."""
    pair = _chosen(one)
    if pair is not None:
        messages = [*as_rows(asked.messages(pair[0], one.case)), *_said(one.answers[pair[0]])]
        yield {"messages": messages, "case": one.case.id}


TRAINING: Mapping[str, Callable[[Settled, Asked], Iterator[Row]]] = {"dpo": dpo, "kto": kto, "sft": sft}
"""Rows as TRL takes them. `case` is a column beside its own."""


class TrainingRows:
    """The rows of a session; counts on the way what is to be said of them."""

    def __init__(self, stored: StoredSession, format_: str) -> None:
        self._stored, self._format = stored, format_
        self._asked = Asked(stored)
        self.left_out: Counter[str] = Counter()
        """Cases that gave no row, by the reason."""

    def __iter__(self) -> Iterator[Row]:
        for one in settled(self._stored):
            rows = list(TRAINING[self._format](one, self._asked))
            if not rows:
                textless = one.better in ("A", "B", "both bad") and not _whole(one)
                self.left_out["an answer without text" if textless else one.better] += 1
            yield from rows

    def notes(self) -> tuple[str, ...]:
        """What to know of the rows that were made."""
        if not self._asked.apart:
            return ()
        pairs = plural(self._asked.apart, "pair")
        return (
            f"In {pairs} A and B were asked differently. What both have in common stands as the prompt: the case, and "
            "the system prompt where that is the same. --format kto and sft hold what each answer was given for.",
        )


def _without_template(config: Config) -> Config:
    """An imported config without what its tool calls the prompt: a template in that tool's words, which nobody renders
    here."""
    return replace(config, prompt=replace(config.prompt, user=None))


def _system(messages: Messages) -> Messages:
    """The system messages that stand first."""
    return tuple(takewhile(lambda message: message.role == "system", messages))


def _whole(one: Settled) -> bool:
    return len(one.answers) == len(ROLES) and all(response.text for response in one.answers.values())


def _chosen(one: Settled) -> tuple[SessionRole, SessionRole] | None:
    """The side that was preferred, and the one that it was preferred to."""
    if one.better not in ("A", "B") or not _whole(one):
        return None
    a, b = ROLES
    return (a, b) if one.better == "A" else (b, a)


def _said(response: Response) -> list[Row]:
    return [{"role": "assistant", "content": response.text}]
