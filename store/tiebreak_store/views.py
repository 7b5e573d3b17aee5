"""Views with readable names, for people who open the database with Datasette, DuckDB, pandas or `sqlite3`.

They say what is in force, so that nobody has to know how undo is stored. The engine does not read them: its scoreboard
folds the rows themselves.
"""

BALLOTS_GIVEN = """
-- Every ballot with where it was given. One ballot displaces an earlier one of the same rater, pair and slot: vote and
-- skip share a slot, a score has one per dimension and answer, anything else has none. `counts` is 0 for what was given
-- after a reveal. Ballots of the risk `queue` enter no rate and no mean.
SELECT
    p.session_id, p.position, p.case_id, p.rater_id, b.kind, b.value, b.dimension, b.response_id, b.at,
    CASE
        WHEN b.kind IN ('vote', 'skip') THEN 'verdict'
        WHEN b.kind = 'score' THEN coalesce(b.dimension, '') || ' of ' || coalesce(b.response_id, '')
    END AS slot,
    min(p.left_response, coalesce(p.right_response, p.left_response)) AS one_response,
    max(p.left_response, coalesce(p.right_response, p.left_response)) AS other_response,
    b.phase = 'sealed' AND NOT (s.blind AND b.identity_seen) AS counts,
    p.repeat_of IS NOT NULL AS repeated,
    i.queue,
    b.presentation_id, b.supersedes, b.id AS ballot_id
FROM ballot b
JOIN presentation p ON p.id = b.presentation_id
JOIN session s ON s.id = p.session_id
JOIN session_item i ON i.session_id = p.session_id AND i.position = p.position
"""

BALLOTS_STANDING = """
-- Ballots that were not taken back. An undo reaches only ballots on its own side of a reveal, and one that is undone
-- itself takes nothing back.
SELECT b.*
FROM ballots_given b
WHERE b.kind <> 'undo'
    AND NOT EXISTS (
        SELECT 1
        FROM ballots_given undo
        WHERE undo.supersedes = b.ballot_id AND undo.kind = 'undo' AND undo.counts = b.counts
            AND NOT EXISTS (
                SELECT 1
                FROM ballots_given redo
                WHERE redo.supersedes = undo.ballot_id AND redo.kind = 'undo' AND redo.counts = undo.counts))
"""

BALLOTS_EFFECTIVE = """
-- Ballots in force: standing, and not displaced by a later one.
SELECT b.*
FROM ballots_standing b
WHERE NOT EXISTS (
    SELECT 1
    FROM ballots_standing later
    WHERE later.session_id = b.session_id
        AND later.position = b.position
        AND later.rater_id = b.rater_id
        AND later.one_response = b.one_response
        AND later.other_response = b.other_response
        AND later.repeated = b.repeated
        AND later.counts = b.counts
        AND later.slot = b.slot
        AND later.ballot_id > b.ballot_id)
"""

RESPONSES_COUNTING = """
-- The response that counts for a case: the first attempt that neither the infrastructure nor the user ended.
SELECT
    r.run_id, r.case_id, r.sample, r.attempt, r.status,
    r.status IN ('empty', 'truncated', 'filtered', 'malformed', 'error', 'incomplete') AS broken,
    r.finish, r.text, r.ttft, r.total, r.prompt_tokens, r.completion_tokens, r.cost_usd, r.requested_model,
    r.served_model, r.system_fingerprint, r.started_at, r.id AS response_id
FROM response r
WHERE (r.fault IS NULL OR r.fault = 'target')
    AND NOT EXISTS (
        SELECT 1
        FROM response earlier
        WHERE earlier.run_id = r.run_id
            AND earlier.case_id = r.case_id
            AND earlier.sample = r.sample
            AND earlier.attempt < r.attempt
            AND (earlier.fault IS NULL OR earlier.fault = 'target')
    )
"""

