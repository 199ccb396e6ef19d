"""What there is in our Slack: the app and how it is set up, workspaces, the people and channels in them, and what the app has put there."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from tests.platforms.slack_reading import acts_of, labels_of, spans_of, words_of

API_APP = "A0LABAN01"
CLIENT_ID = "1700.2600"
CLIENT_SECRET = "client-secret-only-for-tests"
SIGNING_SECRET = "signing-secret-only-for-tests"
APP_TOKEN = "xapp-1-A0LABAN01-1700-only-for-tests"
BOT_USER = "U0LABAN"
SLACKBOT = "USLACKBOT"
"""In every workspace, and by its own account no bot."""

SCOPES = (
    "app_mentions:read",
    "channels:read",
    "chat:write",
    "commands",
    "files:write",
    "groups:read",
    "im:history",
    "im:read",
    "im:write",
    "team:read",
    "users:read",
    "users:read.email",
)
EVENTS = (
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "channel_archive",
    "channel_rename",
    "member_joined_channel",
    "member_left_channel",
    "message.im",
    "team_join",
    "tokens_revoked",
    "user_change",
)


class Alarms(Protocol):
    """A clock that can also ring: `tests.hands.Hands`, or `WallClock` where the other side is a process with a clock of its own."""

    def now(self) -> datetime:
        """Aware, in UTC."""
        ...

    def alarm(self, at: datetime) -> asyncio.Future[None]:
        """Done at that moment."""
        ...


@dataclass(slots=True)
class App:
    """How the app is set up at Slack's: what its manifest says, and its secrets.

    `events`, `bot_scopes` and the addresses are what the app gets; what it has not asked for does not come.
    """

    id: str = API_APP
    client_id: str = CLIENT_ID
    client_secret: str = CLIENT_SECRET
    signing_secret: str = SIGNING_SECRET
    app_token: str = APP_TOKEN
    app_scopes: tuple[str, ...] = ("connections:write",)
    """Of the app-level token."""
    bot_scopes: tuple[str, ...] = SCOPES
    events: tuple[str, ...] = EVENTS
    commands: dict[str, str] = field(default_factory=lambda: {"/okr": ""})
    """Name and address of each."""
    shortcuts: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Callback id: (name, `message` or `global`)."""
    events_url: str = ""
    interactivity_url: str = ""
    redirect_urls: tuple[str, ...] = ()
    is_socket: bool = False
    is_rotating: bool = False
    has_home: bool = True
    has_messages: bool = True
    """People may write into the app's messages tab."""

    def listen_at(self, url: str) -> None:
        """One address for everything, as Bolt has it."""
        self.is_socket = False
        self.events_url = self.interactivity_url = url
        self.commands = dict.fromkeys(self.commands, url)

    def listen_by_socket(self) -> None:
        """Nothing is called; everything comes over WebSockets the app opens."""
        self.is_socket = True

    def set_up(self, manifest: Mapping[str, Any]) -> None:
        """As pasting the manifest into Slack's form would. Raises KeyError for what is missing, AssertionError for what is wrong."""
        features, settings = manifest["features"], manifest["settings"]
        assert manifest["display_information"]["name"]
        assert features["bot_user"]["display_name"]
        home = features.get("app_home", {})
        self.has_home = home.get("home_tab_enabled", False)
        self.has_messages = home.get("messages_tab_enabled", False) and not home.get("messages_tab_read_only_enabled", False)
        self.is_socket = settings.get("socket_mode_enabled", False)
        self.is_rotating = settings.get("token_rotation_enabled", False)
        self.commands = {one["command"]: one.get("url", "") for one in features.get("slash_commands", [])}
        for one in features.get("slash_commands", []):
            assert one["command"].startswith("/"), one
            assert one["description"], one
            assert self.is_socket or one["url"].startswith("https://"), one
        self.shortcuts = {one["callback_id"]: (one["name"], one["type"]) for one in features.get("shortcuts", [])}
        assert all(len(name) <= 24 for name, _ in self.shortcuts.values()), "a shortcut's name has at most 24 characters"
        scopes = manifest["oauth_config"]["scopes"]
        self.bot_scopes = tuple(scopes["bot"])
        assert not scopes.get("user"), "nothing here acts as a person"
        self.redirect_urls = tuple(manifest["oauth_config"].get("redirect_urls", ()))
        subscribed = settings.get("event_subscriptions", {})
        self.events = tuple(subscribed.get("bot_events", ()))
        self.events_url = subscribed.get("request_url", "")
        assert not self.events or self.is_socket or self.events_url.startswith("https://"), "events need an address"
        interactivity = settings.get("interactivity", {})
        self.interactivity_url = interactivity.get("request_url", "") if interactivity.get("is_enabled") else ""


