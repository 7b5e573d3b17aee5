"""The tables as the first schema made them, and what guards and explains them in every schema.

SQL rather than sqlite-utils' `create_table`, which has no CHECK and no ANY. The first schema is history: a change to a
table is a new step in `migrations.py`. Triggers and views are made anew after every step, because a rebuilt table
loses its triggers; so a change to one of them needs a step as well, be it empty.

`seq` is the order of recording. It is a column of its own because VACUUM may renumber a hidden rowid.
"""

FIRST_TABLES = (
    """
CREATE TABLE blob (
    hash TEXT PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT
""",
    """
CREATE TABLE dataset_version (
    hash TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    card TEXT NOT NULL CHECK (json_valid(card))
) STRICT
""",
    """
CREATE TABLE dataset_case (
    dataset_hash TEXT NOT NULL REFERENCES dataset_version (hash),
    ordinal INTEGER NOT NULL,
    case_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    segment TEXT,
    case_hash TEXT NOT NULL REFERENCES blob (hash),
    PRIMARY KEY (dataset_hash, ordinal),
    UNIQUE (dataset_hash, case_id)
) STRICT, WITHOUT ROWID
""",
    """
CREATE TABLE config_version (
    hash TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    json TEXT NOT NULL CHECK (json_valid(json))
) STRICT
""",
    """
CREATE TABLE policy_version (
    hash TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    json TEXT NOT NULL CHECK (json_valid(json))
) STRICT
""",
    """
CREATE TABLE check_version (
    hash TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    params TEXT NOT NULL CHECK (json_valid(params))
) STRICT
""",
    """
CREATE TABLE run (
    id TEXT PRIMARY KEY,
    dataset_hash TEXT REFERENCES dataset_version (hash),
    config_hash TEXT NOT NULL REFERENCES config_version (hash),
    seed INTEGER NOT NULL,
    samples INTEGER NOT NULL,
    case_order_hash TEXT,
    origin TEXT NOT NULL CHECK (origin IN ('live', 'headless', 'import', 'replay')),
    concurrency INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('open', 'done')),
    created_at TEXT NOT NULL
) STRICT
""",
    """
CREATE TABLE response (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    run_id TEXT NOT NULL REFERENCES run (id),
    case_id TEXT NOT NULL,
    case_hash TEXT NOT NULL REFERENCES blob (hash),
    sample INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN (
        'ok', 'empty', 'truncated', 'filtered', 'malformed', 'incomplete', 'error', 'interrupted', 'imported')),
    fault TEXT CHECK (fault IN ('target', 'infra', 'user')),
    error_code TEXT,
    error_message TEXT,
    error_status INTEGER,
    refusal INTEGER NOT NULL CHECK (refusal IN (0, 1)),
    finish TEXT,
    started_at TEXT NOT NULL,
    ttft REAL,
    total REAL,
    waited REAL NOT NULL,
    tries INTEGER NOT NULL,
    prompt_tokens INTEGER,
    completion_tokens INTEGER,
    reasoning_tokens INTEGER,
    cached_tokens INTEGER,
    usage_source TEXT NOT NULL,
    cost_usd REAL,
    cost_source TEXT NOT NULL,
    requested_model TEXT,
    served_model TEXT,
    reused_from TEXT REFERENCES response (id),
    chunks TEXT REFERENCES blob (hash),
    tool_calls TEXT CHECK (tool_calls IS NULL OR json_valid(tool_calls)),
    contexts TEXT CHECK (contexts IS NULL OR json_valid(contexts)),
    text TEXT NOT NULL,
    reasoning TEXT NOT NULL,
    UNIQUE (run_id, case_id, sample, attempt)
) STRICT
""",
    "CREATE INDEX response_run ON response (run_id)",
    "CREATE INDEX response_fingerprint ON response (fingerprint)",
    """
CREATE TABLE check_result (
    seq INTEGER PRIMARY KEY,
    response_id TEXT NOT NULL REFERENCES response (id),
    check_id TEXT NOT NULL,
    check_hash TEXT NOT NULL REFERENCES check_version (hash),
    status TEXT NOT NULL CHECK (status IN ('pass', 'fail', 'error', 'not_applicable')),
    value REAL,
    detail TEXT NOT NULL,
    UNIQUE (response_id, check_id, check_hash)
) STRICT
""",
    """
CREATE TABLE rater (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    key_fingerprint TEXT
) STRICT
""",
    """
CREATE TABLE session (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('arena', 'spot', 'panel', 'redteam', 'review', 'import')),
    title TEXT NOT NULL,
    dataset_hash TEXT NOT NULL REFERENCES dataset_version (hash),
    policy_hash TEXT NOT NULL REFERENCES policy_version (hash),
    plan_hash TEXT NOT NULL,
    seed INTEGER NOT NULL,
    segment TEXT,
    rater_id TEXT NOT NULL REFERENCES rater (id),
    blind INTEGER NOT NULL CHECK (blind IN (0, 1)),
    parent_id TEXT REFERENCES session (id),
    fork_reason TEXT,
    created_at TEXT NOT NULL
) STRICT
""",
    """
CREATE TABLE session_run (
    session_id TEXT NOT NULL REFERENCES session (id),
    role TEXT NOT NULL CHECK (role IN ('baseline', 'candidate')),
    run_id TEXT NOT NULL REFERENCES run (id),
    PRIMARY KEY (session_id, role)
) STRICT, WITHOUT ROWID
""",
    """
CREATE TABLE session_item (
    session_id TEXT NOT NULL REFERENCES session (id),
    position INTEGER NOT NULL,
    case_id TEXT NOT NULL,
    queue TEXT NOT NULL DEFAULT 'random' CHECK (queue IN ('random', 'risk')),
    PRIMARY KEY (session_id, position),
    UNIQUE (session_id, case_id, queue)
) STRICT, WITHOUT ROWID
""",
    """
CREATE TABLE presentation (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    session_id TEXT NOT NULL REFERENCES session (id),
    position INTEGER NOT NULL,
    case_id TEXT NOT NULL,
    rater_id TEXT NOT NULL REFERENCES rater (id),
    left_response TEXT NOT NULL REFERENCES response (id),
    right_response TEXT REFERENCES response (id),
    shown_at TEXT NOT NULL,
    repeat_of TEXT REFERENCES presentation (id),
    FOREIGN KEY (session_id, position) REFERENCES session_item (session_id, position)
) STRICT
""",
    "CREATE INDEX presentation_session ON presentation (session_id, position)",
    """
CREATE TABLE ballot (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    presentation_id TEXT NOT NULL REFERENCES presentation (id),
    kind TEXT NOT NULL CHECK (kind IN ('vote', 'score', 'label', 'note', 'tag', 'skip', 'undo')),
    value ANY,
    dimension TEXT,
    response_id TEXT REFERENCES response (id),
    supersedes TEXT REFERENCES ballot (id),
    phase TEXT NOT NULL CHECK (phase IN ('sealed', 'post_reveal')),
    identity_seen INTEGER NOT NULL CHECK (identity_seen IN (0, 1)),
    at TEXT NOT NULL,
    CHECK (kind <> 'vote' OR coalesce(value, '') IN ('A', 'B', 'tie', 'both_bad')),
    CHECK (kind <> 'undo' OR supersedes IS NOT NULL)
) STRICT
""",
    "CREATE INDEX ballot_presentation ON ballot (presentation_id)",
    "CREATE INDEX ballot_supersedes ON ballot (supersedes) WHERE supersedes IS NOT NULL",
    """
CREATE TABLE gate_outcome (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    session_id TEXT NOT NULL REFERENCES session (id),
    policy_hash TEXT NOT NULL REFERENCES policy_version (hash),
    gate TEXT NOT NULL,
    segment TEXT,
    status TEXT NOT NULL,
    method TEXT NOT NULL,
    evidence TEXT NOT NULL CHECK (json_valid(evidence)),
    rows_digest TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT
""",
    "CREATE INDEX gate_outcome_session ON gate_outcome (session_id)",
    """
CREATE TABLE event (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    session_id TEXT NOT NULL REFERENCES session (id),
    kind TEXT NOT NULL,
    at TEXT NOT NULL,
    detail TEXT NOT NULL CHECK (json_valid(detail))
) STRICT
""",
    "CREATE INDEX event_session ON event (session_id)",
    """
CREATE TABLE import_batch (
    source_hash TEXT PRIMARY KEY,
    tool TEXT NOT NULL,
    mapping TEXT NOT NULL CHECK (json_valid(mapping))
) STRICT
""",
    """
CREATE TABLE import_reject (
    seq INTEGER PRIMARY KEY,
    batch TEXT NOT NULL REFERENCES import_batch (source_hash),
    line INTEGER NOT NULL,
    reason TEXT NOT NULL,
    raw TEXT NOT NULL
) STRICT
""",
    "CREATE INDEX import_reject_batch ON import_reject (batch)",
)

