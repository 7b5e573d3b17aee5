"""How much of what each side says nothing bears out."""

import pytest

from tiebreak.judge.hallucinations import hallucinations
from tiebreak.records import SessionRole
from tiebreak.records.judges import Claim, Judgment


def said(response: str, hits: int, claims: int) -> Judgment:
    found = [Claim(n=n, text="x", verdict="unsupported" if n <= hits else "supported") for n in range(1, claims + 1)]
    return Judgment(
        id=response, judge_hash="j", session_id="s", case_id=response, kind="faithfulness", response_a=response,
        order="single", status="valid", verdict=hits / claims, prompt_fingerprint=response, seal="", seal_nonce="",
        at="", claims=tuple(found),
    )  # fmt: skip


def test_each_side_has_its_share_with_an_interval_over_answers() -> None:
    counts = [(0, 4), (1, 4), (2, 4), (0, 2), (3, 6), (0, 4), (1, 1), (0, 5)]
    roles: dict[str, SessionRole] = {**{f"a{n}": "baseline" for n in range(8)}, "b": "candidate"}
    judgments = [said(f"a{n}", *count) for n, count in enumerate(counts)]
    a, b = hallucinations([*judgments, said("b", 1, 2)], roles)
    assert (a.role, a.answers, a.claims, a.unsupported) == ("baseline", 8, 30, 7)
    # √(Σ(u − rc)²·G/(G − 1))/Σc with r = 7/30, t of 7 degrees of freedom at 97.5 % = 2.364624
    r = 7 / 30
    se = (sum((u - r * c) ** 2 for u, c in counts) * 8 / 7) ** 0.5 / 30
    assert (a.low, a.high) == pytest.approx((max(0, r - 2.364624 * se), r + 2.364624 * se), abs=1e-6)
    assert (b.role, b.claims, b.unsupported, b.low, b.high) == ("candidate", 2, 1, None, None)


def test_no_hit_at_all_still_has_a_width() -> None:
    roles: dict[str, SessionRole] = {f"a{n}": "baseline" for n in range(20)}
    [a] = hallucinations([said(name, 0, 3) for name in roles], roles)
    assert a.low == 0
    assert a.high == pytest.approx(1 - 0.025 ** (1 / 20))