@dataclass(slots=True)
class Grant:
    """A bot token and what it opens."""

    token: str
    scopes: tuple[str, ...]
    team_id: str
    """Empty when it is for a whole organisation."""
    enterprise_id: str
    refresh_token: str = ""
    expires_at: datetime | None = None
    is_revoked: bool = False

    @property
    def is_org_wide(self) -> bool:
        return not self.team_id


@dataclass(slots=True)
class Account:
    """Somebody's account in a workspace."""

    id: str
    name: str
    email: str = ""
    tz: str = "Asia/Ho_Chi_Minh"
    tz_offset: int = 25200
    locale: str = "en-US"
    is_bot: bool = False
    is_deleted: bool = False
    is_restricted: bool = False
    is_active: bool = True
    """Sees ephemeral messages."""
    team_id: str = ""
    """Where they belong; another workspace's for somebody met by Slack Connect."""
    is_stranger: bool = False
    """Of another company, met in a channel that both share."""

    def json(self, *, has_email: bool = True, has_locale: bool = False) -> dict[str, Any]:
        profile: dict[str, Any] = {"real_name": self.name, "display_name": "", "team": self.team_id, "avatar_hash": "g0"}
        if self.email and has_email and not self.is_bot:
            profile["email"] = self.email
        told: dict[str, Any] = {
            "id": self.id,
            "team_id": self.team_id,
            "name": self.name.lower().replace(" ", "."),
            "deleted": self.is_deleted,
            "profile": profile,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "updated": 1772000000,
        }
        if self.is_deleted:
            return told
        told |= {
            "real_name": self.name,
            "tz": self.tz,
            "tz_label": self.tz,
            "tz_offset": self.tz_offset,
            "is_admin": False,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": self.is_restricted,
            "is_ultra_restricted": False,
            "is_email_confirmed": True,
            "who_can_share_contact_card": "EVERYONE",
        }
        told |= {"is_stranger": True} if self.is_stranger else {}
        return told | ({"locale": self.locale} if has_locale else {})


@dataclass(slots=True)
class Post:
    """A message as people see it."""

    ts: str
    user_id: str
    text: str = ""
    blocks: list[dict[str, Any]] = field(default_factory=list)
    is_ours: bool = False
    thread_ts: str = ""
    seen_by: str = ""
    """The only one who sees it, when it is ephemeral."""
    files: list[Upload] = field(default_factory=list)
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What has been chosen in it without pressing anything."""
    edits: int = 0
    bot_id: str = ""
    app_id: str = ""

    @property
    def is_ephemeral(self) -> bool:
        return bool(self.seen_by)

    @property
    def words(self) -> str:
        """What can be read in it: of the blocks where there are some."""
        return words_of(self.blocks) if self.blocks else words_of([_section(self.text)] if self.text else [])

    @property
    def labels(self) -> list[str]:
        """On buttons and options."""
        return labels_of(self.blocks)

    @property
    def marks(self) -> list[tuple[str, str]]:
        """What stands out in its texts, as (`bold`, words)."""
        return spans_of(self.blocks)

    @property
    def acts(self) -> list[str]:
        """What in it pings or leads somewhere, also in the words for notifications."""
        return acts_of(self.blocks) + acts_of([_section(self.text)] if self.text else [])

    def json(self, team_id: str) -> dict[str, Any]:
        told: dict[str, Any] = {"type": "message", "user": self.user_id, "text": self.text, "ts": self.ts, "team": team_id}
        if self.blocks:
            told["blocks"] = self.blocks
        if self.is_ours:
            told |= {"bot_id": self.bot_id, "app_id": self.app_id, "bot_profile": {"id": self.bot_id, "app_id": self.app_id}}
        if self.thread_ts:
            told["thread_ts"] = self.thread_ts
        if self.edits:
            told["edited"] = {"user": self.user_id, "ts": self.ts}
        if self.files:
            told["files"] = [{"id": one.id, "title": one.title} for one in self.files]
        return told


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


@dataclass(slots=True)
class Upload:
    """A file on its way, and afterwards."""

    id: str
    name: str
    length: int
    path: str
    content: bytes | None = None
    title: str = ""
    alt: str = ""
    is_complete: bool = False


@dataclass(slots=True)
class Channel:
    """Where people talk. `kind` is `channel`, `group` (private), `im` or `mpim`."""

    id: str
    name: str = ""
    kind: str = "channel"
    members: list[str] = field(default_factory=list)
    is_archived: bool = False
    is_shared: bool = False
    """With another company, by Slack Connect."""
    posts: list[Post] = field(default_factory=list)

    @property
    def said(self) -> list[Post]:
        """What the app has said for everybody to see and is still there."""
        return [post for post in self.posts if post.is_ours and not post.is_ephemeral]

    def find(self, ts: str) -> Post | None:
        return next((post for post in self.posts if post.ts == ts), None)

    def json(self) -> dict[str, Any]:
        told: dict[str, Any] = {"id": self.id, "created": 1772000000, "is_archived": self.is_archived, "is_org_shared": False}
        if self.kind == "im":
            other = next(one for one in self.members if one != BOT_USER)
            return told | {"is_im": True, "user": other, "is_user_deleted": False, "priority": 0}
        return told | {
            "name": self.name,
            "is_channel": self.kind == "channel",
            "is_group": self.kind == "group",
            "is_im": False,
            "is_mpim": self.kind == "mpim",
            "is_private": self.kind != "channel",
            "is_general": self.name == "general",
            "is_member": BOT_USER in self.members,
            "is_ext_shared": self.is_shared,
            "name_normalized": self.name,
            "num_members": len(self.members),
            "topic": {"value": "", "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
        }


@dataclass(slots=True)
class View:
    """A modal or somebody's home, as Slack keeps it."""

    id: str
    team_id: str
    user_id: str
    given: dict[str, Any]
    """As the app sent it, ids of blocks and actions filled in."""
    hash: str
    root_id: str = ""
    previous_id: str = ""
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    """What the app has written beside inputs, by block id."""
    revisions: int = 0

    @property
    def blocks(self) -> list[dict[str, Any]]:
        blocks: list[dict[str, Any]] = self.given["blocks"]
        return blocks

    @property
    def title(self) -> str:
        return str(self.given.get("title", {}).get("text", ""))

    @property
    def words(self) -> str:
        return words_of(self.blocks)

    @property
    def labels(self) -> list[str]:
        return labels_of(self.blocks)

    @property
    def acts(self) -> list[str]:
        return acts_of(self.blocks)

    def json(self, app_id: str, bot_id: str) -> dict[str, Any]:
        given = self.given
        return {
            "id": self.id,
            "team_id": self.team_id,
            "type": given["type"],
            "blocks": self.blocks,
            "private_metadata": given.get("private_metadata", ""),
            "callback_id": given.get("callback_id", ""),
            "state": {"values": json.loads(json.dumps(self.values))},
            "hash": self.hash,
            "title": given.get("title", {"type": "plain_text", "text": "View Title", "emoji": True}),
            "clear_on_close": given.get("clear_on_close", False),
            "notify_on_close": given.get("notify_on_close", False),
            "close": given.get("close"),
            "submit": given.get("submit"),
            "previous_view_id": self.previous_id or None,
            "root_view_id": self.root_id or self.id,
            "app_id": app_id,
            "external_id": given.get("external_id", ""),
            "app_installed_team_id": self.team_id,
            "bot_id": bot_id,
        }


