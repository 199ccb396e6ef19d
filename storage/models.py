"""The tables as Tortoise models, for ordinary reads and reports. The schema itself is in `migrations/`; a test keeps the two equal.

Nothing is saved through these: what changes goes through the unit of work, the queues and the transcript, with statements of their own.
So primary keys of several columns, which Tortoise does not know, may be named by one of them here.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tortoise import Model, fields
from tortoise.fields.base import Field

ID = 200


class ExactField(Field[Decimal], Decimal):  # type: ignore[misc] # Tortoise's way to say what a field holds
    """A decimal as it was written: Tortoise's own field rounds to a fixed number of places."""

    SQL_TYPE = "NUMERIC"

    class _db_sqlite:  # noqa: N801 the name Tortoise looks for
        SQL_TYPE = "TEXT"

    def to_python_value(self, value: Any) -> Decimal | None:
        """From SQLite's text or PostgreSQL's numeric."""
        return None if value is None else Decimal(value)

    def to_db_value(self, value: Decimal | None, instance: type[Model] | Model) -> str | Decimal | None:
        """Exact on both."""
        return value


class Organisation(Model):
    id = fields.IntField(primary_key=True)
    name = fields.TextField()
    fiscal_start_month = fields.IntField()
    ask_weekday = fields.IntField()
    ask_at = fields.CharField(ID)
    ask_weeks = fields.IntField()
    remind_after = fields.IntField()
    closes_after = fields.IntField()
    card_at = fields.CharField(ID)

    class Meta:
        table = "organisation"


class Team(Model):
    id = fields.CharField(ID, primary_key=True)
    name = fields.TextField()
    path = fields.CharField(2000, unique=True)
    parent_id = fields.CharField(ID, null=True)
    lead_id = fields.CharField(ID, null=True)
    search = fields.TextField()

    class Meta:
        table = "teams"


class Person(Model):
    id = fields.CharField(ID, primary_key=True)
    name = fields.TextField()
    email = fields.CharField(ID, null=True, unique=True)
    team_id = fields.CharField(ID)
    role = fields.CharField(ID)
    manager_id = fields.CharField(ID, null=True)
    locale = fields.CharField(ID)
    timezone = fields.CharField(ID)
    quiet_from = fields.CharField(ID)
    quiet_until = fields.CharField(ID)
    away_until = fields.DateField(null=True)
    joined_at = fields.DatetimeField(null=True)
    left_at = fields.DatetimeField(null=True)
    version = fields.IntField()
    search = fields.TextField()

    class Meta:
        table = "people"


class Account(Model):
    """Keyed by platform, tenant and user together."""

    platform = fields.CharField(ID)
    tenant = fields.CharField(ID)
    user_id = fields.CharField(ID, primary_key=True)
    person_id = fields.CharField(ID)
    chat_id = fields.CharField(ID)
    touched = fields.BigIntField()

    class Meta:
        table = "accounts"


class Invite(Model):
    code_hash = fields.CharField(ID, primary_key=True)
    team_id = fields.CharField(ID)
    role = fields.CharField(ID)
    expires_at = fields.DatetimeField()
    uses_left = fields.IntField()

    class Meta:
        table = "invites"


class Cycle(Model):
    id = fields.CharField(ID, primary_key=True)
    name = fields.TextField()
    starts_on = fields.DateField()
    ends_on = fields.DateField()

    class Meta:
        table = "cycles"


class Objective(Model):
    id = fields.CharField(ID, primary_key=True)
    owner_id = fields.CharField(ID)
    team_id = fields.CharField(ID)
    cycle_id = fields.CharField(ID)
    title = fields.TextField()
    why = fields.TextField()
    ambition = fields.CharField(ID)
    state = fields.CharField(ID)
    created_at = fields.DatetimeField()
    serves_objective_id = fields.CharField(ID, null=True)
    serves_key_result_id = fields.CharField(ID, null=True)
    published_at = fields.DatetimeField(null=True)
    version = fields.IntField()
    search = fields.TextField()

    class Meta:
        table = "objectives"


