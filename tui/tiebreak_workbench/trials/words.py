"""What is said before and after asking beside sessions; the same words in both front ends."""

from collections.abc import Sequence

from tiebreak.amounts import money
from tiebreak.gates.wording import percent, plural, spent
from tiebreak.stats.intervals import clopper_pearson
from tiebreak.triage.shrinking import words_of
from tiebreak_workbench.trials.bisecting import Bisection, BisectPlan
from tiebreak_workbench.trials.findings import Bisected, Finding
from tiebreak_workbench.trials.rerunning import AGAIN, Rerun, RerunPlan
from tiebreak_workbench.trials.shrinking import ShrinkPlan, Shrunk
from tiebreak_workbench.trials.trials import TrialLimits, TrialProgress


def announcement(
    what: str,
    calls: int,
    usd_a_call: float | None,
    limits: TrialLimits,
    typical: int | None = None,
    *,
    limit_name: str = "",
) -> str:
    """What is about to be asked, and what that costs at most; `limit_name` is how the limit of calls is set here."""
    if limits.offline:
        return f"{what}: nothing is asked, only answers that are there are looked at."
    limited = calls if limits.max_calls is None else min(calls, limits.max_calls)
    words = f"at most {plural(f'{limited:,}', 'call')}"
    if typical is not None and typical < limited:
        words = f"{plural(f'{typical:,}', 'call')} where one change alone is the cause, {words}"
    if limited < calls:
        named = f"{limit_name}; " if limit_name else ""
        words += f" ({named}at worst it would take {calls:,})"
    cost = "of unknown cost" if usd_a_call is None else f"{money(usd_a_call * limited)} at most"
    if limits.max_cost is not None:
        cost += f", and no call beyond {money(limits.max_cost)}"
    known = "" if limits.fresh else " What was asked before is not asked again."
    return f"{what}: {words}; {cost}.{known}"


def used(at: TrialProgress) -> str:
    """`27 calls, 9 answers that were there; $0.012`."""
    parts = plural(f"{at.calls:,}", "call")
    if at.known:
        parts += f", {plural(f'{at.known:,}', 'answer')} that {'was' if at.known == 1 else 'were'} there"
    return f"{parts}; {spent(at.usd, at.unknown, 'answer')}"


def share(count: int, of: int) -> str:
    """`3 of 5 (15 % to 95 %)`: with the exact interval."""
    if not of:
        return "not asked"
    low, high = clopper_pearson(count, of)
    return f"{count} of {of} ({percent(low)} to {percent(high)})"


# -- asking again


def rerun_what(plan: RerunPlan) -> str:
    return f"{plural(len(plan.cases), 'case')} to “{plan.config.name}”, {plural(plan.times, 'answer')} each"


def rerun_counts(done: Rerun) -> str:
    """`2 fixed, 1 still failing`."""
    return ", ".join(f"{len(done.of(verdict))} {words}" for verdict, words in AGAIN.items() if done.of(verdict))


def rerun_worth(done: Rerun) -> str:
    """What so many answers can tell."""
    times = done.plan.times
    low, _ = clopper_pearson(times, times)
    told = f"A case that passes {times} of {times} may still fail in up to {percent(1 - low)} of its answers (95 %)."
    if times == 1:
        told = "One answer cannot tell flaky from broken; five can tell more."
    if done.plan.same:
        told += " The config is unchanged, so a case that does now what it did not before is flaky."
    elif times > 1 or done.of("fixed"):
        told += " Cases chosen for having failed pass in part by chance."
    if done.plan.beyond:
        told += f" {beyond_words(done.plan.beyond)}"
    return f"{told} {plural(len(done.cases), 'case')} asked beside the session: nothing of it counts there."


def beyond_words(names: Sequence[str]) -> str:
    """Of checks that fail in recorded answers and cannot be put to new ones."""
    shown = f"{', '.join(names[:3])}{f' and {len(names) - 3} more' if names[3:] else ''}"
    fails, which, them = ("fail", "are", "them") if names[1:] else ("fails", "is", "it")
    return f"{shown} {fails} in recorded answers and {which} no check here: new answers are not put to {them}."


# -- bisecting


