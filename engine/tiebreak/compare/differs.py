"""What makes two runs incomparable: numbers of other questions, or made another way, show no effect of the change."""

from collections.abc import Collection, Iterable, Mapping
from typing import Literal, NamedTuple, get_args

from tiebreak.compare.side import Side
from tiebreak.errors import UsageError

Kind = Literal["dataset", "samples", "parameters", "checks", "judge"]
KINDS: tuple[Kind, ...] = get_args(Kind)


class Differs(NamedTuple):
    kind: Kind
    sentence: str


def differences(a: Side, b: Side) -> list[Differs]:
    """What differs and must not, as far as it is known before the outcomes are read.

    Sampling parameters may be what is tried out. They count as a difference only where the prompt or the target changed
    too: then nobody could tell which of the changes did it.
    """
    found: list[Differs] = []
    if a.dataset_hash != b.dataset_hash:
        versions = f"{a.dataset} {_short(a.dataset_hash)} against {b.dataset} {_short(b.dataset_hash)}"
        found.append(Differs("dataset", f"other versions of the dataset: {versions}"))
    if a.run.samples != b.run.samples:
        found.append(Differs("samples", f"{a.run.samples} against {b.run.samples} samples a case"))
    else_changed = (a.config.target, a.config.prompt) != (b.config.target, b.config.prompt)
    if dict(a.config.parameters) != dict(b.config.parameters) and else_changed:
        told = f"{_listed(a.config.parameters)} against {_listed(b.config.parameters)}"
        found.append(Differs("parameters", f"other parameters, beside another prompt or target: {told}"))
    if a.judge != b.judge:
        found.append(Differs("judge", f"other judges: {_short(a.judge)} against {_short(b.judge)}"))
    return found


def of_checks(other_versions: Mapping[str, int]) -> list[Differs]:
    """Checks that go by one id and were put in different versions; `other_versions` counts the cases of each."""
    return [
        Differs("checks", f"other versions of the check “{check_id}” in {n} cases")
        for check_id, n in sorted(other_versions.items())
    ]


def refuse(found: Iterable[Differs], allow: Collection[str]) -> None:
    """
    Raises:
        UsageError: where something differs that is not allowed, and for an unknown word in `allow`.
    """
    if unknown := sorted(set(allow) - set(KINDS)):
        raise UsageError(f"“{unknown[0]}” cannot be allowed to differ.", hint=f"Known are {', '.join(KINDS)}.")
    wrong = [differs for differs in found if differs.kind not in allow]
    if wrong:
        told = "; ".join(differs.sentence for differs in wrong)
        flags = " ".join(f"--allow {kind}" for kind in dict.fromkeys(differs.kind for differs in wrong))
        hint = f"Run both alike; or add {flags}, which the result will show."
        raise UsageError(f"The two runs cannot be compared: {told}.", hint=hint)


def _short(version: str | None) -> str:
    return "none" if version is None else version[:8]


def _listed(parameters: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in sorted(parameters.items())) or "none"
