"""The tables of triage."""

TRIAGE = (
    """
CREATE TABLE triage_decision (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    batch TEXT NOT NULL,
    baseline_run TEXT NOT NULL REFERENCES run (id),
    candidate_run TEXT NOT NULL REFERENCES run (id),
    case_id TEXT NOT NULL,
    candidate_response TEXT NOT NULL REFERENCES response (id),
    baseline_response TEXT REFERENCES response (id),
    field TEXT NOT NULL CHECK (field IN ('status', 'cause', 'note', 'assignee')),
    value TEXT,
    act TEXT NOT NULL CHECK (act IN ('set', 'undo')),
    supersedes TEXT REFERENCES triage_decision (id),
    rater_id TEXT NOT NULL REFERENCES rater (id),
    at TEXT NOT NULL,
    CHECK (act <> 'undo' OR (supersedes IS NOT NULL AND value IS NULL)),
    CHECK (field <> 'status' OR value IN ('open', 'confirmed', 'fixed', 'accepted', 'wontfix')),
    CHECK (field <> 'cause' OR value IN ('retrieval', 'prompt', 'model', 'tool', 'data', 'judge', 'flaky'))
) STRICT
""",
    "CREATE INDEX triage_decision_runs ON triage_decision (candidate_run, baseline_run)",
    "CREATE INDEX triage_decision_slot ON triage_decision (candidate_response, field)",
    "CREATE INDEX triage_decision_supersedes ON triage_decision (supersedes) WHERE supersedes IS NOT NULL",
    """
CREATE TABLE check_mend (
    seq INTEGER PRIMARY KEY,
    response_id TEXT NOT NULL REFERENCES response (id)
) STRICT
""",
)
"""Added by the fifth step: what people decided about changed cases; and of which answers a check that could not judge
was put again, for what was worked out from its first result."""
