PRAGMA application_id = 1413630769;
PRAGMA user_version = 8;
BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'tiebreak','0001_first_tables','2026-01-01 00:00:00.000000+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'tiebreak','0002_cost_components','2026-01-01 00:00:00.000000+00:00');
INSERT INTO "_sqlite_migrations" VALUES(3,'tiebreak','0003_baselines','2026-01-01 00:00:00.000000+00:00');
INSERT INTO "_sqlite_migrations" VALUES(4,'tiebreak','0004_judgments','2026-01-01 00:00:00.000000+00:00');
INSERT INTO "_sqlite_migrations" VALUES(5,'tiebreak','0005_triage','2026-01-01 00:00:00.000000+00:00');
INSERT INTO "_sqlite_migrations" VALUES(6,'tiebreak','0006_config_lineage','2026-01-01 00:00:00.000000+00:00');
INSERT INTO "_sqlite_migrations" VALUES(7,'tiebreak','0007_drawn_and_served','2026-01-01 00:00:00.000000+00:00');
INSERT INTO "_sqlite_migrations" VALUES(8,'tiebreak','0008_reused_judgments','2026-01-01 00:00:00.000000+00:00');
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
;
INSERT INTO "ballot" VALUES(1,'s1-b000001','s1-shown-0','vote','A',NULL,NULL,NULL,'sealed',0,'2026-01-02T00:00:00.000000Z');
INSERT INTO "ballot" VALUES(2,'s1-b000002','s1-shown-0','score',4,'tone','s1-baseline-0-1',NULL,'sealed',0,'2026-01-02T00:00:00.000000Z');
CREATE TABLE baseline (
    seq INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    run_id TEXT REFERENCES run (id),
    at TEXT NOT NULL
) STRICT
;
INSERT INTO "baseline" VALUES(1,'prod','s1-baseline','2026-01-03T00:00:00.000000Z');
CREATE TABLE blob (
    hash TEXT PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT
;
INSERT INTO "blob" VALUES('26d0f3f2d08c58e2715c5bf1c8cc701cda76c000a84453e2785ef399641c5c5b',X'7B22636865636B73223A5B5D2C22636F6E7465787473223A5B5D2C22657870656374223A22616E73776572222C226964223A22636173652D30222C22696E707574223A227175657374696F6E2030222C226B696E64223A227479706963616C222C226D65746164617461223A7B7D2C227265666572656E6365223A6E756C6C2C227365676D656E74223A226576656E222C2274616773223A5B5D7D');
INSERT INTO "blob" VALUES('bd3978e3a6bce9ff204a0fc11878134fb44d9a7afc8ded99145551021624107e',X'7B22636865636B73223A5B5D2C22636F6E7465787473223A5B5D2C22657870656374223A22616E73776572222C226964223A22636173652D31222C22696E707574223A227175657374696F6E2031222C226B696E64223A227479706963616C222C226D65746164617461223A7B7D2C227265666572656E6365223A6E756C6C2C227365676D656E74223A226F6464222C2274616773223A5B5D7D');
INSERT INTO "blob" VALUES('fa470230912762e770d6a8ac36cbcc922035d5b53971b78af6122ee92acb4880',X'7B22636865636B73223A5B5D2C22636F6E7465787473223A5B5D2C22657870656374223A22616E73776572222C226964223A22636173652D32222C22696E707574223A227175657374696F6E2032222C226B696E64223A227479706963616C222C226D65746164617461223A7B7D2C227265666572656E6365223A6E756C6C2C227365676D656E74223A226576656E222C2274616773223A5B5D7D');
INSERT INTO "blob" VALUES('9d0e3a72276ba140576e2fe7a58b4de09b71de88f7b9f6951a08f90577076b13',X'7B22636865636B73223A5B5D2C22636F6E7465787473223A5B5D2C22657870656374223A22616E73776572222C226964223A22636173652D33222C22696E707574223A227175657374696F6E2033222C226B696E64223A227479706963616C222C226D65746164617461223A7B7D2C227265666572656E6365223A6E756C6C2C227365676D656E74223A226F6464222C2274616773223A5B5D7D');
INSERT INTO "blob" VALUES('903998a13c26111438bcdf5ccf829e38beea39f5c240f35fb2f398d206dedd10',X'6368756E6B73');
INSERT INTO "blob" VALUES('f5ca319099f6b777b72517eb1fd6c40d5fd45f43acd86c0ce687aed7b8a7a0f9',X'5B226669727374222C227365636F6E64225D');
CREATE TABLE check_judgment (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    prompt_fingerprint TEXT NOT NULL,
    json TEXT NOT NULL CHECK (json_valid(json))
) STRICT
;
CREATE TABLE check_mend (
    seq INTEGER PRIMARY KEY,
    response_id TEXT NOT NULL REFERENCES response (id)
) STRICT
;
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
;
INSERT INTO "check_result" VALUES(1,'s1-baseline-0-1','polite','c0c0bc621e00e73df1a48d1f37d1d666c19ea4e85550177870eb5871acc038a0','pass',1.0,'');
INSERT INTO "check_result" VALUES(2,'s1-baseline-0-1','short','b5b23c9d22e1427a8fa6622325596580721e9d771572c2bab500b2a1052712b7','pass',1.0,'');
INSERT INTO "check_result" VALUES(3,'s1-candidate-0-1','polite','c0c0bc621e00e73df1a48d1f37d1d666c19ea4e85550177870eb5871acc038a0','pass',1.0,'');
INSERT INTO "check_result" VALUES(4,'s1-candidate-0-1','short','b5b23c9d22e1427a8fa6622325596580721e9d771572c2bab500b2a1052712b7','pass',1.0,'');
CREATE TABLE check_version (
    hash TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    params TEXT NOT NULL CHECK (json_valid(params))
) STRICT
;
INSERT INTO "check_version" VALUES('c0c0bc621e00e73df1a48d1f37d1d666c19ea4e85550177870eb5871acc038a0','contains','{"text":"please"}');
INSERT INTO "check_version" VALUES('b5b23c9d22e1427a8fa6622325596580721e9d771572c2bab500b2a1052712b7','max_length','{"characters":500}');
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
;
INSERT INTO "claim" VALUES(1,'s1-j000001',1,'It says yes','supported',0,8);
INSERT INTO "claim" VALUES(2,'s1-j000001',2,'It says no','contradicted',NULL,NULL);
CREATE TABLE config_version (
    hash TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    json TEXT NOT NULL CHECK (json_valid(json))
, parent_hash TEXT REFERENCES config_version (hash), origin TEXT CHECK (origin IN ('file', 'edit', 'adhoc', 'import')), created_at TEXT) STRICT
;
INSERT INTO "config_version" VALUES('56059ffa85f2685af55232216583ce3a5abb2288506d0116a759e9761ab1bc27','the baseline','{"deadlines":{"first_token":60.0,"idle":30.0,"total":300.0},"description":null,"name":"the baseline","parameters":{},"price":null,"prompt":{"messages":[],"system":null,"user":null},"retries":4,"target":{"api_key_env":null,"base_url":null,"kind":"model","lane":"auto","model":"test/baseline"}}',NULL,NULL,NULL);
INSERT INTO "config_version" VALUES('90e20c0ab2f5df3187533eeed856e05627b7e7b26286a07fbc416de78b919bfa','the candidate','{"deadlines":{"first_token":60.0,"idle":30.0,"total":300.0},"description":null,"name":"the candidate","parameters":{},"price":null,"prompt":{"messages":[],"system":null,"user":null},"retries":4,"target":{"api_key_env":null,"base_url":null,"kind":"model","lane":"auto","model":"test/candidate"}}',NULL,NULL,NULL);
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
;
INSERT INTO "dataset_case" VALUES('a57f0b9a7a464128feed1f00bf064b2366f77f2f0ddad0c515d5498055f7f938',0,'case-0','typical','even','26d0f3f2d08c58e2715c5bf1c8cc701cda76c000a84453e2785ef399641c5c5b');
INSERT INTO "dataset_case" VALUES('a57f0b9a7a464128feed1f00bf064b2366f77f2f0ddad0c515d5498055f7f938',1,'case-1','typical','odd','bd3978e3a6bce9ff204a0fc11878134fb44d9a7afc8ded99145551021624107e');
INSERT INTO "dataset_case" VALUES('a57f0b9a7a464128feed1f00bf064b2366f77f2f0ddad0c515d5498055f7f938',2,'case-2','typical','even','fa470230912762e770d6a8ac36cbcc922035d5b53971b78af6122ee92acb4880');
INSERT INTO "dataset_case" VALUES('a57f0b9a7a464128feed1f00bf064b2366f77f2f0ddad0c515d5498055f7f938',3,'case-3','typical','odd','9d0e3a72276ba140576e2fe7a58b4de09b71de88f7b9f6951a08f90577076b13');
CREATE TABLE dataset_version (
    hash TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    card TEXT NOT NULL CHECK (json_valid(card))
) STRICT
;
INSERT INTO "dataset_version" VALUES('a57f0b9a7a464128feed1f00bf064b2366f77f2f0ddad0c515d5498055f7f938','questions','{"as_of":null,"description":null,"kpi":null,"licence":null,"name":"questions","notice":null,"segments":{},"task":"chat","title":null}');
CREATE TABLE event (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    session_id TEXT NOT NULL REFERENCES session (id),
    kind TEXT NOT NULL,
    at TEXT NOT NULL,
    detail TEXT NOT NULL CHECK (json_valid(detail))
) STRICT
;
CREATE TABLE "gate_outcome" (
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
;
CREATE TABLE import_batch (
    source_hash TEXT PRIMARY KEY,
    tool TEXT NOT NULL,
    mapping TEXT NOT NULL CHECK (json_valid(mapping))
) STRICT
;
CREATE TABLE import_reject (
    seq INTEGER PRIMARY KEY,
    batch TEXT NOT NULL REFERENCES import_batch (source_hash),
    line INTEGER NOT NULL,
    reason TEXT NOT NULL,
    raw TEXT NOT NULL
) STRICT
;
CREATE TABLE judge_version (
    hash TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    json TEXT NOT NULL CHECK (json_valid(json))
) STRICT
;
INSERT INTO "judge_version" VALUES('62f33203ca36bc913dd1f4c12097145255ee607fc0de2e69cf33e6c7df04fe14','faithful','faithfulness','{"both_orders":true,"budget":null,"criteria":null,"deadlines":{"first_token":60.0,"idle":30.0,"total":300.0},"description":null,"dimensions":[],"kind":"faithfulness","name":"faithful","parameters":{},"parsing":"auto","price":null,"prompt":{"check":"{{ claims }}","system":"s","user":"{{ response }}"},"repeats":1,"retries":4,"scale":{"high":5,"low":1},"target":{"api_key_env":null,"base_url":null,"kind":"model","lane":"auto","model":"test/judge"}}');
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
    at TEXT NOT NULL, system_fingerprint TEXT, reused_from TEXT,
    CHECK ((status = 'valid') = (verdict IS NOT NULL)),
    CHECK ((shown = 'single') = (response_b IS NULL))
) STRICT
;
INSERT INTO "judgment" VALUES(1,'s1-j000001','62f33203ca36bc913dd1f4c12097145255ee607fc0de2e69cf33e6c7df04fe14','s1','case-3','faithfulness','s1-baseline-0-1',NULL,'single',0,NULL,'valid',0.5,'one of two','','f5ca319099f6b777b72517eb1fd6c40d5fd45f43acd86c0ce687aed7b8a7a0f9','f','baea8cd6a53c780ef769dd94503ff1023bc6185f80f5e62c9b9722495c92234a','00000000000000000000000000000000',NULL,'judge-1',0.25,'config',11,7,'provider',1.5,'2026-01-04T00:00:00.000000Z',NULL,NULL);
CREATE TABLE policy_version (
    hash TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    json TEXT NOT NULL CHECK (json_valid(json))
) STRICT
;
INSERT INTO "policy_version" VALUES('02d20294b74f90fa6f4c4718127b60b511cec511e745cb2b74c7b5a07820fae4','standard','{"checks":[{"id":"polite","kind":"contains","params":{"text":"please"}},{"id":"short","kind":"max_length","params":{"characters":500}}],"description":null,"form":{"dimensions":[],"vote":"required"},"gates":{},"max_excluded":0.02,"max_skipped":0.05,"name":"standard"}');
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
;
INSERT INTO "presentation" VALUES(1,'s1-shown-0','s1',0,'case-3','rater','s1-baseline-0-1','s1-candidate-0-1','2026-01-01T00:00:00.000000Z',NULL);
CREATE TABLE rater (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    key_fingerprint TEXT
) STRICT
;
INSERT INTO "rater" VALUES('rater','A rater',NULL);
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
    reasoning TEXT NOT NULL, cost_components TEXT CHECK (cost_components IS NULL OR json_valid(cost_components)), system_fingerprint TEXT,
    UNIQUE (run_id, case_id, sample, attempt)
) STRICT
;
INSERT INTO "response" VALUES(1,'s1-baseline-0-1','s1-baseline','case-3','9d0e3a72276ba140576e2fe7a58b4de09b71de88f7b9f6951a08f90577076b13',0,1,'baseline 0','ok',NULL,NULL,NULL,NULL,0,NULL,'2026-01-01T00:00:00.000000Z',NULL,NULL,0.0,1,NULL,NULL,NULL,NULL,'unknown',NULL,'unknown',NULL,NULL,NULL,'903998a13c26111438bcdf5ccf829e38beea39f5c240f35fb2f398d206dedd10',NULL,NULL,'baseline says yes','',NULL,NULL);
INSERT INTO "response" VALUES(2,'s1-candidate-0-1','s1-candidate','case-3','9d0e3a72276ba140576e2fe7a58b4de09b71de88f7b9f6951a08f90577076b13',0,1,'candidate 0','ok',NULL,NULL,NULL,NULL,0,NULL,'2026-01-01T00:00:00.000000Z',NULL,NULL,0.0,1,NULL,NULL,NULL,NULL,'unknown',NULL,'unknown',NULL,NULL,NULL,'903998a13c26111438bcdf5ccf829e38beea39f5c240f35fb2f398d206dedd10',NULL,NULL,'candidate says yes','',NULL,NULL);
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
;
INSERT INTO "run" VALUES('s1-baseline','a57f0b9a7a464128feed1f00bf064b2366f77f2f0ddad0c515d5498055f7f938','56059ffa85f2685af55232216583ce3a5abb2288506d0116a759e9761ab1bc27',7,1,NULL,'live',4,'open','2026-01-01');
INSERT INTO "run" VALUES('s1-candidate','a57f0b9a7a464128feed1f00bf064b2366f77f2f0ddad0c515d5498055f7f938','90e20c0ab2f5df3187533eeed856e05627b7e7b26286a07fbc416de78b919bfa',7,1,NULL,'live',4,'open','2026-01-01');
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
, strata TEXT) STRICT
;
INSERT INTO "session" VALUES('s1','arena','Session s1','a57f0b9a7a464128feed1f00bf064b2366f77f2f0ddad0c515d5498055f7f938','02d20294b74f90fa6f4c4718127b60b511cec511e745cb2b74c7b5a07820fae4','24178bb7b0c17577da77aa0b0b0a98fabcdd6a5505b1fe16b243193780362e55',7,NULL,'rater',0,NULL,NULL,'2026-01-01',NULL);
CREATE TABLE session_item (
    session_id TEXT NOT NULL REFERENCES session (id),
    position INTEGER NOT NULL,
    case_id TEXT NOT NULL,
    queue TEXT NOT NULL DEFAULT 'random' CHECK (queue IN ('random', 'risk')), stratum TEXT, inclusion_p REAL CHECK (inclusion_p > 0 AND inclusion_p <= 1),
    PRIMARY KEY (session_id, position),
    UNIQUE (session_id, case_id, queue)
) STRICT, WITHOUT ROWID
;
INSERT INTO "session_item" VALUES('s1',0,'case-3','random',NULL,NULL);
INSERT INTO "session_item" VALUES('s1',1,'case-2','random',NULL,NULL);
INSERT INTO "session_item" VALUES('s1',2,'case-1','random',NULL,NULL);
INSERT INTO "session_item" VALUES('s1',3,'case-0','random',NULL,NULL);
CREATE TABLE session_run (
    session_id TEXT NOT NULL REFERENCES session (id),
    role TEXT NOT NULL CHECK (role IN ('baseline', 'candidate')),
    run_id TEXT NOT NULL REFERENCES run (id),
    PRIMARY KEY (session_id, role)
) STRICT, WITHOUT ROWID
;
INSERT INTO "session_run" VALUES('s1','baseline','s1-baseline');
INSERT INTO "session_run" VALUES('s1','candidate','s1-candidate');
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
;
INSERT INTO "triage_decision" VALUES(1,'s1-d000001','d1','s1-baseline','s1-candidate','case-3','s1-candidate-0-1','s1-baseline-0-1','status','confirmed','set',NULL,'rater','2026-01-04T00:00:00.000000Z');
INSERT INTO "triage_decision" VALUES(2,'s1-d000002','d1','s1-baseline','s1-candidate','case-3','s1-candidate-0-1','s1-baseline-0-1','cause','retrieval','set',NULL,'rater','2026-01-04T00:00:00.000000Z');
INSERT INTO "triage_decision" VALUES(3,'s1-d000003','d2','s1-baseline','s1-candidate','case-3','s1-candidate-0-1','s1-baseline-0-1','cause',NULL,'undo','s1-d000002','rater','2026-01-04T00:00:00.000000Z');
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX response_run ON response (run_id);
CREATE INDEX response_fingerprint ON response (fingerprint);
CREATE INDEX presentation_session ON presentation (session_id, position);
CREATE INDEX ballot_presentation ON ballot (presentation_id);
CREATE INDEX ballot_supersedes ON ballot (supersedes) WHERE supersedes IS NOT NULL;
CREATE INDEX event_session ON event (session_id);
CREATE INDEX import_reject_batch ON import_reject (batch);
CREATE INDEX baseline_name ON baseline (name);
CREATE INDEX gate_outcome_session ON gate_outcome (session_id);
CREATE INDEX gate_outcome_candidate ON gate_outcome (candidate_run);
CREATE INDEX judgment_session ON judgment (session_id, judge_hash);
CREATE INDEX triage_decision_runs ON triage_decision (candidate_run, baseline_run);
CREATE INDEX triage_decision_slot ON triage_decision (candidate_response, field);
CREATE INDEX triage_decision_supersedes ON triage_decision (supersedes) WHERE supersedes IS NOT NULL;
CREATE INDEX judgment_prompt ON judgment (judge_hash, prompt_fingerprint) WHERE status <> 'error';
CREATE INDEX judgment_case ON judgment (session_id, judge_hash, case_id);
CREATE INDEX check_judgment_prompt ON check_judgment (prompt_fingerprint);
CREATE TRIGGER check_result_notes_mend AFTER UPDATE ON check_result BEGIN INSERT INTO check_mend (response_id) VALUES (new.response_id); END;
CREATE TRIGGER response_refuses_update BEFORE UPDATE ON response BEGIN SELECT RAISE(ABORT, 'response is append-only: a correction is a new row'); END;
CREATE TRIGGER response_refuses_delete BEFORE DELETE ON response BEGIN SELECT RAISE(ABORT, 'response is append-only: a correction is a new row'); END;
CREATE TRIGGER presentation_refuses_update BEFORE UPDATE ON presentation BEGIN SELECT RAISE(ABORT, 'presentation is append-only: a correction is a new row'); END;
CREATE TRIGGER presentation_refuses_delete BEFORE DELETE ON presentation BEGIN SELECT RAISE(ABORT, 'presentation is append-only: a correction is a new row'); END;
CREATE TRIGGER ballot_refuses_update BEFORE UPDATE ON ballot BEGIN SELECT RAISE(ABORT, 'ballot is append-only: a correction is a new row'); END;
CREATE TRIGGER ballot_refuses_delete BEFORE DELETE ON ballot BEGIN SELECT RAISE(ABORT, 'ballot is append-only: a correction is a new row'); END;
CREATE TRIGGER gate_outcome_refuses_update BEFORE UPDATE ON gate_outcome BEGIN SELECT RAISE(ABORT, 'gate_outcome is append-only: a correction is a new row'); END;
CREATE TRIGGER gate_outcome_refuses_delete BEFORE DELETE ON gate_outcome BEGIN SELECT RAISE(ABORT, 'gate_outcome is append-only: a correction is a new row'); END;
CREATE TRIGGER event_refuses_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'event is append-only: a correction is a new row'); END;
CREATE TRIGGER event_refuses_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'event is append-only: a correction is a new row'); END;
CREATE TRIGGER baseline_refuses_update BEFORE UPDATE ON baseline BEGIN SELECT RAISE(ABORT, 'baseline is append-only: a correction is a new row'); END;
CREATE TRIGGER baseline_refuses_delete BEFORE DELETE ON baseline BEGIN SELECT RAISE(ABORT, 'baseline is append-only: a correction is a new row'); END;
CREATE TRIGGER judgment_refuses_update BEFORE UPDATE ON judgment BEGIN SELECT RAISE(ABORT, 'judgment is append-only: a correction is a new row'); END;
CREATE TRIGGER judgment_refuses_delete BEFORE DELETE ON judgment BEGIN SELECT RAISE(ABORT, 'judgment is append-only: a correction is a new row'); END;
CREATE TRIGGER claim_refuses_update BEFORE UPDATE ON claim BEGIN SELECT RAISE(ABORT, 'claim is append-only: a correction is a new row'); END;
CREATE TRIGGER claim_refuses_delete BEFORE DELETE ON claim BEGIN SELECT RAISE(ABORT, 'claim is append-only: a correction is a new row'); END;
CREATE TRIGGER check_judgment_refuses_update BEFORE UPDATE ON check_judgment BEGIN SELECT RAISE(ABORT, 'check_judgment is append-only: a correction is a new row'); END;
CREATE TRIGGER check_judgment_refuses_delete BEFORE DELETE ON check_judgment BEGIN SELECT RAISE(ABORT, 'check_judgment is append-only: a correction is a new row'); END;
CREATE TRIGGER triage_decision_refuses_update BEFORE UPDATE ON triage_decision BEGIN SELECT RAISE(ABORT, 'triage_decision is append-only: a correction is a new row'); END;
CREATE TRIGGER triage_decision_refuses_delete BEFORE DELETE ON triage_decision BEGIN SELECT RAISE(ABORT, 'triage_decision is append-only: a correction is a new row'); END;
CREATE VIEW "ballots_given" AS -- Every ballot with where it was given. One ballot displaces an earlier one of the same rater, pair and slot: vote and
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
JOIN session_item i ON i.session_id = p.session_id AND i.position = p.position;
CREATE VIEW "ballots_standing" AS -- Ballots that were not taken back. An undo reaches only ballots on its own side of a reveal, and one that is undone
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
                WHERE redo.supersedes = undo.ballot_id AND redo.kind = 'undo' AND redo.counts = undo.counts));
