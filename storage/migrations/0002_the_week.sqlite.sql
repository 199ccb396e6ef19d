-- The week: when people are asked, who has been asked, calls for help, and where teams see their boards.

ALTER TABLE organisation ADD COLUMN ask_weekday INTEGER NOT NULL DEFAULT 4 CHECK (ask_weekday BETWEEN 0 AND 6);
ALTER TABLE organisation ADD COLUMN ask_at TEXT NOT NULL DEFAULT '15:00:00';
ALTER TABLE organisation ADD COLUMN ask_weeks INTEGER NOT NULL DEFAULT 1 CHECK (ask_weeks BETWEEN 1 AND 4);
ALTER TABLE organisation ADD COLUMN remind_after INTEGER NOT NULL DEFAULT 1 CHECK (remind_after >= 1);
ALTER TABLE organisation ADD COLUMN closes_after INTEGER NOT NULL DEFAULT 3 CHECK (closes_after > remind_after);
ALTER TABLE organisation ADD COLUMN card_at TEXT NOT NULL DEFAULT '09:00:00';

-- Which of a person's accounts was put last: it has the highest number among theirs.
ALTER TABLE accounts ADD COLUMN touched INTEGER NOT NULL DEFAULT 0 CHECK (touched >= 0);

-- What was sent by itself, once for each local day. Whom it is about is a person or a team: `subject_id` is the key, and stands once more
-- in a column of its kind, so that both are real foreign keys.
CREATE TABLE prompts (
    kind TEXT NOT NULL CHECK (kind IN ('check_in', 'reminder', 'monday_card')),
    subject_id TEXT NOT NULL,
    day TEXT NOT NULL,
    at TEXT NOT NULL,
    answered_at TEXT,
    snoozed_until TEXT,
    person_id TEXT REFERENCES people (id) DEFERRABLE INITIALLY DEFERRED,
    team_id TEXT REFERENCES teams (id) DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (kind, subject_id, day),
    CHECK ((kind = 'monday_card') = (team_id IS NOT NULL)),
    CHECK ((person_id IS NULL) = (team_id IS NOT NULL)),
    CHECK (subject_id = COALESCE(person_id, team_id))
) STRICT, WITHOUT ROWID;

CREATE INDEX prompts_subject ON prompts (subject_id, day);

-- `holders` are the people a call has reached, newest last, as a JSON list of ids.
CREATE TABLE help_requests (
    id TEXT NOT NULL PRIMARY KEY CHECK (id <> ''),
    key_result_id TEXT NOT NULL REFERENCES key_results (id) DEFERRABLE INITIALLY DEFERRED,
    objective_id TEXT NOT NULL REFERENCES objectives (id) DEFERRABLE INITIALLY DEFERRED,
    asker_id TEXT NOT NULL REFERENCES people (id) DEFERRABLE INITIALLY DEFERRED,
    asked_at TEXT NOT NULL,
    words TEXT NOT NULL,
    holders TEXT NOT NULL CHECK (holders GLOB '[[]*]'),
    moves_on_at TEXT,
    state TEXT NOT NULL CHECK (state IN ('open', 'answered', 'withdrawn')),
    decision TEXT CHECK (decision IN ('add_resources', 'lower_priority', 'change_target', 'talk', 'dead')),
    decided_by TEXT REFERENCES people (id) DEFERRABLE INITIALLY DEFERRED,
    decided_at TEXT,
    remark TEXT NOT NULL,
    follow_up_at TEXT,
    has_arrived INTEGER CHECK (has_arrived IN (0, 1)),
    version INTEGER NOT NULL CHECK (version >= 1),
    CHECK ((state = 'answered') = (decision IS NOT NULL))
) STRICT;

CREATE INDEX help_requests_key_result ON help_requests (key_result_id, asked_at, id);
CREATE INDEX help_requests_objective ON help_requests (objective_id);
CREATE INDEX help_requests_open ON help_requests (moves_on_at) WHERE state = 'open';
CREATE INDEX help_requests_following ON help_requests (follow_up_at) WHERE state = 'answered' AND follow_up_at IS NOT NULL;

-- The group chat a team's boards are posted to. A chat is one team's.
CREATE TABLE team_places (
    team_id TEXT NOT NULL PRIMARY KEY REFERENCES teams (id) DEFERRABLE INITIALLY DEFERRED,
    platform TEXT NOT NULL,
    tenant TEXT NOT NULL,
    chat_id TEXT NOT NULL,
    is_private INTEGER NOT NULL CHECK (is_private IN (0, 1)),
    UNIQUE (platform, tenant, chat_id)
) STRICT;

-- What admins have said about days; country '' is everywhere.
CREATE TABLE days_off (
    country TEXT NOT NULL,
    day TEXT NOT NULL,
    is_off INTEGER NOT NULL CHECK (is_off IN (0, 1)),
    PRIMARY KEY (country, day)
) STRICT, WITHOUT ROWID;
