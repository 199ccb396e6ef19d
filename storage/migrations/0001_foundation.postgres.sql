-- Foreign keys are checked at the commit: a turn is one value, and the order of its changes is nobody's business.
-- Nothing is ever deleted by cascade. Who deletes a row says what becomes of those that point to it.

CREATE TABLE organisation (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    name TEXT NOT NULL,
    fiscal_start_month INTEGER NOT NULL CHECK (fiscal_start_month BETWEEN 1 AND 12)
);

INSERT INTO organisation (id, name, fiscal_start_month) VALUES (1, '', 1);

CREATE TABLE teams (
    id TEXT NOT NULL PRIMARY KEY CHECK (id <> ''),
    name TEXT NOT NULL,
    path TEXT NOT NULL UNIQUE,
    parent_id TEXT REFERENCES teams (id) DEFERRABLE INITIALLY DEFERRED CHECK (parent_id <> id),
    lead_id TEXT,
    search TEXT NOT NULL
);

CREATE INDEX teams_parent ON teams (parent_id);

CREATE TABLE people (
    id TEXT NOT NULL PRIMARY KEY CHECK (id <> ''),
    name TEXT NOT NULL,
    email TEXT UNIQUE,
    team_id TEXT NOT NULL REFERENCES teams (id) DEFERRABLE INITIALLY DEFERRED,
    role TEXT NOT NULL CHECK (role IN ('member', 'manager', 'admin')),
    manager_id TEXT REFERENCES people (id) DEFERRABLE INITIALLY DEFERRED,
    locale TEXT NOT NULL,
    timezone TEXT NOT NULL,
    quiet_from TEXT NOT NULL,
    quiet_until TEXT NOT NULL,
    away_until DATE,
    joined_at TIMESTAMPTZ,
    left_at TIMESTAMPTZ,
    version INTEGER NOT NULL CHECK (version >= 1),
    search TEXT NOT NULL
);

ALTER TABLE teams ADD FOREIGN KEY (lead_id) REFERENCES people (id) DEFERRABLE INITIALLY DEFERRED;

CREATE INDEX people_team ON people (team_id);
CREATE INDEX people_manager ON people (manager_id);

CREATE TABLE accounts (
    platform TEXT NOT NULL,
    tenant TEXT NOT NULL,
    user_id TEXT NOT NULL,
    person_id TEXT NOT NULL REFERENCES people (id) DEFERRABLE INITIALLY DEFERRED,
    chat_id TEXT NOT NULL,
    PRIMARY KEY (platform, tenant, user_id)
);

CREATE INDEX accounts_person ON accounts (person_id);

CREATE TABLE invites (
    code_hash TEXT NOT NULL PRIMARY KEY CHECK (code_hash <> ''),
    team_id TEXT NOT NULL REFERENCES teams (id) DEFERRABLE INITIALLY DEFERRED,
    role TEXT NOT NULL CHECK (role IN ('member', 'manager', 'admin')),
    expires_at TIMESTAMPTZ NOT NULL,
    uses_left INTEGER NOT NULL CHECK (uses_left >= 0)
);

CREATE TABLE cycles (
    id TEXT NOT NULL PRIMARY KEY CHECK (id <> ''),
    name TEXT NOT NULL,
    starts_on DATE NOT NULL,
    ends_on DATE NOT NULL,
    CHECK (ends_on > starts_on)
);

CREATE TABLE objectives (
    id TEXT NOT NULL PRIMARY KEY CHECK (id <> ''),
    owner_id TEXT NOT NULL REFERENCES people (id) DEFERRABLE INITIALLY DEFERRED,
    team_id TEXT NOT NULL REFERENCES teams (id) DEFERRABLE INITIALLY DEFERRED,
    cycle_id TEXT NOT NULL REFERENCES cycles (id) DEFERRABLE INITIALLY DEFERRED,
    title TEXT NOT NULL,
    why TEXT NOT NULL,
    ambition TEXT NOT NULL CHECK (ambition IN ('committed', 'aspirational')),
    state TEXT NOT NULL CHECK (state IN ('draft', 'published', 'dead', 'closed')),
    created_at TIMESTAMPTZ NOT NULL,
    serves_objective_id TEXT REFERENCES objectives (id) DEFERRABLE INITIALLY DEFERRED CHECK (serves_objective_id <> id),
    serves_key_result_id TEXT,
    published_at TIMESTAMPTZ,
    version INTEGER NOT NULL CHECK (version >= 1),
    search TEXT NOT NULL,
    CHECK (serves_objective_id IS NULL OR serves_key_result_id IS NULL)
);

