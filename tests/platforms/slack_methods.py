"""The methods of Slack's Web API that we use, with what they refuse. Arguments and answers are named as Slack names them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.platforms.slack_forms import initial_values, with_ids
from tests.platforms.slack_refusals import is_too_long, refusals, refusals_of_view
from tests.platforms.slack_world import (
    BOT_USER,
    Account,
    Call,
    Channel,
    Grant,
    Post,
    Upload,
    View,
    Workspace,
)

if TYPE_CHECKING:
    from tests.platforms.slack_server import SlackServer

TEXT = 40_000
UPDATED_TEXT = 4_000
TRIGGER_LIFE = timedelta(seconds=3)
VIEW_SIZE = 250_000
STACK = 3
"""Modals on top of one another."""


class RefusedError(Exception):
    """What Slack answers instead of a result: 200 and an error's name, or 429 when it says how long to wait."""

    def __init__(self, error: str, *, retry_after: int = 0, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.retry_after = retry_after
        self.more = more

    @classmethod
    def because(cls, error: str, messages: Sequence[str]) -> RefusedError:
        """With the reasons, as Slack lists them."""
        listed = {"messages": [f"[ERROR] {one}" for one in messages]}
        if error == "invalid_blocks":
            return cls(error, errors=list(messages), response_metadata=listed)
        return cls(error, response_metadata=listed)


@dataclass(slots=True)
class Trigger:
    """What lets a modal be opened: three seconds long, once."""

    team_id: str
    user_id: str
    at: datetime
    view_id: str = ""
    """The modal in which it came about."""
    is_used: bool = False


@dataclass(frozen=True, slots=True)
class Method:
    """How a method is found and what it takes. One of `scopes` is needed; `tier` is calls a minute, 0: something of its own."""

    does: str
    scopes: tuple[str, ...] = ()
    tier: int = 50
    token: str = "bot"
    reads_json: bool = True


READS = ("channels:read", "groups:read", "im:read", "mpim:read")
# Tiers: `metadata/web-api/rate_limit_tiers.json` of java-slack-sdk. JSON is read by methods that change something, not by the others.
METHODS = {
    "api.test": Method("api_test", token="none", tier=100),
    "auth.test": Method("auth_test", tier=0),
    "auth.teams.list": Method("auth_teams_list", tier=20, reads_json=False),
    "auth.revoke": Method("auth_revoke", reads_json=False),
    "apps.connections.open": Method("apps_connections_open", ("connections:write",), 1, "app"),
    "apps.uninstall": Method("apps_uninstall", tier=1, reads_json=False),
    "bots.info": Method("bots_info", ("users:read",), reads_json=False),
    "chat.delete": Method("chat_delete", ("chat:write",)),
    "chat.postEphemeral": Method("chat_post_ephemeral", ("chat:write",), 100),
    "chat.postMessage": Method("chat_post_message", ("chat:write",), 0),
    "chat.update": Method("chat_update", ("chat:write",)),
    "conversations.info": Method("conversations_info", READS, reads_json=False),
    "conversations.list": Method("conversations_list", READS, 20, reads_json=False),
    "conversations.members": Method("conversations_members", READS, 100, reads_json=False),
    "conversations.open": Method("conversations_open", ("im:write", "mpim:write", "channels:manage", "groups:write")),
    "files.completeUploadExternal": Method("files_complete_upload_external", ("files:write",), 100),
    "files.getUploadURLExternal": Method("files_get_upload_url_external", ("files:write",), 100, reads_json=False),
    "oauth.v2.access": Method("oauth_v2_access", tier=600, token="none", reads_json=False),
    "team.info": Method("team_info", ("team:read",), reads_json=False),
    "users.info": Method("users_info", ("users:read",), 100, reads_json=False),
    "users.list": Method("users_list", ("users:read",), 20, reads_json=False),
    "users.lookupByEmail": Method("users_lookup_by_email", ("users:read.email",), reads_json=False),
    "views.open": Method("views_open", tier=100),
    "views.publish": Method("views_publish", tier=100),
    "views.push": Method("views_push", tier=100),
    "views.update": Method("views_update", tier=100),
}


class Methods:
    """Each takes the call, whose grant has been looked at, and gives the answer without `ok`. Raises RefusedError."""

    def __init__(self, server: SlackServer) -> None:
        self._server = server
        self._uploads: dict[str, Upload] = {}

    # --- the app itself ---

    def api_test(self, call: Call, grant: Grant) -> dict[str, Any]:
        return {"args": dict(call.given)}

    def auth_test(self, call: Call, grant: Grant) -> dict[str, Any]:
        workspace = self._workspace(call, grant)
        told: dict[str, Any] = {
            "url": f"https://{workspace.domain}.slack.com/",
            "team": workspace.name,
            "user": "laban",
            "team_id": workspace.id,
            "user_id": BOT_USER,
            "bot_id": workspace.bot_id,
            "is_enterprise_install": grant.is_org_wide,
        }
        return told | ({"enterprise_id": workspace.enterprise_id} if workspace.enterprise_id else {})

    def auth_teams_list(self, call: Call, grant: Grant) -> dict[str, Any]:
        """The workspaces a token is good for."""
        inside = [one for one in self._server.workspaces.values() if self._server.is_good_for(grant, one)]
        page, cursor = self._page(inside, call, 100, 1000)
        teams = [{"id": one.id, "name": one.name} for one in page]
        return {"teams": teams, "response_metadata": {"next_cursor": cursor}}

    async def auth_revoke(self, call: Call, grant: Grant) -> dict[str, Any]:
        if call.is_true("test"):
            return {"revoked": False}
        grant.is_revoked = True
        self._server.start(self._server.tell_revoked(grant))
        return {"revoked": True}

    async def apps_uninstall(self, call: Call, grant: Grant) -> dict[str, Any]:
        app = self._server.app
        if (call.text("client_id"), call.text("client_secret")) != (app.client_id, app.client_secret):
            raise RefusedError("bad_client_secret")
        self._server.start(self._server.uninstall(self._workspace(call, grant)))
        return {}

    def apps_connections_open(self, call: Call, grant: Grant) -> dict[str, Any]:
        if not self._server.app.is_socket:
            raise RefusedError("socket_mode_not_enabled")
        return {"url": self._server.socket_address()}

    def bots_info(self, call: Call, grant: Grant) -> dict[str, Any]:
        workspace = self._workspace(call, grant)
        if call.text("bot") != workspace.bot_id:
            raise RefusedError("bot_not_found")
        bot = {"id": workspace.bot_id, "deleted": False, "name": "Laban", "updated": 1772000000, "user_id": BOT_USER}
        return {"bot": {**bot, "app_id": self._server.app.id, "icons": {}}}

    def team_info(self, call: Call, grant: Grant) -> dict[str, Any]:
        workspace = self._workspace(call, grant)
        return {"team": {**workspace.json(), "name": workspace.name, "email_domain": "", "icon": {"image_default": True}}}

    def oauth_v2_access(self, call: Call, grant: Grant) -> dict[str, Any]:
        return self._server.oauth.access(call)

    # --- messages ---

    def chat_post_message(self, call: Call, grant: Grant) -> dict[str, Any]:
        workspace = self._workspace(call, grant)
        channel = self._may_write(workspace, grant, call.text("channel"))
        post, warnings = self._written(workspace, call, surface_text=TEXT)
        post.thread_ts = call.text("thread_ts")
        if {str(call.given.get(one)).lower() for one in ("unfurl_links", "unfurl_media")} != {"false"}:
            self._server.complain("chat.postMessage lets Slack look at what is linked")
        channel.posts.append(post)
        self._server.echo(workspace, channel, {**post.json(workspace.id), "channel": channel.id})
        return {"channel": channel.id, "ts": post.ts, "message": post.json(workspace.id), **warnings}

    def chat_post_ephemeral(self, call: Call, grant: Grant) -> dict[str, Any]:
        workspace = self._workspace(call, grant)
        user = call.text("user")
        channel = self._may_write(workspace, grant, call.text("channel"))
        if user not in channel.members:
            raise RefusedError("user_not_in_channel")
        post, warnings = self._written(workspace, call, surface_text=TEXT)
        post.seen_by, post.thread_ts = user, call.text("thread_ts")
        # Whoever is not there never gets it, and nobody says so.
        if workspace.accounts[user].is_active:
            channel.posts.append(post)
        return {"message_ts": post.ts, **warnings}

    def chat_update(self, call: Call, grant: Grant) -> dict[str, Any]:
        workspace = self._workspace(call, grant)
        channel = self._channel(workspace, grant, call.text("channel"))
        post = self._own(channel, call.text("ts"), "cant_update_message")
        if len(call.text("text")) > UPDATED_TEXT:
            raise RefusedError("msg_too_long")
        new, warnings = self._written(workspace, call, surface_text=UPDATED_TEXT)
        if "blocks" not in call.given and post.blocks:
            new.blocks = []
        before = post.json(workspace.id)
        post.text, post.blocks = new.text, new.blocks
        post.values = initial_values(post.blocks, post.values)
        post.edits += 1
        changed = {"subtype": "message_changed", "hidden": True, "message": post.json(workspace.id), "previous_message": before}
        self._server.echo(workspace, channel, {"type": "message", **changed, "channel": channel.id, "ts": self._server.new_ts()})
        return {"channel": channel.id, "ts": post.ts, "text": post.text, "message": post.json(workspace.id), **warnings}

    def chat_delete(self, call: Call, grant: Grant) -> dict[str, Any]:
        workspace = self._workspace(call, grant)
        channel = self._channel(workspace, grant, call.text("channel"))
        post = self._own(channel, call.text("ts"), "cant_delete_message")
        channel.posts.remove(post)
        gone = {"subtype": "message_deleted", "hidden": True, "deleted_ts": post.ts, "previous_message": post.json(workspace.id)}
        self._server.echo(workspace, channel, {"type": "message", **gone, "channel": channel.id, "ts": self._server.new_ts()})
        return {"channel": channel.id, "ts": post.ts}

    def _own(self, channel: Channel, ts: str, error: str) -> Post:
        post = channel.find(ts)
        if post is None or post.is_ephemeral:  # ephemeral messages are not kept: only a `response_url` reaches them
            raise RefusedError("message_not_found")
        if not post.is_ours:
            raise RefusedError(error)
        return post

    def _written(self, workspace: Workspace, call: Call, *, surface_text: int) -> tuple[Post, dict[str, Any]]:
        """A message of these arguments, and the warnings that go with it. Raises RefusedError for what Slack does not take."""
        text = call.text("text")
        blocks = self.blocks(call, "blocks")
        if not text.strip() and not blocks and not call.given.get("attachments"):
            raise RefusedError("no_text")
        if call.given.get("attachments"):
            self._server.complain(f"{call.method} uses attachments, which Slack calls legacy")
        if blocks and not text.strip():
            self._server.complain(f"{call.method} has no words for notifications and screen readers beside its blocks")
        warnings: dict[str, Any] = {}
        if len(text) > surface_text:
            text = text[:surface_text]
            warnings = {"warning": "message_truncated", "response_metadata": {"warnings": ["message_truncated"]}}
            self._server.complain(f"{call.method}: Slack cuts the end off a text")
        post = Post(self._server.new_ts(), BOT_USER, text, blocks, is_ours=True, bot_id=workspace.bot_id)
        post.app_id = self._server.app.id
        post.values = initial_values(blocks)
        return post, warnings

    def blocks(self, call: Call, name: str) -> list[dict[str, Any]]:
        """The blocks of a message, ids filled in. Raises RefusedError."""
        try:
            blocks = call.json(name)
        except ValueError:
            raise RefusedError("invalid_blocks_format") from None
        if blocks in (None, "", []):
            return []
        found = refusals(blocks, "message")
        if found:
            raise RefusedError.because("invalid_blocks", found)
        if is_too_long(blocks):
            raise RefusedError("msg_blocks_too_long")
        self._server.judge("message", blocks)
        return with_ids(blocks, self._server.new_name)

    def _may_write(self, workspace: Workspace, grant: Grant, channel_id: str) -> Channel:
        # A person's id stands for the chat with them.
        is_person = channel_id in workspace.accounts
        channel = workspace.im(channel_id) if is_person else self._channel(workspace, grant, channel_id)
        if channel.is_archived:
            raise RefusedError("is_archived")
        if channel.kind == "im":
            # Nothing is refused because somebody's account was closed: Slack takes it, and nobody reads it (python-slack-sdk issue 1156).
            if not self._server.app.has_messages:
                raise RefusedError("messages_tab_disabled")
        elif BOT_USER not in channel.members and not (channel.kind == "channel" and "chat:write.public" in grant.scopes):
            raise RefusedError("not_in_channel")
        return channel

    def _channel(self, workspace: Workspace, grant: Grant, channel_id: str) -> Channel:
        channel = workspace.channels.get(channel_id)
        if channel is None or (channel.kind != "channel" and BOT_USER not in channel.members):
            raise RefusedError("channel_not_found")
        return channel

    # --- conversations and people ---

    def conversations_open(self, call: Call, grant: Grant) -> dict[str, Any]:
        workspace = self._workspace(call, grant)
        if call.text("channel"):
            channel = self._channel(workspace, grant, call.text("channel"))
        else:
            users = [one.strip() for one in call.text("users").split(",") if one.strip()]
            if not users:
                raise RefusedError("users_list_not_supplied")
            if len(users) > 1:
                self._server.complain("conversations.open with several people: nothing here needs that")
            account = workspace.accounts.get(users[0])
            if account is None:
                raise RefusedError("user_not_found")
            if account.is_deleted:
                raise RefusedError("user_disabled")
            if account.is_bot:
                raise RefusedError("cannot_dm_bot")
            self._needs(grant, "im:write")
            was_there = any(one.kind == "im" and account.id in one.members for one in workspace.channels.values())
            channel = workspace.im(account.id)
            told = channel.json() if call.is_true("return_im") else {"id": channel.id}
            return {"channel": told} | ({"no_op": True, "already_open": True} if was_there else {})
        return {"channel": {"id": channel.id}, "no_op": True, "already_open": True}

    def conversations_info(self, call: Call, grant: Grant) -> dict[str, Any]:
        channel = self._readable(call, grant)
        return {"channel": channel.json()}

    def conversations_members(self, call: Call, grant: Grant) -> dict[str, Any]:
        channel = self._readable(call, grant)
        page, cursor = self._page(channel.members, call, 100, 1000)
        return {"members": list(page), "response_metadata": {"next_cursor": cursor}}

    def conversations_list(self, call: Call, grant: Grant) -> dict[str, Any]:
        workspace = self._workspace(call, grant, must_name=True)
        kinds = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}
        types = [one.strip() for one in (call.text("types") or "public_channel").split(",")]
        if not set(types) <= set(kinds):
            raise RefusedError("invalid_types")
        for one in types:
            self._needs(grant, _read_scope(kinds[one]))
        wanted = [kinds[one] for one in types]
        channels = [
            one
            for one in workspace.channels.values()
            if one.kind in wanted
            and (one.kind == "channel" or BOT_USER in one.members)
            and not (one.is_archived and call.is_true("exclude_archived"))
        ]
        page, cursor = self._page(channels, call, 100, 1000)
        return {"channels": [one.json() for one in page], "response_metadata": {"next_cursor": cursor}}

    def _readable(self, call: Call, grant: Grant) -> Channel:
        channel = self._channel(self._workspace(call, grant), grant, call.text("channel"))
        self._needs(grant, _read_scope(channel.kind))
        return channel

    def users_list(self, call: Call, grant: Grant) -> dict[str, Any]:
        workspace = self._workspace(call, grant, must_name=True)
        # Without a limit Slack tries to give everybody and answers `limit_required` to a large workspace.
        if not call.text("limit") and len(workspace.accounts) > 1000:
            raise RefusedError("limit_required")
        if not call.text("limit"):
            self._server.complain("users.list without a limit")
        page, cursor = self._page(list(workspace.accounts.values()), call, 1000, 1000)
        members = [self._account(one, workspace, call, grant) for one in page]
        now = int(self._server.clock.now().timestamp())
        return {"members": members, "cache_ts": now, "response_metadata": {"next_cursor": cursor}}

    def users_info(self, call: Call, grant: Grant) -> dict[str, Any]:
        workspace = self._workspace(call, grant)
        account = workspace.accounts.get(call.text("user"))
        if account is None:
            raise RefusedError("user_not_found")
        return {"user": self._account(account, workspace, call, grant)}

    def users_lookup_by_email(self, call: Call, grant: Grant) -> dict[str, Any]:
        email = call.text("email").lower()
        workspace = self._workspace(call, grant)
        accounts = workspace.accounts.values()
        found = next((one for one in accounts if email and one.email.lower() == email and not one.is_deleted), None)
        if found is None:
            raise RefusedError("users_not_found")
        return {"user": self._account(found, workspace, call, grant)}

    def _account(self, account: Account, workspace: Workspace, call: Call, grant: Grant) -> dict[str, Any]:
        # Without users:read.email an address is simply left out.
        told = account.json(has_email="users:read.email" in grant.scopes, has_locale=call.is_true("include_locale"))
        if not workspace.enterprise_id or account.is_stranger:
            return told
        same = [one for one in self._server.workspaces.values() if one.enterprise_id == workspace.enterprise_id]
        there = [one.id for one in same if account.id in one.accounts]
        enterprise = {"enterprise_id": workspace.enterprise_id, "enterprise_name": "Compass Group", "teams": there}
        return told | {"enterprise_user": {"id": account.id, "is_admin": False, "is_owner": False, **enterprise}}

    def _page(self, everything: Sequence[Any], call: Call, usual: int, most: int) -> tuple[Sequence[Any], str]:
        """One page and the cursor of the next; empty at the end. A page may be shorter than asked for."""
        cursor = call.text("cursor")
        if cursor and not re.fullmatch(r"next:\d+=", cursor):
            raise RefusedError("invalid_cursor")
        try:
            limit = int(call.text("limit") or usual)
        except ValueError:
            raise RefusedError("invalid_limit") from None
        if limit < 0:
            raise RefusedError("invalid_limit")
        start = int(cursor[5:-1]) if cursor else 0
        end = start + min(limit or usual, most, self._server.page_size)
        return everything[start:end], f"next:{end}=" if end < len(everything) else ""

    # --- modals and homes ---

    def views_open(self, call: Call, grant: Grant) -> dict[str, Any]:
        workspace = self._workspace(call, grant)
        trigger = self._trigger(call, workspace)
        view = self._new_view(call, workspace, trigger.user_id, "modal")
        trigger.is_used = True
        workspace.modals[trigger.user_id] = [view]
        return self._told(view, workspace)

    def views_push(self, call: Call, grant: Grant) -> dict[str, Any]:
        workspace = self._workspace(call, grant)
        trigger = self._trigger(call, workspace)
        if not trigger.view_id:
            raise RefusedError("not_found")
        view = self._new_view(call, workspace, trigger.user_id, "modal")
        self.push_on(workspace, view)
        trigger.is_used = True
        return self._told(view, workspace)

    def push_on(self, workspace: Workspace, view: View) -> None:
        """Put a modal on top of those that are open."""
        stack = workspace.modals.get(view.user_id, [])
        if not stack or len(stack) >= STACK:
            raise RefusedError("push_limit_reached" if stack else "not_found")
        view.root_id, view.previous_id = stack[0].id, stack[-1].id
        stack.append(view)

    def views_update(self, call: Call, grant: Grant) -> dict[str, Any]:
        workspace = self._workspace(call, grant)
        name, external = call.text("view_id"), call.text("external_id")
        views = [view for stack in workspace.modals.values() for view in stack] + list(workspace.homes.values())
        view = next((one for one in views if name == one.id or (external and external == one.given.get("external_id"))), None)
        if view is None:
            raise RefusedError("not_found")
        if call.text("hash") and call.text("hash") != view.hash:
            raise RefusedError("hash_conflict")
        self.replace(view, self._given_view(call, str(view.given["type"])))
        return self._told(view, workspace)

    def replace(self, view: View, given: Mapping[str, Any]) -> None:
        """Show this in place of what the view showed; what was filled in stays under the same ids."""
        view.given = {**given, "blocks": with_ids(given["blocks"], self._server.new_name)}
        view.hash = self._server.new_name()
        view.values = initial_values(view.blocks, view.values)
        view.errors = {}
        view.revisions += 1

    def views_publish(self, call: Call, grant: Grant) -> dict[str, Any]:
        workspace = self._workspace(call, grant)
        user = call.text("user_id")
        if user not in workspace.accounts:
            raise RefusedError("user_not_found")
        if not self._server.app.has_home:
            raise RefusedError("not_enabled")
        old = workspace.homes.get(user)
        if call.text("hash") and (old is None or call.text("hash") != old.hash):
            raise RefusedError("hash_conflict")
        given = self._given_view(call, "home")
        if old is None:
            workspace.homes[user] = self.make_view(given, workspace, user)
        else:
            self.replace(old, given)
        return self._told(workspace.homes[user], workspace)

    def _told(self, view: View, workspace: Workspace) -> dict[str, Any]:
        return {"view": view.json(self._server.app.id, workspace.bot_id)}

    def _trigger(self, call: Call, workspace: Workspace) -> Trigger:
        name = call.text("trigger_id") or call.text("interactivity_pointer")
        if not name:
            raise RefusedError.because("invalid_arguments", ["missing required field: trigger_id [json-pointer:/trigger_id]"])
        trigger = self._server.triggers.get(name)
        if trigger is None or trigger.team_id != workspace.id:
            raise RefusedError.because("invalid_arguments", ["invalid `trigger_id` [json-pointer:/trigger_id]"])
        if trigger.is_used:
            raise RefusedError("exchanged_trigger_id")
        if self._server.clock.now() - trigger.at > TRIGGER_LIFE:
            raise RefusedError("expired_trigger_id")
        return trigger

    def _given_view(self, call: Call, surface: str) -> dict[str, Any]:
        try:
            given = call.json("view")
        except ValueError:
            raise RefusedError.because("invalid_arguments", ["must provide an object [json-pointer:/view]"]) from None
        return self.checked_view(given, surface)

    def checked_view(self, given: Any, surface: str) -> dict[str, Any]:
        """The view, when Slack takes it. Raises RefusedError."""
        found = refusals_of_view(given, surface)
        if found:
            raise RefusedError.because("invalid_arguments", found)
        if len(json.dumps(given)) > VIEW_SIZE:
            raise RefusedError("view_too_large")
        self._server.judge(surface, given["blocks"], given)
        return dict(given)

    def _new_view(self, call: Call, workspace: Workspace, user_id: str, surface: str) -> View:
        given = self._given_view(call, surface)
        external = given.get("external_id")
        open_ones = [view for stack in workspace.modals.values() for view in stack]
        if external and any(one.given.get("external_id") == external for one in open_ones):
            raise RefusedError("duplicate_external_id")
        return self.make_view(given, workspace, user_id)

    def make_view(self, given: Mapping[str, Any], workspace: Workspace, user_id: str) -> View:
        """A view as it is first shown."""
        whole = {**given, "blocks": with_ids(given["blocks"], self._server.new_name)}
        view = View(self._server.new_id("V"), workspace.id, user_id, whole, self._server.new_name())
        view.values = initial_values(view.blocks)
        return view

    # --- files ---

    def files_get_upload_url_external(self, call: Call, grant: Grant) -> dict[str, Any]:
        name, length = call.text("filename"), call.text("length")
        if not name or not length.isdigit() or not int(length):
            raise RefusedError.because("invalid_arguments", ["missing required field: length or filename"])
        upload = Upload(self._server.new_id("F"), name, int(length), self._server.new_name(), alt=call.text("alt_txt"))
        self._uploads[upload.id] = upload
        return {"upload_url": f"{self._server.url}/upload/v1/{upload.path}", "file_id": upload.id}

    def receive(self, path: str, content: bytes) -> str:
        """The bytes of a file; why they are not taken, or nothing."""
        upload = next((one for one in self._uploads.values() if one.path == path), None)
        if upload is None or upload.content is not None:
            return "unknown address"
        if len(content) != upload.length:
            return f"{len(content)} bytes instead of {upload.length}"
        upload.content = content
        return ""

    def files_complete_upload_external(self, call: Call, grant: Grant) -> dict[str, Any]:
        workspace = self._workspace(call, grant)
        try:
            listed = call.json("files")
        except ValueError:
            listed = None
        if not isinstance(listed, list) or not listed:
            raise RefusedError.because("invalid_arguments", ["must provide an array [json-pointer:/files]"])
        uploads = [self._uploads.get(str(one.get("id"))) for one in listed]
        found = [one for one in uploads if one is not None and one.content is not None and not one.is_complete]
        if len(found) < len(listed):
            raise RefusedError("file_not_found")
        for upload, one in zip(found, listed, strict=True):
            upload.is_complete, upload.title = True, str(one.get("title") or upload.name)
            if not upload.alt:
                self._server.complain(f"{upload.name} has no words for those who do not see it")
        if call.text("channel_id"):
            channel = self._may_write(workspace, grant, call.text("channel_id"))
            blocks = self.blocks(call, "blocks")
            post = Post(self._server.new_ts(), BOT_USER, call.text("initial_comment"), blocks, is_ours=True, files=list(found))
            post.bot_id, post.app_id, post.thread_ts = workspace.bot_id, self._server.app.id, call.text("thread_ts")
            channel.posts.append(post)
            shared = {**post.json(workspace.id), "subtype": "file_share", "channel": channel.id}
            self._server.echo(workspace, channel, shared)
        return {"files": [{"id": one.id, "title": one.title} for one in found]}

    # --- what all of them need ---

    def _workspace(self, call: Call, grant: Grant, *, must_name: bool = False) -> Workspace:
        """The workspace a call is about. With a token for a whole organisation it is named, or found by what the call mentions."""
        if not grant.is_org_wide:
            return self._server.workspaces[grant.team_id]
        named = call.text("team_id")
        inside = [one for one in self._server.workspaces.values() if one.enterprise_id == grant.enterprise_id]
        if named:
            found = next((one for one in inside if one.id == named), None)
            if found is None:
                raise RefusedError("team_access_not_granted")
            return found
        if must_name:
            raise RefusedError("missing_argument")
        mentioned = call.text("channel") or call.text("user_id") or call.text("users") or call.text("user")
        trigger = self._server.triggers.get(call.text("trigger_id"))
        if trigger is not None:
            return self._server.workspaces[trigger.team_id]
        shown = call.text("view_id")
        for one in inside:
            views = [view for stack in one.modals.values() for view in stack] + list(one.homes.values())
            if mentioned in one.channels or mentioned in one.accounts or any(view.id == shown for view in views):
                return one
        return inside[0]

    def _needs(self, grant: Grant, scope: str) -> None:
        if scope not in grant.scopes:
            raise RefusedError("missing_scope", needed=scope, provided=",".join(grant.scopes))


def _read_scope(kind: str) -> str:
    return {"channel": "channels:read", "group": "groups:read", "im": "im:read", "mpim": "mpim:read"}[kind]