def bisect_what(plan: BisectPlan) -> str:
    hunks = plural(len(plan.difference.hunks), "change")
    cases = plural(len(plan.cases), "case")
    return f"{hunks} between A and B, {cases}, {plural(plan.times, 'answer')} of each to a prompt"


def bisect_verdict(found: Bisection) -> str:
    match found.ending:
        case "found":
            return "Found: this change makes it fail."
        case "interaction":
            return "Found: these changes make it fail together, and not one without the others."
        case "not_reproduced":
            return "Not reproduced: B's prompt does not fail clearly more often than A's."
        case _ if found.found:
            return "Not finished. The smallest change so far that makes it fail:"
        case _:
            return "Not finished."


def bisect_evidence(found: Bisection, times: int) -> Sequence[str]:
    """Sentences on how often each prompt fails, what is left open, and what it took. `why` is outside text."""
    sides = (("A", found.a), ("B", found.b))
    ends = [f"{side}'s prompt fails {share(one.fails, one.of)}" for side, one in sides if one.of]
    told = [f"{', '.join(ends)}."] if ends else []
    if found.found and found.with_only is not None:
        told.append(f"A's with these changes alone fails {share(found.with_only.fails, found.with_only.of)}.")
    if found.found and found.without is not None:
        told.append(f"B's without them fails {share(found.without.fails, found.without.of)}.")
    if (without := found.without) is not None and found.found and 2 * without.fails >= without.of:
        told.append("So something else in the change does it as well: mend this, then bisect again.")
    if found.settled not in (None, "words") and found.found:
        told.append("They could still be smaller: the search did not get to single words.")
    if found.why:
        told.append(found.why)
    invalid = f", {found.invalid} of them could not be made or were refused" if found.invalid else ""
    told.append(f"{plural(found.tried, 'prompt')}{invalid}; {used(found.progress)}.")
    if times == 1:
        told.append("One answer to each prompt cannot tell a flaky case from a broken one; three can tell more.")
    return told


# -- shrinking


def shrink_what(plan: ShrinkPlan) -> str:
    if plan.offline:
        return "Shrinking against recorded answers: no model is asked."
    return f"Shrinking {plural(words_of(plan.case), 'word')}"


def shrink_told(shrunk: Shrunk) -> str:
    """What came of it, in a line. `why` is outside text."""
    match shrunk.ending:
        case "not_reproduced":
            head = "Not shrunk: asked again, the bad side does not fail, or the good one does not pass."
        case "as_small_as_it_gets" if shrunk.untried:
            head = "Not shrunk: of no smaller cut is it known that it fails."
        case "as_small_as_it_gets":
            head = "Not shrunk: whatever is left out, it does not fail any more."
        case _ if shrunk.smaller:
            head = f"Shrunk from {shrunk.words_before} to {plural(shrunk.words_after, 'word')}."
            if shrunk.words_after == 1:
                head += " One word alone fails, so it may fail whatever is asked: the whole question may tell more."
        case _:
            head = "Not shrunk."
    them = "it" if shrunk.untried == 1 else "them"
    untried = f" {plural(shrunk.untried, 'cut')} could not be tried: no answer to {them} is recorded."
    untried = untried if shrunk.untried else ""
    why = f" {shrunk.why}" if shrunk.why else ""
    return f"{head}{why}{untried} {plural(shrunk.tried, 'cut')} looked at; {used(shrunk.progress)}."


# -- what was found before


def unread_words(count: int) -> str:
    """What is said of findings that cannot be read."""
    was = "was" if count == 1 else "were"
    return f"{plural(count, 'finding')} of asking again or bisecting {was} kept by another version and cannot be read."


def finding_head(finding: Finding) -> str:
    """What was found, in a line without its time."""
    if isinstance(finding, Bisected):
        also = f" ({plural(len(finding.cases), 'case')} together)" if len(finding.cases) > 1 else ""
        return f"bisected{also}: {bisect_verdict(finding.found)}"
    told = f"asked again of “{finding.config}”: {AGAIN[finding.verdict]}, {finding.passes} of {finding.of} pass"
    return f"{told}; fails {', '.join(finding.failing)}" if finding.failing else told
