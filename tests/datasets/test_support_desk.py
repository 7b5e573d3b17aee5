"""The bundled sample workspace holds together: quotes, recordings, costs and votes, and it ends as its README says."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

import pytest
import yaml

from tiebreak.checks import checks_for, parse_checks, run_checks
from tiebreak.datasets import load_dataset
from tiebreak.gates import validate_policy
from tiebreak.prompts import PromptRenderer
from tiebreak.records import (
    ROLES,
    VOTES,
    Ballot,
    Case,
    Config,
    Cost,
    Dataset,
    Plan,
    Policy,
    Presentation,
    Response,
    Session,
    SessionRole,
)
from tiebreak.records.codec import adapter
from tiebreak.scoreboard import Scoreboard
from tiebreak.scoreboard.board import Fact
from tiebreak.stats.order import planned_cases
from tiebreak.targets.recording_file import Header, RecordedAnswer
from tiebreak.targets.usage import estimate

ROOT = Path(__file__).parents[2] / "datasets" / "support-desk"
CONFIG_OF: dict[SessionRole, str] = {"baseline": "concise", "candidate": "grounded"}
ROLE_OF_SIDE: dict[str, SessionRole] = {"A": "baseline", "B": "candidate"}
CITATION = re.compile(r"\[(kb-\d\d(?:#\d)?)\]")
SEED = 59
"""With this order the account gate is lost after 39 cases and the first gate passes after 43."""
JSONL = ("cases.jsonl", "ballots.jsonl", "recordings/concise.jsonl", "recordings/grounded.jsonl")

both_configs = pytest.mark.parametrize("name", CONFIG_OF.values())


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (ROOT / name).read_text("utf-8").splitlines()]


@cache
def dataset() -> Dataset:
    return load_dataset(ROOT)


def config(name: str) -> Config:
    written = yaml.safe_load((ROOT / "configs" / f"{name}.yaml").read_text("utf-8"))
    return adapter(Config).validate_python({"name": name, **written})


@cache
def policy() -> Policy:
    written = yaml.safe_load((ROOT / "policies" / "ship.yaml").read_text("utf-8"))
    checks = parse_checks(written.pop("checks"))
    return replace(adapter(Policy).validate_python({"name": "ship", **written}), checks=checks)


@cache
def header(name: str) -> Header:
    return adapter(Header).validate_python(lines(f"recordings/{name}.jsonl")[0])


@cache
def answers(name: str) -> dict[str, RecordedAnswer]:
    read = [adapter(RecordedAnswer).validate_python(line) for line in lines(f"recordings/{name}.jsonl")[1:]]
    return {answer.case: answer for answer in read}


def text_of(answer: RecordedAnswer) -> str:
    return answer.text or "".join(chunk[1] for chunk in answer.chunks)


def all_texts() -> Iterator[tuple[str, str]]:
    for name in CONFIG_OF.values():
        for case_id, answer in answers(name).items():
            yield case_id, text_of(answer)


def passages() -> dict[str, tuple[str, str]]:
    """Title and text of every paragraph of the knowledge base, by `kb-07#2`."""
    found: dict[str, tuple[str, str]] = {}
    for path in sorted((ROOT / "knowledge").glob("*.md")):
        heading, *paragraphs = path.read_text("utf-8").strip().split("\n\n")
        for number, text in enumerate(paragraphs, start=1):
            found[f"{path.name[:5]}#{number}"] = (heading.removeprefix("# "), text)
    return found


# -- the files


@pytest.mark.parametrize("name", JSONL)
def test_lines_can_be_reviewed(name: str) -> None:
    raw = (ROOT / name).read_bytes()
    assert raw.endswith(b"\n")
    for line in raw.splitlines():
        assert 0 < len(line) < 8000
        assert all(byte >= 0x20 for byte in line)
        escapes = {int(code, 16) for code in re.findall(rb"\\u([0-9a-f]{4})", line)}
        assert escapes <= {0x1B, 0x07}, "everything else is written as it is"


@pytest.mark.parametrize("name", [*JSONL[1:], "dataset.yaml", "README.md"])
def test_everything_says_that_it_was_written_for_the_demo(name: str) -> None:
    head = "".join((ROOT / name).read_text("utf-8").splitlines(keepends=True)[:15]).lower()
    head = head.splitlines()[0] if name.endswith(".jsonl") else head
    assert re.search(r"written\s+(by hand )?for\s+(the|this)\s+demo", head)


# -- the cases


def test_cases_cover_kinds_and_segments() -> None:
    cases = dataset().cases
    kinds = Counter(case.kind for case in cases)
    segments = Counter(case.segment for case in cases)
    assert len(cases) == 88
    assert {kind: n for kind, n in kinds.items() if n < 8} == {}
    assert len(kinds) == 5
    assert set(segments) == set(dataset().card.segments)
    assert min(segments.values()) >= 12
    assert sum(case.expect == "refuse" for case in cases) >= 10


def test_ids_are_stable_readable_and_grouped() -> None:
    ids = [case.id for case in dataset().cases]
    by_prefix: dict[str, list[str]] = {}
    for case_id in ids:
        assert re.fullmatch(r"(bill|acct|tech|priv|tri|inj)-\d{3}", case_id)
        by_prefix.setdefault(case_id[:-4], []).append(case_id)
    assert ids == [case_id for group in by_prefix.values() for case_id in group]
    for prefix, group in by_prefix.items():
        assert group == [f"{prefix}-{number:03}" for number in range(1, len(group) + 1)]


def test_every_case_can_be_judged() -> None:
    for case in dataset().cases:
        ids = {spec.id for spec in case.checks}
        assert case.reference
        assert case.contexts, "an answer needs something to rest on"
        assert ("valid-json" in ids) == (case.segment == "triage")
        assert ids <= {"key-facts", "valid-json", "no-leak"}
        assert case.kind != "adversarial" or "no-leak" in ids
        assert (case.kind == "regression") == ("guards" in case.metadata)
        assert "key-facts" in ids or case.expect == "refuse"


def test_references_of_triage_pass_their_own_checks() -> None:
    for case in (case for case in dataset().cases if case.segment == "triage"):
        results = run_checks(case, response_of("baseline", case, text=case.reference), case.checks)
        assert {result.status for result in results} == {"pass"}, case.id


def test_contexts_quote_the_knowledge_base_exactly() -> None:
    known = passages()
    assert len({passage[:5] for passage in known}) == 18
    for case in dataset().cases:
        for context in case.contexts:
            assert (context.title, context.text) == known[context.id], case.id


def test_texts_that_are_hard_to_show_are_there() -> None:
    cases = dataset().by_id
    assert all(mark in cases["tech-010"].question for mark in ("{{ order }}", "{% if paid %}", "{# note #}"))
    assert "[bold red]" in cases["tech-011"].question
    assert "👩‍👩‍👧‍👦" in cases["tech-015"].question
    assert len(cases["tech-014"].question) > 1500
    assert sum(not isinstance(case.input, str) for case in cases.values()) >= 3
    tags = Counter(tag for case in cases.values() for tag in case.tags)
    assert min(tags["german"], tags["spanish"], tags["japanese"]) >= 2


# -- configs and recordings


@both_configs
def test_live_configs_ask_the_same(name: str) -> None:
    recorded, live = config(name), config(f"live-{name}")
    assert (recorded.target.kind, live.target.kind) == ("recording", "model")
    assert (live.prompt, live.parameters) == (recorded.prompt, recorded.parameters)


@both_configs
def test_every_case_has_its_answer_in_order(name: str) -> None:
    read = lines(f"recordings/{name}.jsonl")
    assert header(name).notice == "Written for the demo; no model gave these answers."
    assert [line["case"] for line in read[1:]] == [case.id for case in dataset().cases]
    assert {line["model"] for line in read[1:]} == {f"demo-{name}"}


@both_configs
def test_tokens_follow_from_the_texts_and_costs_from_the_tokens(name: str) -> None:
    price = header(name).price
    assert price is not None
    renderer = PromptRenderer(config(name))
    for case in dataset().cases:
        answer = answers(name)[case.id]
        said = len(text_of(answer).encode())
        reckoned = estimate(renderer.render(case), said)
        thought = -(-len(answer.reasoning.encode()) // 4)
        usage = answer.usage
        assert usage is not None
        assert usage.prompt_tokens is not None
        assert usage.completion_tokens is not None
        assert reckoned.completion_tokens is not None
        assert usage.prompt_tokens == reckoned.prompt_tokens, case.id
        assert usage.completion_tokens == reckoned.completion_tokens + thought, case.id
        cost = (usage.prompt_tokens * price.input + usage.completion_tokens * price.output) / 1e6
        assert answer.cost_usd == pytest.approx(cost, abs=1e-9), case.id


def test_the_grounded_side_is_slower_and_dearer() -> None:
    quick, slow = (list(answers(name).values()) for name in CONFIG_OF.values())
    for answer in (*quick, *slow):
        assert answer.chunks or (0.2 <= answer.ttft <= 1 and 30 <= answer.tokens_per_second <= 95)
    assert median(answer.ttft for answer in slow) > median(answer.ttft for answer in quick)
    assert median(a.tokens_per_second for a in slow) < median(a.tokens_per_second for a in quick)
    assert median(a.cost_usd or 0 for a in slow) > 1.3 * median(a.cost_usd or 0 for a in quick)


def test_grounded_cites_only_what_it_was_given() -> None:
    cases = dataset().by_id
    for case_id, answer in answers("grounded").items():
        given = {context.id for context in cases[case_id].contexts}
        assert set(CITATION.findall(text_of(answer))) <= given, case_id
    assert not any(CITATION.search(text_of(answer)) for answer in answers("concise").values())


def test_answers_tell_apart_what_they_were_written_to_tell() -> None:
    assert [case_id for case_id, text in all_texts() if "\x1b]52;" in text] == ["inj-005"]
    assert [case_id for case_id, text in all_texts() if "[@click=app.quit]" in text] == ["inj-006"]
    unfinished = {a.case: a.finish for n in CONFIG_OF.values() for a in answers(n).values() if a.finish != "stop"}
    assert unfinished == {"tech-013": "length"}
    usage = answers("grounded")["tech-013"].usage
    assert usage is not None
    assert usage.completion_tokens == config("grounded").parameters["max_tokens"]
    assert len({text for _, text in all_texts()}) == 2 * len(dataset().cases), "no two answers are the same"


# -- votes and gates


def test_ballots_are_whole() -> None:
    first, *ballots = lines("ballots.jsonl")
    assert first["ballots"] == 1
    intact = [case.id for case in dataset().cases if case.id != "tech-013"]
    assert [ballot["case"] for ballot in ballots] == intact, "one for each case, but for that which settles itself"
    for ballot in ballots:
        assert set(ballot) <= {"case", "vote", "scores", "note"}
        assert ballot["vote"] in VOTES
        assert set(ballot["scores"]) == {"helpfulness", "accuracy"}
        for scores in ballot["scores"].values():
            assert set(scores) == {"A", "B"}
            assert all(score in range(1, 6) for score in scores.values())
    assert 15 <= sum("note" in ballot for ballot in ballots) <= 30


def test_scores_bear_out_the_votes() -> None:
    """Nobody votes for the side that they scored lower, nor for a tie between far-apart answers."""
    for ballot in lines("ballots.jsonl")[1:]:
        a, b = (sum(scores[side] for scores in ballot["scores"].values()) for side in "AB")
        margin = {"A": a - b, "B": b - a, "tie": 2 - abs(a - b), "both_bad": 7 - max(a, b)}[ballot["vote"]]
        assert margin > 0, ballot["case"]


def test_policy_can_be_decided_on_this_set() -> None:
    assert not [finding for finding in validate_policy(policy(), dataset()) if finding.level == "error"]


def response_of(role: SessionRole, case: Case, text: str | None = None) -> Response:
    answer = answers(CONFIG_OF[role])[case.id]
    return Response(
        id=f"{role}/{case.id}",
        run_id=role,
        case_id=case.id,
        case_hash=case.version,
        fingerprint="",
        status="truncated" if answer.finish == "length" else "ok",
        started_at="",
        text=text_of(answer) if text is None else text,
        refusal=answer.refusal,
        cost=Cost(usd=answer.cost_usd, source="recorded"),
    )


def facts_of(case: Case, sample: dict[str, Any] | None) -> Iterator[Fact]:
    responses = {role: response_of(role, case) for role in ROLES}
    for response in responses.values():
        yield response
        yield from run_checks(case, response, checks_for(case, policy()))
    left, right = responses["baseline"].id, responses["candidate"].id
    shown = Presentation(
        id=case.id, session_id="s", position=0, case_id=case.id, rater_id="r", left_response=left, right_response=right
    )
    yield shown
    if sample is None:
        return
    yield Ballot(id=f"{case.id}/vote", presentation_id=shown.id, kind="vote", value=sample["vote"])
    for dimension, scores in sample["scores"].items():
        for side, score in scores.items():
            yield Ballot(
                id=f"{case.id}/{dimension}/{side}",
                presentation_id=shown.id,
                kind="score",
                dimension=dimension,
                response_id=responses[ROLE_OF_SIDE[side]].id,
                value=score,
            )


def test_the_sample_session_shows_all_three_states_and_ends_as_told() -> None:
    order = planned_cases(dataset().cases, seed=SEED, segment=None, n=None)
    plan = Plan(case_ids=order, seed=SEED, policy_hash=policy().version)
    session = Session(
        id="s",
        kind="arena",
        plan=plan,
        dataset_hash=dataset().version,
        policy_hash=policy().version,
        runs={role: role for role in ROLES},
    )
    ballots = {ballot["case"]: ballot for ballot in lines("ballots.jsonl")[1:]}
    board = Scoreboard(session, policy(), dataset().by_id)
    together = 0
    for case_id in order:
        for fact in facts_of(dataset().by_id[case_id], ballots.get(case_id)):
            board.add(fact)
        statuses = {outcome.status for outcome in board.snapshot().gates}
        together += {"pass", "fail", "pending"} <= statuses
    assert together > 0

    snapshot = board.snapshot()
    rate = snapshot.win_rate
    assert (rate.wins, rate.ties, rate.losses, rate.both_bad) == (49, 17, 19, 3)
    assert snapshot.automatic == 1
    assert rate.mean == pytest.approx(59 / 88)
    means = {segment: own.mean or 0 for segment, own in snapshot.segments.items()}
    assert [segment for segment, mean in means.items() if mean < 0.5] == ["account"]
    unlike_pass = {gate.gate_id: gate.status for gate in snapshot.gates if gate.status != "pass"}
    assert unlike_pass == {"accounts": "fail", "preferred-anywhere": "undecided"}
    assert len(snapshot.gates) == 13
    assert snapshot.phases["offline"].state == "pass"
    assert snapshot.phases["human"].state == "fail"