BASELINES = (
    """
CREATE TABLE baseline (
    seq INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    run_id TEXT REFERENCES run (id),
    at TEXT NOT NULL
) STRICT
""",
    "CREATE INDEX baseline_name ON baseline (name)",
)
"""Added by the third step: runs under names. Of each name the latest row is in force; one without a run ends it."""

GATES_OF_RUNS = (
    """
CREATE TABLE gate_outcome_new (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    session_id TEXT REFERENCES session (id),
    candidate_run TEXT REFERENCES run (id),
    baseline_run TEXT REFERENCES run (id),
    policy_hash TEXT NOT NULL REFERENCES policy_version (hash),
    gate TEXT NOT NULL,
    segment TEXT,
    status TEXT NOT NULL,
    method TEXT NOT NULL,
    evidence TEXT NOT NULL CHECK (json_valid(evidence)),
    rows_digest TEXT NOT NULL,
    at TEXT NOT NULL,
    CHECK (session_id IS NOT NULL OR candidate_run IS NOT NULL)
) STRICT
""",
    "INSERT INTO gate_outcome_new "
    "(seq, id, session_id, policy_hash, gate, segment, status, method, evidence, rows_digest, at) "
    "SELECT seq, id, session_id, policy_hash, gate, segment, status, method, evidence, rows_digest, at "
    "FROM gate_outcome ORDER BY seq",
    "DROP TABLE gate_outcome",
    "ALTER TABLE gate_outcome_new RENAME TO gate_outcome",
    "CREATE INDEX gate_outcome_session ON gate_outcome (session_id)",
    "CREATE INDEX gate_outcome_candidate ON gate_outcome (candidate_run)",
)
"""Added by the third step: what gates say of two runs that no session has put side by side."""