@dataclass(slots=True)
class Workspace:
    """A team's Slack. Ids of people and channels are unique only within it: two workspaces may have the same ones."""

    id: str
    name: str
    domain: str
    enterprise_id: str = ""
    accounts: dict[str, Account] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    homes: dict[str, View] = field(default_factory=dict)
    modals: dict[str, list[View]] = field(default_factory=dict)
    """What is open on each person's screen, the topmost last."""
    flooded: dict[str, datetime] = field(default_factory=dict)
    """Methods that answer 429 and until when; `*` is all of them."""

    @property
    def bot_id(self) -> str:
        return f"B{self.id[1:]}"

    def channel(self, name: str = "marketing", *, is_private: bool = False, has_app: bool = True) -> Channel:
        """The channel of that name."""
        found = next((one for one in self.channels.values() if one.name == name), None)
        if found is None:
            found = Channel(f"C{len(self.channels):04d}", name, "group" if is_private else "channel")
            self.channels[found.id] = found
        if has_app and BOT_USER not in found.members:
            found.members.append(BOT_USER)
        return found

    def im(self, user_id: str) -> Channel:
        """The app's private chat with somebody; opened when there is none."""
        found = next((one for one in self.channels.values() if one.kind == "im" and user_id in one.members), None)
        if found is None:
            found = Channel(f"D{len(self.channels):04d}", "", "im", [BOT_USER, user_id])
            self.channels[found.id] = found
        return found

    def json(self) -> dict[str, Any]:
        return {"id": self.id, "domain": self.domain} | (
            {"enterprise_id": self.enterprise_id, "enterprise_name": "Compass Group"} if self.enterprise_id else {}
        )


@dataclass(frozen=True, slots=True)
class Call:
    """What the app asked for, and how: arguments are merged from the address, the form and the JSON."""

    method: str
    given: Mapping[str, Any]
    team_id: str

    def text(self, name: str) -> str:
        """An argument that is a word; empty when it is not given."""
        value = self.given.get(name, "")
        return value if isinstance(value, str) else str(value)

    def is_true(self, name: str) -> bool:
        """Flags come as JSON's `true`, as `1` and as words."""
        return str(self.given.get(name, "")).lower() in ("true", "1")

    def json(self, name: str) -> Any:
        """A structured argument; forms carry it as text. Raises ValueError when it cannot be read."""
        value = self.given.get(name)
        return json.loads(value) if isinstance(value, str) and value else value


def joined(scopes: Sequence[str]) -> str:
    """As Slack lists them."""
    return ",".join(scopes)
