"""What is said of models and fingerprints that changed in mid-session. Their names are outside text."""

from collections.abc import Iterator

from tiebreak.gates.wording import plural
from tiebreak.records import ROLES
from tiebreak.records.policies import SIDES
from tiebreak.records.served import ModelChange, Served
from tiebreak.scoreboard.snapshot import Snapshot

VEILED = "One side is served by another model, or another version of it, than it began with."
"""All that is said while the sides are sealed: the names, the cases and how many would tell the side."""


def model_words(served: Served, noun: str = "answer") -> list[str]:
    """`served model changed after case 41: x → y (12 answers)`, each change once."""
    return [_change(one, noun) for one in served.models]


def fingerprint_words(served: Served, noun: str = "answer") -> list[str]:
    """`x answered under 2 system fingerprints: fp_1 (30 answers), fp_2 (12)`, each model once."""
    told: list[str] = []
    for one in served.fingerprints:
        (first, answers), *rest = one.fingerprints
        names = ", ".join((f"{first} ({plural(answers, noun)})", *(f"{name} ({count})" for name, count in rest)))
        told.append(f"{one.model or 'the model'} answered under {len(one.fingerprints)} system fingerprints: {names}")
    return told


def changed_models(snapshot: Snapshot) -> Iterator[str]:
    """Which side was served by another model, from when on, and how often; a sentence each."""
    for role in ROLES:
        if role in snapshot.served:
            yield from (f"{SIDES[role]}: {told}." for told in model_words(snapshot.served[role]))


def changed_fingerprints(snapshot: Snapshot) -> Iterator[str]:
    """Which side's model changed under the same name; a sentence each, to be said quietly."""
    for role in ROLES:
        if role in snapshot.served:
            yield from (f"{SIDES[role]}: {told}." for told in fingerprint_words(snapshot.served[role]))


def veiled_words(snapshot: Snapshot) -> str:
    """What a session tells to whom its sides are sealed; empty where no model changed."""
    return VEILED if any(served.models for served in snapshot.served.values()) else ""


def _change(one: ModelChange, noun: str) -> str:
    place = f"after case {one.case - 1}" if one.case > 1 else "at case 1"
    return f"served model changed {place}: {one.before} → {one.now} ({plural(one.answers, noun)})"
