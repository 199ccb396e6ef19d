-- What directories of platforms said last about people and departments: only what they say differently next time changes anything.

-- `manager` is a user id of the directory: whom it names need not be one of ours.
CREATE TABLE listings (
    platform TEXT NOT NULL,
    tenant TEXT NOT NULL,
    user_id TEXT NOT NULL,
    person_id TEXT NOT NULL REFERENCES people (id) DEFERRABLE INITIALLY DEFERRED,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    title TEXT NOT NULL,
    locale TEXT NOT NULL,
    timezone TEXT NOT NULL,
    department_id TEXT NOT NULL,
    manager TEXT NOT NULL,
    is_lead INTEGER NOT NULL CHECK (is_lead IN (0, 1)),
    listed_at TEXT NOT NULL,
    gone_at TEXT,
    enterprise_id TEXT NOT NULL,
    PRIMARY KEY (platform, tenant, user_id)
) STRICT;

CREATE INDEX listings_person ON listings (person_id);

CREATE TABLE listed_teams (
    platform TEXT NOT NULL,
    tenant TEXT NOT NULL,
    department_id TEXT NOT NULL,
    team_id TEXT NOT NULL REFERENCES teams (id) DEFERRABLE INITIALLY DEFERRED,
    name TEXT NOT NULL,
    PRIMARY KEY (platform, tenant, department_id)
) STRICT;