CREATE INDEX objectives_owner ON objectives (owner_id, cycle_id);
CREATE INDEX objectives_team ON objectives (team_id, cycle_id);
CREATE INDEX objectives_cycle ON objectives (cycle_id, state, created_at, id);
CREATE INDEX objectives_serves_objective ON objectives (serves_objective_id);
CREATE INDEX objectives_serves_key_result ON objectives (serves_key_result_id);

CREATE TABLE key_results (
    id TEXT NOT NULL PRIMARY KEY CHECK (id <> ''),
    objective_id TEXT NOT NULL REFERENCES objectives (id) DEFERRABLE INITIALLY DEFERRED,
    position INTEGER NOT NULL,
    sentence TEXT NOT NULL,
    metric TEXT NOT NULL,
    target NUMERIC NOT NULL,
    baseline NUMERIC,
    unit TEXT NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('increase', 'decrease', 'keep_above', 'keep_below', 'milestone')),
    start_confidence INTEGER CHECK (start_confidence BETWEEN 0 AND 10),
    current NUMERIC,
    is_dead BOOLEAN NOT NULL,
    search TEXT NOT NULL
);

ALTER TABLE objectives
    ADD FOREIGN KEY (serves_key_result_id) REFERENCES key_results (id) DEFERRABLE INITIALLY DEFERRED;

CREATE INDEX key_results_objective ON key_results (objective_id, position);

CREATE TABLE check_ins (
    id TEXT NOT NULL PRIMARY KEY CHECK (id <> ''),
    key_result_id TEXT NOT NULL REFERENCES key_results (id) DEFERRABLE INITIALLY DEFERRED,
    author_id TEXT NOT NULL REFERENCES people (id) DEFERRABLE INITIALLY DEFERRED,
    at TIMESTAMPTZ NOT NULL,
    value NUMERIC NOT NULL,
    confidence TEXT NOT NULL CHECK (confidence IN ('on_track', 'at_risk', 'off_track')),
    note TEXT NOT NULL
);

CREATE INDEX check_ins_newest ON check_ins (key_result_id, at, id);

-- A removed key result stays in the history, so its id is no foreign key here. `position` orders what one turn appended.
CREATE TABLE history (
    id TEXT NOT NULL PRIMARY KEY CHECK (id <> ''),
    objective_id TEXT NOT NULL REFERENCES objectives (id) DEFERRABLE INITIALLY DEFERRED,
    at TIMESTAMPTZ NOT NULL,
    position INTEGER NOT NULL,
    by_id TEXT NOT NULL REFERENCES people (id) DEFERRABLE INITIALLY DEFERRED,
    what TEXT NOT NULL,
    why TEXT NOT NULL,
    before_text TEXT NOT NULL,
    after_text TEXT NOT NULL,
    key_result_id TEXT
);

CREATE INDEX history_objective ON history (objective_id, at, position);

CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY CHECK (id <> ''),
    person_id TEXT NOT NULL REFERENCES people (id) DEFERRABLE INITIALLY DEFERRED,
    script TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'parked', 'finished', 'cancelled')),
    turn INTEGER NOT NULL CHECK (turn >= 1),
    started_at TIMESTAMPTZ NOT NULL,
    touched_at TIMESTAMPTZ NOT NULL,
    body JSON NOT NULL
);

CREATE UNIQUE INDEX sessions_one_active ON sessions (person_id) WHERE state = 'active';
CREATE INDEX sessions_open ON sessions (person_id) WHERE state IN ('active', 'parked');