CREATE VIEW "ballots_effective" AS -- Ballots in force: standing, and not displaced by a later one.
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
        AND later.ballot_id > b.ballot_id);
CREATE VIEW "responses_counting" AS -- The response that counts for a case: the first attempt that neither the infrastructure nor the user ended.
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
    );
CREATE VIEW "case_outcome" AS -- How each planned case stands, once both counting answers are there: settled by a broken one alone, else by the votes
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
);
CREATE VIEW "sessions_overview" AS -- One line per session; `voted` counts cases with a vote in force.
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
LEFT JOIN config_version b ON b.hash = run_b.config_hash;
CREATE VIEW "baselines_in_force" AS -- The run that each name stands for now.
SELECT b.name, b.run_id, b.at AS since, c.name AS config, d.name AS dataset
FROM baseline b
JOIN run r ON r.id = b.run_id
JOIN config_version c ON c.hash = r.config_hash
LEFT JOIN dataset_version d ON d.hash = r.dataset_hash
WHERE NOT EXISTS (SELECT 1 FROM baseline later WHERE later.name = b.name AND later.seq > b.seq);
CREATE VIEW "judgments_in_force" AS -- What judges said, one row a question: the first judgment that is no error, else the last error. `shown` says which
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
        END);
CREATE VIEW "triage_in_force" AS -- What people decided about changed cases, a row for each field that is set and was not taken back.
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
            AND NOT EXISTS (SELECT 1 FROM triage_decision undo WHERE undo.supersedes = later.id AND undo.act = 'undo'));
COMMIT;
