"""What the tables of judgments got so that no prompt is judged twice."""

REUSED_JUDGMENTS = (
    "ALTER TABLE judgment ADD COLUMN reused_from TEXT",
    "CREATE INDEX judgment_prompt ON judgment (judge_hash, prompt_fingerprint) WHERE status <> 'error'",
    "CREATE INDEX judgment_case ON judgment (session_id, judge_hash, case_id)",
    """
CREATE TABLE check_judgment (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    prompt_fingerprint TEXT NOT NULL,
    json TEXT NOT NULL CHECK (json_valid(json))
) STRICT
""",
    "CREATE INDEX check_judgment_prompt ON check_judgment (prompt_fingerprint)",
)
"""Added by the eighth step. `reused_from` refers to no row: what was taken over may have come from another database. In
`check_judgment` stands what judges said whom checks asked, of answers that no session holds yet at that time."""