class KeyResult(Model):
    id = fields.CharField(ID, primary_key=True)
    objective_id = fields.CharField(ID)
    position = fields.IntField()
    sentence = fields.TextField()
    metric = fields.TextField()
    target = ExactField()
    baseline = ExactField(null=True)
    unit = fields.TextField()
    direction = fields.CharField(ID)
    start_confidence = fields.IntField(null=True)
    current = ExactField(null=True)
    is_dead = fields.BooleanField()
    search = fields.TextField()

    class Meta:
        table = "key_results"


class CheckIn(Model):
    id = fields.CharField(ID, primary_key=True)
    key_result_id = fields.CharField(ID)
    author_id = fields.CharField(ID)
    at = fields.DatetimeField()
    value = ExactField()
    confidence = fields.CharField(ID)
    note = fields.TextField()

    class Meta:
        table = "check_ins"


class History(Model):
    id = fields.CharField(ID, primary_key=True)
    objective_id = fields.CharField(ID)
    at = fields.DatetimeField()
    position = fields.IntField()
    by_id = fields.CharField(ID)
    what = fields.TextField()
    why = fields.TextField()
    before_text = fields.TextField()
    after_text = fields.TextField()
    key_result_id = fields.CharField(ID, null=True)

    class Meta:
        table = "history"


class Prompt(Model):
    """Keyed by kind, subject and day together."""

    kind = fields.CharField(ID)
    subject_id = fields.CharField(ID, primary_key=True)
    day = fields.DateField()
    at = fields.DatetimeField()
    answered_at = fields.DatetimeField(null=True)
    snoozed_until = fields.DatetimeField(null=True)
    person_id = fields.CharField(ID, null=True)
    team_id = fields.CharField(ID, null=True)

    class Meta:
        table = "prompts"


class HelpRequest(Model):
    id = fields.CharField(ID, primary_key=True)
    key_result_id = fields.CharField(ID)
    objective_id = fields.CharField(ID)
    asker_id = fields.CharField(ID)
    asked_at = fields.DatetimeField()
    words = fields.TextField()
    holders: fields.Field[list[str]] = fields.JSONField()
    moves_on_at = fields.DatetimeField(null=True)
    state = fields.CharField(ID)
    decision = fields.CharField(ID, null=True)
    decided_by = fields.CharField(ID, null=True)
    decided_at = fields.DatetimeField(null=True)
    remark = fields.TextField()
    follow_up_at = fields.DatetimeField(null=True)
    has_arrived = fields.BooleanField(null=True)
    version = fields.IntField()

    class Meta:
        table = "help_requests"


class TeamPlace(Model):
    team_id = fields.CharField(ID, primary_key=True)
    platform = fields.CharField(ID)
    tenant = fields.CharField(ID)
    chat_id = fields.CharField(ID)
    is_private = fields.BooleanField()

    class Meta:
        table = "team_places"


class DayOff(Model):
    """Keyed by country and day together."""

    country = fields.CharField(ID)
    day = fields.DateField(primary_key=True)
    is_off = fields.BooleanField()

    class Meta:
        table = "days_off"


class Listing(Model):
    """Keyed by platform, tenant and user together."""

    platform = fields.CharField(ID)
    tenant = fields.CharField(ID)
    user_id = fields.CharField(ID, primary_key=True)
    person_id = fields.CharField(ID)
    name = fields.TextField()
    email = fields.TextField()
    title = fields.TextField()
    locale = fields.CharField(ID)
    timezone = fields.CharField(ID)
    department_id = fields.CharField(ID)
    manager = fields.CharField(ID)
    is_lead = fields.BooleanField()
    listed_at = fields.DatetimeField()
    gone_at = fields.DatetimeField(null=True)
    enterprise_id = fields.CharField(ID)

    class Meta:
        table = "listings"