-- What came in. The words are kept until a turn has dealt with them or an admin has looked at them; the key stays longer, so that a
-- platform's repetition is recognised. Long columns come last: what looks at the others need not read them.
CREATE TABLE inbox (
    platform TEXT NOT NULL,
    tenant TEXT NOT NULL,
    event_id TEXT NOT NULL,
    received_at TIMESTAMPTZ NOT NULL,
    done_at TIMESTAMPTZ,
    given_up TEXT,
    body JSON,
    PRIMARY KEY (platform, tenant, event_id),
    CHECK (body IS NOT NULL OR done_at IS NOT NULL)
);

CREATE INDEX inbox_pending ON inbox (received_at) WHERE done_at IS NULL AND given_up IS NULL;

-- One row a chat. `ready_at` is the due time of the lane's first waiting message, NULL when none waits; whoever changes the messages
-- of a lane locks its row first, so the two always agree.
CREATE TABLE outbox_lanes (
    lane TEXT NOT NULL PRIMARY KEY CHECK (lane <> ''),
    ready_at TIMESTAMPTZ,
    paused_until TIMESTAMPTZ,
    lease_until TIMESTAMPTZ,
    lease_by TEXT,
    CHECK ((lease_until IS NULL) = (lease_by IS NULL))
);

CREATE INDEX outbox_lanes_ready ON outbox_lanes (ready_at, lane) WHERE ready_at IS NOT NULL;
CREATE INDEX outbox_lanes_paused ON outbox_lanes (paused_until) WHERE paused_until IS NOT NULL;

-- What goes out. `slot` is the name a later message edits it by.
CREATE TABLE outbox (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dedupe TEXT NOT NULL UNIQUE,
    lane TEXT NOT NULL REFERENCES outbox_lanes (lane) DEFERRABLE INITIALLY DEFERRED,
    platform TEXT NOT NULL,
    tenant TEXT NOT NULL,
    chat_id TEXT NOT NULL,
    is_private BOOLEAN NOT NULL,
    slot TEXT NOT NULL,
    edits TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'dead')),
    attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    due_at TIMESTAMPTZ NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    sent_at TIMESTAMPTZ,
    died_at TIMESTAMPTZ,
    reference TEXT NOT NULL DEFAULT '',
    error TEXT NOT NULL DEFAULT '',
    message JSON NOT NULL,
    CHECK ((state = 'sent') = (sent_at IS NOT NULL)),
    CHECK ((state = 'dead') = (died_at IS NOT NULL))
);

CREATE INDEX outbox_heads ON outbox (lane, id) WHERE state = 'waiting';
CREATE INDEX outbox_slots ON outbox (lane, slot, id) WHERE state = 'sent' AND slot <> '';
CREATE INDEX outbox_sent ON outbox (sent_at) WHERE state = 'sent';
CREATE INDEX outbox_dead ON outbox (died_at) WHERE state = 'dead';

CREATE TABLE guards (
    name TEXT NOT NULL PRIMARY KEY CHECK (name <> ''),
    revision BIGINT NOT NULL CHECK (revision >= 1)
);

-- The newest line number of each web chat. Its row is locked while a line is added, so numbers become visible in their order.
CREATE TABLE web_places (
    lane TEXT NOT NULL PRIMARY KEY CHECK (lane <> ''),
    number BIGINT NOT NULL CHECK (number >= 1)
);

-- Every version of every line. `root` is the line whose place a version takes (itself for a new one); one of a root is current.
CREATE TABLE web_lines (
    lane TEXT NOT NULL REFERENCES web_places (lane) DEFERRABLE INITIALLY DEFERRED,
    id TEXT NOT NULL CHECK (id <> ''),
    root TEXT NOT NULL,
    position BIGINT NOT NULL,
    number BIGINT NOT NULL,
    is_current BOOLEAN NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    said TEXT NOT NULL,
    message JSON,
    PRIMARY KEY (lane, id),
    CHECK ((said = '') = (message IS NOT NULL))
);

CREATE UNIQUE INDEX web_lines_shown ON web_lines (lane, position) WHERE is_current;
CREATE UNIQUE INDEX web_lines_new ON web_lines (lane, number);
