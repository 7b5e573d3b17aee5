"""What changed between two sessions, and why quality moved: the pure record and its sentences."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tiebreak.compare import Comparison
from tiebreak.compare.wiring import Change
from tiebreak.datasets.comparing import DatasetDiff
from tiebreak.gates.wording import plural
from tiebreak.records import SessionRole
from tiebreak.records.policies import SIDES
from tiebreak.reports.words import change, interval, p_value, share, win_interval
from tiebreak.scoreboard import Snapshot, WinRate

TOUCHES = {
    "prompt": "prompt",
    "parameters": "parameters",
    "target": "model or target",
    "deadlines": "deadlines",
    "price": "price",
    "retries": "retries",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Two sessions, the earlier one first. Changes are what the later one has instead."""

    before: str
    after: str
    """The ids of the sessions."""
    configs: Mapping[SessionRole, tuple[Change, ...]]
    dataset: DatasetDiff
    policy: tuple[Change, ...]
    plan: tuple[Change, ...]
    """Seed, segment, planned cases, blind or open."""
    win_rates: tuple[WinRate, WinRate]
    segments: Mapping[str, tuple[WinRate | None, WinRate | None]]
    gates: Mapping[str, tuple[str | None, str | None]]
    """Gate → its status in each, where that differs."""
    candidates: Comparison | None
    """The later candidate held against the earlier one, on the cases that both answered."""
    baselines: Comparison | None
    """The same of the baselines, where they are other runs."""
    not_compared: str = ""
    """Why the candidates are not."""


def gates_of(before: Snapshot, after: Snapshot) -> dict[str, tuple[str | None, str | None]]:
    """Gates whose status differs."""
    old, new = ({gate.key: str(gate.status) for gate in snapshot.gates} for snapshot in (before, after))
    return {key: (old.get(key), new.get(key)) for key in {**old, **new} if old.get(key) != new.get(key)}


def segments_of(before: Snapshot, after: Snapshot) -> dict[str, tuple[WinRate | None, WinRate | None]]:
    names = sorted({**before.segments, **after.segments})
    return {name: (before.segments.get(name), after.segments.get(name)) for name in names}


def parts_changed(moved: Moved) -> list[str]:
    """What of the setting differs, in a few words each, such as `the prompt of B`."""
    told = [
        f"the {TOUCHES.get(part, part)} of {SIDES[role]}"
        for role, changes in moved.configs.items()
        for part in dict.fromkeys(one.field.partition(".")[0] for one in changes)
    ]
    if not moved.dataset.same:
        told.append("the dataset")
    if moved.policy:
        told.append("the policy")
    return told


def sentences(moved: Moved) -> Iterator[str]:
    """Why quality moved, as far as that can be said: what changed, what moved, and how sure either is."""
    parts = parts_changed(moved)
    if not parts:
        yield "Nothing changed but the session: whatever moved is chance, another order, or other votes."
    elif len(parts) == 1:
        yield (
            f"Only {parts[0]} changed: what moved beyond chance comes of that, unless a provider changed a model "
            "meanwhile or others voted."
        )
    else:
        yield f"{len(parts)} things changed: {', '.join(parts)}. No figure tells which of them moved it."
    old, new = moved.win_rates
    if old.n and new.n:
        yield (
            f"B's win rate: {share(old.mean)} ({win_interval(old)}, n {old.n}) before, "
            f"{share(new.mean)} ({win_interval(new)}, n {new.n}) after."
        )
        if moved.configs.get("baseline"):
            yield "The baseline is another one, so the two win rates do not measure the same."
    yield from _of_candidates(moved)
    yield from _of_segments(moved)


def _of_candidates(moved: Moved) -> Iterator[str]:
    found = moved.candidates
    if found is None:
        yield moved.not_compared
        return
    success = found.measure("success")
    if success is not None:
        yield (
            f"Answers of B that succeed: {share(success.baseline)} before, {share(success.candidate)} after "
            f"({change(success.unit, success.difference.mean)}, {interval(success.unit, success)}, "
            f"p {p_value(success.p)}) on {plural(success.n, 'case')}."
        )
    worse = [measure.name for measure in found.regressed]
    better = [m.name for m in found.measures if m.verdict == "better" and m.unit in ("share", "score")]
    if worse:
        yield f"Worse beyond chance: {', '.join(worse)}."
    if better:
        yield f"Better beyond chance: {', '.join(better)}."
    if not worse and not better:
        yield "No measure of quality moved beyond chance."
    yield from (f"Compared all the same: {differs.sentence}." for differs in found.overridden)


def _of_segments(moved: Moved) -> Iterator[str]:
    for name, (old, new) in moved.segments.items():
        if old is None or new is None or not old.n or not new.n:
            continue
        (old_low, old_high), (new_low, new_high) = old.interval, new.interval
        if new_high < old_low or new_low > old_high:
            way = "down" if new_high < old_low else "up"
            yield f"Segment “{name}” went {way}: {share(old.mean)} before, {share(new.mean)} after."


def flat_changes(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[Change, ...]:
    """The entries that differ."""
    names: Sequence[str] = sorted({**before, **after})
    return tuple(
        Change(field=name, before=before.get(name), after=after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    )
