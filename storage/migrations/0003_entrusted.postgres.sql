-- What platforms entrust us with for each of their tenants, sealed by whoever stores it, and tickets that are good once.

CREATE TABLE keyring (
    platform TEXT NOT NULL,
    tenant TEXT NOT NULL,
    sealed TEXT NOT NULL CHECK (sealed <> ''),
    stored_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (platform, tenant)
);

CREATE TABLE tickets (
    ticket_hash TEXT NOT NULL PRIMARY KEY CHECK (ticket_hash <> ''),
    expires_at TIMESTAMPTZ NOT NULL
);