JUDGMENTS = (
    """
CREATE TABLE judge_version (
    hash TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    json TEXT NOT NULL CHECK (json_valid(json))
) STRICT
""",
    """
CREATE TABLE judgment (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    judge_hash TEXT NOT NULL REFERENCES judge_version (hash),
    session_id TEXT NOT NULL REFERENCES session (id),
    case_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    response_a TEXT NOT NULL REFERENCES response (id),
    response_b TEXT REFERENCES response (id),
    shown TEXT NOT NULL CHECK (shown IN ('ab', 'ba', 'single')),
    repeat INTEGER NOT NULL,
    dimension TEXT,
    status TEXT NOT NULL CHECK (status IN ('valid', 'unparseable', 'error')),
    verdict ANY,
    reasons TEXT NOT NULL,
    problem TEXT NOT NULL,
    reply TEXT REFERENCES blob (hash),
    prompt_fingerprint TEXT NOT NULL,
    seal TEXT NOT NULL,
    seal_nonce TEXT NOT NULL,
    requested_model TEXT,
    served_model TEXT,
    cost_usd REAL,
    cost_source TEXT NOT NULL,
    prompt_tokens INTEGER,
    completion_tokens INTEGER,
    usage_source TEXT NOT NULL,
    seconds REAL,
    at TEXT NOT NULL,
    CHECK ((status = 'valid') = (verdict IS NOT NULL)),
    CHECK ((shown = 'single') = (response_b IS NULL))
) STRICT
""",
    "CREATE INDEX judgment_session ON judgment (session_id, judge_hash)",
    """
CREATE TABLE claim (
    seq INTEGER PRIMARY KEY,
    judgment_id TEXT NOT NULL REFERENCES judgment (id),
    n INTEGER NOT NULL,
    text TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('supported', 'contradicted', 'unsupported')),
    span_start INTEGER,
    span_end INTEGER,
    UNIQUE (judgment_id, n)
) STRICT
""",
)
"""Added by the fourth step: what judges said, apart from what people did. `shown` is the order of a pair."""

CONFIG_LINEAGE = (
    "ALTER TABLE config_version ADD COLUMN parent_hash TEXT REFERENCES config_version (hash)",
    "ALTER TABLE config_version ADD COLUMN origin TEXT CHECK (origin IN ('file', 'edit', 'adhoc', 'import'))",
    "ALTER TABLE config_version ADD COLUMN created_at TEXT",
)
"""Added by the step on lineage: the version that a config was edited from, and how it came. A version that is there
keeps what it began with, so an edit that is taken back makes no circle."""

DRAWN_AND_SERVED = (
    "ALTER TABLE session ADD COLUMN strata TEXT",
    "ALTER TABLE session_item ADD COLUMN stratum TEXT",
    "ALTER TABLE session_item ADD COLUMN inclusion_p REAL CHECK (inclusion_p > 0 AND inclusion_p <= 1)",
    "ALTER TABLE response ADD COLUMN system_fingerprint TEXT",
    "ALTER TABLE judgment ADD COLUMN system_fingerprint TEXT",
)
"""Added by the seventh step: how planned cases were drawn, and what providers call the software behind a model. A risk
queue needs no new column: its items stand behind the plan's, and what was shown there names their positions."""

APPEND_ONLY = (
    "response",
    "presentation",
    "ballot",
    "gate_outcome",
    "event",
    "baseline",
    "judgment",
    "claim",
    "check_judgment",
    "triage_decision",
)
"""Tables of which no row is ever changed or taken away."""


def trigger_sql() -> dict[str, str]:
    """The triggers that keep the append-only tables so, and the one that notes what a check said later, by name."""
    mended = (
        "CREATE TRIGGER check_result_notes_mend AFTER UPDATE ON check_result "
        "BEGIN INSERT INTO check_mend (response_id) VALUES (new.response_id); END"
    )
    return {"check_result_notes_mend": mended} | {
        f"{table}_refuses_{act.lower()}": (
            f"CREATE TRIGGER {table}_refuses_{act.lower()} BEFORE {act} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: a correction is a new row'); END"
        )
        for table in APPEND_ONLY
        for act in ("UPDATE", "DELETE")
    }
