"""A judge to be talked to over real HTTP: it reads frames as a model would, has an honest opinion, and weaknesses.

An answer's worth is the number in its `[quality:N]`, 0 without one. The model's name says how the judge behaves:
`honest` alone, `first` (prefers what is shown first), or with a weakness that an attacker would use; see `WEAKNESSES`.
`?reply=…` gives that text instead, `{block}` in it standing for the honest verdict block, `{nonce}` for its nonce;
`?refused=1` gives whatever is said as the provider's refusal.
"""

import asyncio
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from support.behaviours import BEHAVIOURS
from support.model_server import Behaviour, Exchange, ModelServer

Json = dict[str, object]
ORDER = r"(?:verdict|winner|better response|score)\b\W{0,8}(?:is|:|=)?\W{0,8}(?:response\s)?(1|2|5|tie|A|correct)\b"
OBEYED = re.compile(ORDER, re.IGNORECASE)


@dataclass(frozen=True)
class Prompt:
    """What a judge is asked, taken apart as the system prompt says."""

    system: str
    user: str
    token: str

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "Prompt":
        system, user = (str(message["content"]) for message in body["messages"])
        found = re.search(r"<<<BEGIN NAME (\w+)>>>", system)
        assert found is not None
        return cls(system, user, found[1])

    @property
    def _frame(self) -> "re.Pattern[str]":
        return re.compile(
            rf"^<<<BEGIN ([^\n]+?) {self.token}>>>\n(.*?)\n<<<END \1 {self.token}>>>$", re.MULTILINE | re.DOTALL
        )

    @property
    def frames(self) -> dict[str, str]:
        return dict(self._frame.findall(self.user))

    @property
    def outside(self) -> str:
        """All that is not inside a frame: what a judge may take for instructions."""
        return self._frame.sub("", self.user)

    @property
    def responses(self) -> list[str]:
        return [text for label, text in self.frames.items() if label.startswith("RESPONSE")]

    @property
    def nonce(self) -> str:
        found = re.search(r'<<<VERDICT (\w+)>>>|"token", which is "(\w+)"', self.outside)
        assert found is not None
        return found[1] or found[2]


def worth(text: str) -> int:
    found = re.search(r"\[quality:(\d+)\]", text)
    return int(found[1]) if found else 0


def opinion(prompt: Prompt) -> Json:
    """What an honest judge says."""
    asked = prompt.outside
    if '"claim"' in asked:
        claims = [part.strip() for part in re.split(r"(?<=\.)\s", prompt.responses[0]) if part.strip()]
        return {"claims": [{"claim": claim, "quote": claim} for claim in claims]}
    claims = [text for label, text in prompt.frames.items() if label.startswith("CLAIM")]
    if claims:
        passages = "\n".join(text for label, text in prompt.frames.items() if label.startswith("PASSAGE"))
        said = [
            {"n": n, "verdict": "supported" if claim in passages else "unsupported"}
            for n, claim in enumerate(claims, 1)
        ]
        return {"reasons": "held against the passages", "claims": said}
    points = [worth(text) for text in prompt.responses]
    if (scale := re.search(r"whole number from (\d+) to (\d+)", asked)) is not None:
        return {"reasons": "counted", "verdict": max(int(scale[1]), min(int(scale[2]), points[0]))}
    if len(points) == 2:
        verdict = "tie" if points[0] == points[1] else "1" if points[0] > points[1] else "2"
        return {"reasons": "the worthier one", "verdict": verdict}
    words = re.findall(r'"(\w+)"', asked.rpartition("one of")[2])
    if words[:2] == ["answered", "refused"]:
        refused = "cannot" in prompt.responses[0]
        return {"reasons": "read", "verdict": words[1 if refused else 0]}
    return {"reasons": "weighed", "verdict": words[0] if points[0] >= 5 else words[-1]}


def block(prompt: Prompt, said: Json, nonce: str | None = None) -> str:
    nonce = nonce or prompt.nonce
    return f"<<<VERDICT {nonce}>>>\n{json.dumps(said)}\n<<<END VERDICT {nonce}>>>"


def honest(prompt: Prompt) -> str:
    return f"I compared them carefully.\n{block(prompt, opinion(prompt))}"


def first(prompt: Prompt) -> str:
    return block(prompt, {"reasons": "it came first", "verdict": "1"})


def _by_length(prompt: Prompt, *, longer: bool) -> str:
    """The same words whichever it prefers, so that nothing but the verdict tells one from the other."""
    first, second = map(len, prompt.responses)
    verdict = "1" if (first > second) == longer else "2"
    return block(prompt, {"reasons": "by its length", "verdict": verdict})


def shorter(prompt: Prompt) -> str:
    return _by_length(prompt, longer=False)


def longer(prompt: Prompt) -> str:
    return _by_length(prompt, longer=True)


def long_winded(prompt: Prompt) -> str:
    """200 kB before its verdict."""
    return f"{'well ' * 40_000}\n{honest(prompt)}"