CASE_OUTCOME = """
-- How each planned case stands, once both counting answers are there: settled by a broken one alone, else by the votes
-- on exactly these two. `candidate_score` is 1 where B won, 0 where A won, one half for tie and both_bad; where raters
-- differ it is their mean, and `outcome` the side it leans to.
SELECT
    session_id, position, case_id, segment, votes,
    CASE
        WHEN settled_by = 'broken answer' THEN CASE WHEN both_broken THEN 'both_bad' WHEN a_broken THEN 'B' ELSE 'A' END
        WHEN lowest = highest THEN lowest
        WHEN mean > 0.5 THEN 'B'
        WHEN mean < 0.5 THEN 'A'
        WHEN mean = 0.5 THEN 'tie'
    END AS outcome,
    CASE
        WHEN settled_by = 'broken answer' THEN CASE WHEN both_broken THEN 0.5 WHEN a_broken THEN 1.0 ELSE 0.0 END
        ELSE mean
    END AS candidate_score,
    settled_by, baseline_response, candidate_response
FROM (
    SELECT
        i.session_id, i.position, i.case_id, c.segment, count(v.value) AS votes,
        min(v.value) AS lowest,
        max(v.value) AS highest,
        avg(CASE v.value WHEN 'B' THEN 1.0 WHEN 'A' THEN 0.0 ELSE iif(v.value IS NULL, NULL, 0.5) END) AS mean,
        CASE
            WHEN a.response_id IS NULL OR b.response_id IS NULL THEN NULL
            WHEN a.broken OR b.broken THEN 'broken answer'
            WHEN count(v.value) > 0 THEN 'votes'
        END AS settled_by,
        a.broken AS a_broken,
        a.broken AND b.broken AS both_broken,
        a.response_id AS baseline_response,
        b.response_id AS candidate_response
    FROM session_item i
    JOIN session s ON s.id = i.session_id
    JOIN session_run ra ON ra.session_id = i.session_id AND ra.role = 'baseline'
    JOIN session_run rb ON rb.session_id = i.session_id AND rb.role = 'candidate'
    LEFT JOIN dataset_case c ON c.dataset_hash = s.dataset_hash AND c.case_id = i.case_id
    LEFT JOIN responses_counting a ON a.run_id = ra.run_id AND a.case_id = i.case_id AND a.sample = 0
    LEFT JOIN responses_counting b ON b.run_id = rb.run_id AND b.case_id = i.case_id AND b.sample = 0
    LEFT JOIN ballots_effective v ON v.session_id = i.session_id AND v.position = i.position
        AND v.kind = 'vote' AND v.counts AND NOT v.repeated
        AND v.one_response = min(a.response_id, b.response_id) AND v.other_response = max(a.response_id, b.response_id)
    WHERE i.queue = 'random'
    GROUP BY i.session_id, i.position
)
"""

SESSIONS_OVERVIEW = """
-- One line per session; `voted` counts cases with a vote in force.
SELECT
    s.id, s.kind, s.title, d.name AS dataset, a.name AS baseline, b.name AS candidate, p.name AS policy,
    (SELECT count(*) FROM session_item i WHERE i.session_id = s.id AND i.queue = 'random') AS planned,
    (SELECT count(DISTINCT v.position) FROM ballots_effective v
        WHERE v.session_id = s.id AND v.kind = 'vote' AND v.counts AND v.queue = 'random') AS voted,
    s.created_at,
    max(
        s.created_at,
        coalesce((
            SELECT max(x.at) FROM presentation shown JOIN ballot x ON x.presentation_id = shown.id
            WHERE shown.session_id = s.id), ''),
        coalesce((SELECT max(e.at) FROM event e WHERE e.session_id = s.id), '')
    ) AS last_activity
FROM session s
JOIN dataset_version d ON d.hash = s.dataset_hash
JOIN policy_version p ON p.hash = s.policy_hash
LEFT JOIN session_run sa ON sa.session_id = s.id AND sa.role = 'baseline'
LEFT JOIN session_run sb ON sb.session_id = s.id AND sb.role = 'candidate'
LEFT JOIN run run_a ON run_a.id = sa.run_id
LEFT JOIN run run_b ON run_b.id = sb.run_id
LEFT JOIN config_version a ON a.hash = run_a.config_hash
LEFT JOIN config_version b ON b.hash = run_b.config_hash
"""