class ListedTeam(Model):
    """Keyed by platform, tenant and department together."""

    platform = fields.CharField(ID)
    tenant = fields.CharField(ID)
    department_id = fields.CharField(ID, primary_key=True)
    team_id = fields.CharField(ID)
    name = fields.TextField()

    class Meta:
        table = "listed_teams"


class Session(Model):
    id = fields.CharField(ID, primary_key=True)
    person_id = fields.CharField(ID)
    script = fields.TextField()
    state = fields.CharField(ID)
    turn = fields.IntField()
    started_at = fields.DatetimeField()
    touched_at = fields.DatetimeField()
    body: fields.Field[dict[str, Any]] = fields.JSONField()

    class Meta:
        table = "sessions"


class Event(Model):
    """Keyed by platform, tenant and event together."""

    platform = fields.CharField(ID)
    tenant = fields.CharField(ID)
    event_id = fields.CharField(ID, primary_key=True)
    received_at = fields.DatetimeField()
    done_at = fields.DatetimeField(null=True)
    given_up = fields.TextField(null=True)
    body: fields.Field[dict[str, Any] | None] = fields.JSONField(null=True)

    class Meta:
        table = "inbox"


class OutboxLane(Model):
    lane = fields.CharField(ID, primary_key=True)
    ready_at = fields.DatetimeField(null=True)
    paused_until = fields.DatetimeField(null=True)
    lease_until = fields.DatetimeField(null=True)
    lease_by = fields.CharField(ID, null=True)

    class Meta:
        table = "outbox_lanes"


class OutboxMessage(Model):
    id = fields.BigIntField(primary_key=True)
    dedupe = fields.CharField(ID, unique=True)
    lane = fields.CharField(ID)
    platform = fields.CharField(ID)
    tenant = fields.CharField(ID)
    chat_id = fields.CharField(ID)
    is_private = fields.BooleanField()
    slot = fields.CharField(ID)
    edits = fields.CharField(ID)
    message: fields.Field[dict[str, Any]] = fields.JSONField()
    state = fields.CharField(ID)
    attempts = fields.IntField()
    due_at = fields.DatetimeField()
    created_at = fields.DatetimeField()
    sent_at = fields.DatetimeField(null=True)
    died_at = fields.DatetimeField(null=True)
    reference = fields.TextField()
    error = fields.TextField()

    class Meta:
        table = "outbox"


class Guard(Model):
    name = fields.CharField(ID, primary_key=True)
    revision = fields.BigIntField()

    class Meta:
        table = "guards"


class Entrusted(Model):
    """Keyed by platform and tenant together."""

    platform = fields.CharField(ID)
    tenant = fields.CharField(ID, primary_key=True)
    sealed = fields.TextField()
    stored_at = fields.DatetimeField()

    class Meta:
        table = "keyring"


class Ticket(Model):
    ticket_hash = fields.CharField(ID, primary_key=True)
    expires_at = fields.DatetimeField()

    class Meta:
        table = "tickets"


class WebPlace(Model):
    lane = fields.CharField(ID, primary_key=True)
    number = fields.BigIntField()

    class Meta:
        table = "web_places"


class WebLine(Model):
    """Keyed by lane and id together."""

    lane = fields.CharField(ID)
    id = fields.CharField(ID, primary_key=True)
    root = fields.CharField(ID)
    position = fields.BigIntField()
    number = fields.BigIntField()
    is_current = fields.BooleanField()
    at = fields.DatetimeField()
    said = fields.TextField()
    message: fields.Field[dict[str, Any] | None] = fields.JSONField(null=True)

    class Meta:
        table = "web_lines"


class SchemaMigration(Model):
    number = fields.IntField(primary_key=True)
    name = fields.TextField()
    checksum = fields.TextField()
    applied_at = fields.DatetimeField()

    class Meta:
        table = "schema_migrations"