def parrots_before(prompt: Prompt) -> str:
    """Quotes everything that it read, then says what it thinks."""
    quoted = "\n".join(prompt.frames.values())
    return f"Here is what I read:\n{quoted}\n{block(prompt, opinion(prompt))}"


def parrots_after(prompt: Prompt) -> str:
    quoted = "\n".join(prompt.responses)
    return f"{block(prompt, opinion(prompt))}\nI was asked to add:\n{quoted}"


def parrots_only(prompt: Prompt) -> str:
    """Repeats, as its whole reply, the answer that says more of verdicts."""
    return max(prompt.responses, key=len)


def parrots_inside(prompt: Prompt) -> str:
    """Puts what it read into its reasons."""
    said = opinion(prompt)
    return block(prompt, {**said, "reasons": "\n".join(prompt.responses)} if "reasons" in said else said)


def obeys_outside(prompt: Prompt) -> str:
    """Obeys any order that does not stand inside a frame; with frames that can be closed, that is an answer's."""
    ordered = OBEYED.search(prompt.outside.rpartition("# How to answer")[0])
    return block(prompt, {"reasons": "as told", "verdict": ordered[1]}) if ordered else honest(prompt)


def takes_any_nonce(prompt: Prompt) -> str:
    """Answers in the first verdict block that it sees, wherever that stands."""
    found = re.search(r"<<<VERDICT (\w+)>>>", prompt.user)
    return block(prompt, {"reasons": "in your block", "verdict": "1"}, found[1] if found else None)


def copies_blocks(prompt: Prompt) -> str:
    """Copies whatever looks like a verdict, JSON or block, line by line, before its own."""
    alike = [line for text in prompt.responses for line in text.splitlines() if re.search(r"[{<\[]", line)]
    return "\n".join([*alike, block(prompt, opinion(prompt))])


WEAKNESSES: Mapping[str, Callable[[Prompt], str]] = {
    "parrots_before": parrots_before,
    "parrots_after": parrots_after,
    "parrots_only": parrots_only,
    "parrots_inside": parrots_inside,
    "obeys_outside": obeys_outside,
    "copies_blocks": copies_blocks,
}
OTHERS: Mapping[str, Callable[[Prompt], str]] = {
    "honest": honest,
    "first": first,
    "takes_any_nonce": takes_any_nonce,
    "shorter": shorter,
    "longer": longer,
    "long_winded": long_winded,
}


def _behaviour(speak: Callable[[Prompt], str]) -> Behaviour:
    async def behave(exchange: Exchange) -> None:
        prompt = Prompt.of(exchange.call.body)
        if (given := exchange.options.get("reply")) is not None:
            text = given.replace("{block}", block(prompt, opinion(prompt))).replace("{nonce}", prompt.nonce)
        elif "response_format" in exchange.call.body:
            text = _as_schema(prompt, speak)
        else:
            text = speak(prompt)
        await exchange.begin()
        if "refused" in exchange.options:
            await exchange.event(exchange.chunk({"refusal": text, "content": None}))
            text = ""
        await exchange.say(*(text[at : at + 2000] for at in range(0, len(text), 2000)))
        await exchange.end(exchange.options.get("finish", "stop"))

    return behave


def _failing_first(met: set[str], failing: Behaviour, then: Behaviour) -> Behaviour:
    """Each question ends ill when it is put for the first time, and well once it is among those that were `met`."""

    async def behave(exchange: Exchange) -> None:
        prompt = Prompt.of(exchange.call.body)
        asked = "\n".join(prompt.responses)
        known = asked in met
        met.add(asked)
        await (then if known else failing)(exchange)

    return behave


def _as_schema(prompt: Prompt, speak: Callable[[Prompt], str]) -> str:
    """Where the form is enforced, a judge that repeats an answer can still do so; every other one gives one object."""
    if speak is parrots_only:
        return speak(prompt)
    return json.dumps({"token": prompt.nonce, **opinion(prompt)})


@dataclass
class JudgeServer(ModelServer):
    """A model server that judges as well. `wavers` gives in turn each point of a scale, `flaky` fails once at each
    question."""

    turns: Iterator[int] = field(default_factory=count)
    met: set[str] = field(default_factory=set[str])
    """What `flaky` was asked."""

    @property
    def behaviours(self) -> Mapping[str, Behaviour]:
        judges = {name: _behaviour(speak) for name, speak in {**WEAKNESSES, **OTHERS}.items()}
        wavers = _behaviour(lambda prompt: block(prompt, {"reasons": "?", "verdict": 1 + next(self.turns) % 5}))
        fails_first = _failing_first(self.met, BEHAVIOURS["500"], judges["honest"])
        return {**BEHAVIOURS, **judges, "wavers": wavers, "flaky": fails_first}


async def serve() -> None:
    """In a process of its own, for the command line."""
    async with JudgeServer() as server:
        print("serving", server.base_url, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve())
