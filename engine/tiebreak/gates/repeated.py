"""Planned cases that ask the very same: for a claim about this set they are what the set holds, for one about all cases
like these they are one piece of evidence told twice."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace

from tiebreak.gates.wording import plural
from tiebreak.records import Case, Gate, canonical_json

NAMED = 3
"""Gates that are named."""


def repeated(cases: Iterable[Case]) -> dict[str, str]:
    """Each case that is alike to an earlier one in all that a prompt is made of, with that one. Those of one group are
    alike on purpose, and count as one where that matters."""
    by_input: dict[Hashable, list[Case]] = {}
    for case in cases:
        by_input.setdefault(case.input, []).append(case)
    found: dict[str, str] = {}
    for alike in by_input.values():
        first: dict[str, Case] = {}
        for case in alike if len(alike) > 1 else ():
            earlier = first.setdefault(_asked(case), case)
            if earlier.unit != case.unit:
                found[case.id] = earlier.id
    return found


def repeated_words(gates: Sequence[Gate], cases: Iterable[Case]) -> str:
    """What to know of such cases where gates claim more than this set holds; else empty. Names are outside text."""
    wide = [gate.id for gate in gates if gate.scope != "set" and not gate.zero]
    found: Mapping[str, str] = repeated(cases) if wide else {}
    if not found:
        return ""
    later, earlier = next(iter(found.items()))
    asks, count = ("asks", "counts") if len(found) == 1 else ("ask", "count")
    named = ", ".join(f"“{gate}”" for gate in wide[:NAMED]) + (" and others" if len(wide) > NAMED else "")
    return (
        f"{plural(len(found), 'planned case')} {asks} what an earlier one asks, such as “{later}” and “{earlier}”, and "
        f"{count} again in gates about more than this set ({named}): these are surer than they should be. "
        "Leave such cases out, or give them one `group`, which a mean of a fixed n counts once."
    )


def _asked(case: Case) -> str:
    """All of a case but its id and what a good answer is."""
    bare = replace(
        case, id="", group=None, reference=None, checks=(), accepted=(), relevant=(), points=(), tool_calls=()
    )
    return canonical_json(bare)