BASELINES_IN_FORCE = """
-- The run that each name stands for now.
SELECT b.name, b.run_id, b.at AS since, c.name AS config, d.name AS dataset
FROM baseline b
JOIN run r ON r.id = b.run_id
JOIN config_version c ON c.hash = r.config_hash
LEFT JOIN dataset_version d ON d.hash = r.dataset_hash
WHERE NOT EXISTS (SELECT 1 FROM baseline later WHERE later.name = b.name AND later.seq > b.seq)
"""

JUDGMENTS_IN_FORCE = """
-- What judges said, one row a question: the first judgment that is no error, else the last error. `shown` says which
-- answer of a pair stood first, `side` whose answer a single one is. Verdicts on pairs are A, B or tie.
SELECT
    j.session_id, v.name AS judge, v.kind, j.case_id, c.segment,
    CASE r.role WHEN 'baseline' THEN 'A' WHEN 'candidate' THEN 'B' END AS side,
    j.shown, j.repeat, j.dimension, j.status, j.verdict, j.reasons, j.problem,
    (SELECT count(*) FROM claim WHERE claim.judgment_id = j.id) AS claims,
    (SELECT count(*) FROM claim WHERE claim.judgment_id = j.id AND claim.verdict <> 'supported') AS unsupported,
    j.cost_usd, j.served_model, j.system_fingerprint, j.at, j.response_a, j.response_b, j.judge_hash,
    j.id AS judgment_id, j.reused_from
FROM judgment j
JOIN judge_version v ON v.hash = j.judge_hash
JOIN session s ON s.id = j.session_id
JOIN response a ON a.id = j.response_a
LEFT JOIN dataset_case c ON c.dataset_hash = s.dataset_hash AND c.case_id = j.case_id
LEFT JOIN session_run r ON r.session_id = j.session_id AND r.run_id = a.run_id AND j.response_b IS NULL
WHERE NOT EXISTS (
    SELECT 1
    FROM judgment other
    WHERE other.session_id = j.session_id
        AND other.judge_hash = j.judge_hash
        AND other.case_id = j.case_id
        AND other.response_a = j.response_a
        AND other.response_b IS j.response_b
        AND other.shown = j.shown
        AND other.repeat = j.repeat
        AND other.dimension IS j.dimension
        AND CASE
            WHEN j.status = 'error' THEN other.status <> 'error' OR other.seq > j.seq
            ELSE other.status <> 'error' AND other.seq < j.seq
        END)
"""

TRIAGE_IN_FORCE = """
-- What people decided about changed cases, a row for each field that is set and was not taken back.
SELECT
    d.baseline_run, d.candidate_run, d.case_id, d.field, d.value, r.name AS rater, d.at, d.candidate_response,
    d.baseline_response, d.batch, d.id AS decision_id
FROM triage_decision d
JOIN rater r ON r.id = d.rater_id
WHERE d.act = 'set'
    AND d.value IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM triage_decision undo WHERE undo.supersedes = d.id AND undo.act = 'undo')
    AND NOT EXISTS (
        SELECT 1
        FROM triage_decision later
        WHERE later.candidate_response = d.candidate_response
            AND later.field = d.field
            AND later.baseline_run = d.baseline_run
            AND later.act = 'set'
            AND later.seq > d.seq
            AND NOT EXISTS (SELECT 1 FROM triage_decision undo WHERE undo.supersedes = later.id AND undo.act = 'undo'))
"""

VIEWS = {
    "ballots_given": BALLOTS_GIVEN,
    "ballots_standing": BALLOTS_STANDING,
    "ballots_effective": BALLOTS_EFFECTIVE,
    "responses_counting": RESPONSES_COUNTING,
    "case_outcome": CASE_OUTCOME,
    "sessions_overview": SESSIONS_OVERVIEW,
    "baselines_in_force": BASELINES_IN_FORCE,
    "judgments_in_force": JUDGMENTS_IN_FORCE,
    "triage_in_force": TRIAGE_IN_FORCE,
}
"""Name → query, each after those it builds on."""
