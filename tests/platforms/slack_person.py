"""What people do in our Slack, and what they see of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from tests.platforms.slack_blocks import elements_of, options_of
from tests.platforms.slack_browser import install
from tests.platforms.slack_delivery import Answer
from tests.platforms.slack_forms import UnacceptableError, filled, find_fields, missing
from tests.platforms.slack_methods import RefusedError
from tests.platforms.slack_reading import escape
from tests.platforms.slack_world import BOT_USER, Account, Call, Channel, Post, View, Workspace

if TYPE_CHECKING:
    from tests.platforms.slack_server import SlackServer

ADDRESS = re.compile(r"https?://[^\s<>]+|(?<![\w@.])(?:[\w-]+\.)+(?:com|net|org|io|vn|cn|example)\b(?:/[^\s<>]*)?", re.IGNORECASE)
EMAIL = re.compile(r"[\w.+-]+@(?:[\w-]+\.)+[A-Za-z]{2,}")
SHORT = {"👍": ":+1:", "🎉": ":tada:", "🆘": ":sos:", "😀": ":grinning:", "🙏": ":pray:", "❤️": ":heart:"}
"""Some of the emoji that Slack turns into names before it hands a message on."""


def as_sent(text: str) -> str:
    """What somebody types, as Slack hands it on in an event: entities, links in angle brackets, emoji by name."""
    told = escape(text)
    told = EMAIL.sub(lambda match: f"<mailto:{match.group()}|{match.group()}>", told)
    parts = re.split(r"(<mailto:[^>]*>)", told)
    parts[::2] = [ADDRESS.sub(_link, part) for part in parts[::2]]
    told = "".join(parts)
    for sign, name in SHORT.items():
        told = told.replace(sign, name)
    return told


def handed_on(node: Any) -> Any:
    """Blocks as they come back with a press: entities even in the plain words of buttons and options (bolt-python issue 513)."""
    match node:
        case {"type": "plain_text", "text": str(text)}:
            return {**node, "text": escape(text)}
        case dict():
            return {name: handed_on(value) for name, value in node.items()}
        case list():
            return [handed_on(one) for one in node]
        case _:
            return node


def _link(match: re.Match[str]) -> str:
    address = match.group()
    return f"<{address}>" if address.startswith("http") else f"<http://{address}|{address}>"


@dataclass(slots=True)
class Person:
    """Somebody in a workspace, with Slack open.

    What they do is awaited: it ends when the app has answered, or not in time. `notices` are the messages of Slack's own programs about an
    app that did not answer or answered wrongly: nobody should ever see one.
    """

    server: SlackServer
    workspace: Workspace
    account: Account
    notices: list[str] = field(default_factory=list)

    # --- what they see ---

    @property
    def id(self) -> str:
        return self.account.id

    @property
    def chat(self) -> Channel:
        """The private chat with the app."""
        return self.workspace.im(self.id)

    @property
    def last(self) -> Post:
        """What the app said last in the private chat."""
        return self.chat.said[-1]

    @property
    def ephemerals(self) -> list[Post]:
        """What only they see, in whichever channel."""
        return [post for channel in self.workspace.channels.values() for post in channel.posts if post.seen_by == self.id]

    @property
    def home(self) -> View | None:
        """The app's home tab."""
        return self.workspace.homes.get(self.id)

    @property
    def modal(self) -> View | None:
        """The modal on top."""
        stack = self.workspace.modals.get(self.id)
        return stack[-1] if stack else None

    @property
    def screen(self) -> list[Post | View]:
        """Everything on which they can press something, newest and nearest first: only the modal while there is one."""
        modal = self.modal
        if modal is not None:
            return [modal]
        mine = [one for one in self.workspace.channels.values() if self.id in one.members]
        posts = [post for one in mine for post in one.posts if post.is_ours and post.seen_by in ("", self.id)]
        posts.sort(key=lambda post: post.ts.split(".")[1], reverse=True)
        return [*posts, *([self.home] if self.home else [])]

    async def sees(self, *words: str, channel: Channel | None = None) -> Post:
        """Wait until the newest message of the app, here or in a channel, says all of this."""
        there = channel or self.chat

        def says_so() -> bool:
            return bool(there.said) and all(one in there.said[-1].words for one in words)

        try:
            await self.server.until(says_so)
        except TimeoutError:
            raise AssertionError(f"{words} never came; the last was {[one.words for one in there.said[-1:]]}") from None
        return there.said[-1]

    async def sees_alone(self, *words: str) -> Post:
        """Wait until the newest ephemeral message says all of this."""
        await self.server.until(lambda: self.ephemerals and all(one in self.ephemerals[-1].words for one in words))
        return self.ephemerals[-1]

    async def sees_home(self, *words: str) -> View:
        """Wait until the home tab says all of this."""
        await self.server.until(lambda: self.home and all(one in self.home.words for one in words))
        assert self.home is not None
        return self.home

    async def sees_modal(self, *words: str) -> View:
        """Wait until a modal is open that says all of this, its title included."""
        await self.server.until(lambda: self.modal and all(one in f"{self.modal.title}\n{self.modal.words}" for one in words))
        assert self.modal is not None
        return self.modal

    # --- what they do with words ---

    async def says(self, text: str, *, channel: Channel | None = None, thread: Post | None = None) -> Answer | None:
        """Write something: in the private chat, or in a channel. `@Laban` in a channel is a mention of the app."""
        there = channel or self.chat
        if channel is None and not self.server.app.has_messages:
            raise UnacceptableError("sending messages to this app has been turned off")
        mentions = "@Laban" in text and there.kind != "im"
        sent = as_sent(text).replace("@Laban", f"<@{BOT_USER}>") if mentions else as_sent(text)
        post = Post(self.server.new_ts(), self.id, sent, thread_ts=thread.ts if thread else "")
        there.posts.append(post)
        kinds = {"im": ("message.im", "im"), "channel": ("message.channels", "channel"), "group": ("message.groups", "group")}
        kind, named = kinds[there.kind]
        rich = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
        told = {
            "client_msg_id": f"0000-{post.ts}",
            **post.json(self.account.team_id),
            "blocks": [{"type": "rich_text", "block_id": self.server.new_name(), "elements": [rich]}],
            "channel": there.id,
        }
        if self.account.is_stranger:
            told |= {"user_team": self.account.team_id, "source_team": self.account.team_id}
        message = self.server.event(self.workspace, {**told, "channel_type": named}, kind, is_shared=there.is_shared)
        if not mentions:
            return await message
        await message
        return await self.server.event(self.workspace, {**told, "type": "app_mention"}, is_shared=there.is_shared)

    async def edits(self, words: str, post: Post) -> Answer | None:
        """Change a message of one's own in the private chat."""
        before = post.json(self.workspace.id)
        post.text = as_sent(words)
        post.edits += 1
        changed = {"subtype": "message_changed", "message": post.json(self.workspace.id), "previous_message": before}
        told = {"type": "message", **changed, "hidden": True, "channel": self.chat.id, "ts": self.server.new_ts()}
        return await self.server.event(self.workspace, {**told, "channel_type": "im"}, "message.im")

    async def runs(self, line: str, *, channel: Channel | None = None) -> Answer:
        """`/okr new`, in the private chat or in a channel. What the app answers at once is shown to them alone, or to all."""
        there = channel or self.chat
        command, _, text = line.partition(" ")
        if command not in self.server.app.commands:
            raise UnacceptableError(f"{command} is not a command")
        hook = self.server.hook(self.workspace, there, self.id)
        told = {
            "token": "legacy",
            "team_id": self.workspace.id,
            "team_domain": self.workspace.domain,
            "channel_id": there.id,
            "channel_name": {"im": "directmessage", "group": "privategroup"}.get(there.kind, there.name),
            "user_id": self.id,
            "user_name": self.account.name.lower(),
            "command": command,
            "text": escape(text.strip()),
            "api_app_id": self.server.app.id,
            "is_enterprise_install": str(self._is_org_wide).lower(),
            "response_url": hook,
            "trigger_id": self.server.trigger(self.workspace, self.id),
        }
        if self.workspace.enterprise_id:
            told |= {"enterprise_id": self.workspace.enterprise_id, "enterprise_name": "Compass Group"}
        answer = await self.server.courier.deliver("slash_commands", told, self.server.app.commands[command])
        if not answer.is_taken:
            reason = "operation_timeout" if "timeout" in answer.why else "dispatch_failed"
            self._is_told(f"{command} failed with the error “{reason}”")
            return answer
        given = answer.body if isinstance(answer.body, Mapping) else {"text": answer.body or ""}
        try:
            blocks = self.server.methods.blocks(Call("answer", given, self.workspace.id), "blocks")
        except RefusedError as refused:
            self._is_told(f"{command} failed with the error “{refused.error}”")
            return answer
        text = str(given.get("text", ""))
        if text.strip() or blocks:
            self.server.reply(self.server.hooks[hook.rpartition("/")[2]], given, text, blocks)
        return answer

    # --- what they do with buttons and menus ---

    async def presses(self, label: str, *, on: Post | View | None = None) -> Answer:
        """Press the newest button whose label begins like this: in the modal while one is open, else on messages and at home."""
        for shown in [on] if on else self.screen:
            for block, element in elements_of(shown.blocks):
                if element["type"] == "button" and element["text"]["text"].startswith(label):
                    pressed = {"type": "button", "text": element["text"], "value": element.get("value", "")}
                    if "style" in element:
                        pressed["style"] = element["style"]
                    return await self._acts(shown, block, element, pressed)
        raise AssertionError(f"no button {label!r} among {[one.labels for one in ([on] if on else self.screen)]}")

    async def chooses(self, *labels: str, on: Post | View | None = None) -> Answer:
        """Take the options whose labels begin like this, in the newest menu, row of boxes or circles that has them all."""
        for shown in [on] if on else self.screen:
            for block, element in elements_of(shown.blocks):
                texts = [option["text"]["text"] for option in options_of(element)]
                if texts and all(any(text.startswith(label) for text in texts) for label in labels):
                    return await self._fills(shown, block, element, list(labels))
        raise AssertionError(f"no options {labels} among {[one.labels for one in ([on] if on else self.screen)]}")

    async def picks(self, value: str, field_name: str, *, on: Post | View | None = None) -> Answer:
        """Put a date, a time, a person or words into the element of that name that tells the app at once."""
        for shown in [on] if on else self.screen:
            for block, element in find_fields(shown.blocks, field_name):
                return await self._fills(shown, block, element, value)
        raise AssertionError(f"no field {field_name!r}")

    async def _fills(
        self, shown: Post | View, block: Mapping[str, Any], element: Mapping[str, Any], given: str | list[str]
    ) -> Answer:
        """Choose, and tell the app, unless the element belongs to a form that tells it only at the end."""
        value = filled(element, given)
        if element["type"] != "overflow":
            shown.values.setdefault(block["block_id"], {})[element["action_id"]] = value
        if block["type"] == "input" and not block.get("dispatch_action"):
            return Answer(200, why="kept until it is sent")
        return await self._acts(shown, block, element, value)

    async def _acts(
        self, shown: Post | View, block: Mapping[str, Any], element: Mapping[str, Any], value: Mapping[str, Any]
    ) -> Answer:
        action = {
            **handed_on(value),
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "action_ts": self.server.new_ts(),
        }
        if "placeholder" in element:
            action["placeholder"] = element["placeholder"]
        told: dict[str, Any] = {**self._beginning("block_actions"), "actions": [action]}
        if isinstance(shown, View):
            told["container"] = {"type": "view", "view_id": shown.id}
            told["view"] = self._view(shown)
        else:
            told |= self._message_parts(shown)
            told["state"] = {"values": shown.values}
        answer = await self.server.courier.deliver("interactive", told, self.server.app.interactivity_url)
        if not answer.is_taken:
            self._is_told("This app did not answer in time" if "timeout" in answer.why else "This app could not do it")
        elif answer.body not in (None, "", {}):
            self.server.complain(f"a press is answered with words nobody sees: {str(answer.body)[:80]}")
        return answer

    def _message_parts(self, post: Post) -> dict[str, Any]:
        channel = next(one for one in self.workspace.channels.values() if post in one.posts)
        name = {"im": "directmessage", "group": "privategroup"}.get(channel.kind, channel.name)
        found: dict[str, Any] = {
            "container": {
                "type": "message",
                "message_ts": post.ts,
                "channel_id": channel.id,
                "is_ephemeral": post.is_ephemeral,
            },
            "channel": {"id": channel.id, "name": name},
            "response_url": self.server.hook(self.workspace, channel, self.id, post),
        }
        # What only one person sees is not kept, so it is not told again.
        return found if post.is_ephemeral else found | {"message": handed_on(post.json(self.workspace.id))}

    async def opens_shortcut(self, callback_id: str, post: Post | None = None) -> Answer:
        """Choose a shortcut of the app: from a message's menu, or from anywhere."""
        _, kind = self.server.app.shortcuts[callback_id]
        assert (kind == "message") == (post is not None), f"{callback_id} is for {kind}"
        told = self._beginning("message_action" if post else "shortcut")
        told |= {"callback_id": callback_id, "action_ts": self.server.new_ts()}
        if post is not None:
            parts = self._message_parts(post)
            told |= {"channel": parts["channel"], "response_url": parts["response_url"], "message": parts.get("message")}
            told |= {"message_ts": post.ts}
        answer = await self.server.courier.deliver("interactive", told, self.server.app.interactivity_url)
        if not answer.is_taken:
            self._is_told("This app did not answer in time")
        return answer

    # --- homes and modals ---

    async def opens_home(self) -> Answer | None:
        """Look at the app's home tab."""
        return await self._opens("home")

    async def opens_chat(self) -> Answer | None:
        """Look at the app's messages tab."""
        return await self._opens("messages")

    async def _opens(self, tab: str) -> Answer | None:
        told: dict[str, Any] = {"type": "app_home_opened", "user": self.id, "channel": self.chat.id, "tab": tab}
        home = self.home
        if home is not None and tab == "home":
            told["view"] = self._view(home)
        return await self.server.event(self.workspace, told)

    async def fills(self, values: Mapping[str, str | Sequence[str] | None]) -> None:
        """Fill in fields of the modal, by block id, action id or the beginning of the label; nothing is sent, except where a field is
        dispatched at once.
        """
        view = self.modal
        assert view is not None, "no modal is open"
        for name, given in values.items():
            fields = list(find_fields(view.blocks, name))
            assert fields, f"no field {name!r} in {view.words!r}"
            block, element = fields[0]
            view.values[block["block_id"]][element["action_id"]] = filled(element, given)
            if block.get("dispatch_action"):
                await self._acts(view, block, element, view.values[block["block_id"]][element["action_id"]])

    async def submits(self, values: Mapping[str, str | Sequence[str] | None] | None = None) -> Answer:
        """Fill in and send the modal on top. Afterwards it is closed, replaced, under another one, or shows what is wrong beside its fields.

        Raises UnacceptableError when Slack's own programs do not send it: something is missing, or no modal can be sent.
        """
        await self.fills(values or {})
        view = self.modal
        assert view is not None
        if "submit" not in view.given:
            raise UnacceptableError("this modal has no button to send it")
        empty = missing(view.blocks, view.values)
        if empty:
            raise UnacceptableError(f"still empty: {empty}")
        view.errors = {}
        told = {**self._beginning("view_submission", view.id), "view": self._view(view), "response_urls": []}
        answer = await self.server.courier.deliver("interactive", told, self.server.app.interactivity_url)
        if not answer.is_taken:
            self._is_told("We had some trouble connecting. Try again?")
            return answer
        self._follow(view, answer)
        return answer

    def _follow(self, view: View, answer: Answer) -> None:
        """What the answer to a modal says happens next."""
        stack = self.workspace.modals[self.id]
        if view not in stack:
            return  # it was closed while the app was thinking
        body = answer.body
        if body in (None, "", {}):
            stack.remove(view)
            return
        action = body.get("response_action") if isinstance(body, Mapping) else None
        try:
            match action:
                case "clear":
                    stack.clear()
                case "errors":
                    self._show_errors(view, body.get("errors"))
                case "update":
                    self.server.methods.replace(view, self.server.methods.checked_view(body.get("view"), "modal"))
                case "push":
                    given = self.server.methods.checked_view(body.get("view"), "modal")
                    self.server.methods.push_on(self.workspace, self.server.methods.make_view(given, self.workspace, self.id))
                case _:
                    self._is_told("We had some trouble connecting. Try again?")
                    self.server.complain(f"a modal is answered with what means nothing: {str(body)[:80]}")
        except RefusedError as refused:
            self._is_told("We had some trouble connecting. Try again?")
            self.server.complain(f"{action}: {refused.error} {refused.more}")

    def _show_errors(self, view: View, errors: Any) -> None:
        inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
        given = errors if isinstance(errors, Mapping) else {}
        if not given or not set(given) <= inputs or not all(isinstance(one, str) and one for one in given.values()):
            self._is_told("We had some trouble connecting. Try again?")
            self.server.complain(f"errors beside fields that are not there: {errors}, of {sorted(inputs)}")
            return
        view.errors = dict(given)

    async def closes(self, *, everything: bool = False) -> Answer | None:
        """Close the modal on top, or all of them; the app is told when it has asked for that."""
        stack = self.workspace.modals.get(self.id, [])
        assert stack, "no modal is open"
        gone = stack[:] if everything or stack[-1].given.get("clear_on_close") else [stack[-1]]
        answer = None
        for view in reversed(gone):
            stack.remove(view)
            if view.given.get("notify_on_close"):
                told = {**self._beginning("view_closed"), "view": self._view(view), "is_cleared": len(gone) > 1}
                del told["trigger_id"]
                answer = await self.server.courier.deliver("interactive", told, self.server.app.interactivity_url)
        return answer

    # --- channels and workspaces ---

    async def joins(self, channel: Channel) -> Answer | None:
        """Come into a channel."""
        channel.members.append(self.id)
        told = {"type": "member_joined_channel", "user": self.id, "channel": channel.id, "channel_type": "C"}
        return await self.server.event(self.workspace, {**told, "team": self.workspace.id})

    async def invites_app(self, channel: Channel) -> Answer | None:
        """Bring the app into a channel."""
        channel.members.append(BOT_USER)
        told = {"type": "member_joined_channel", "user": BOT_USER, "channel": channel.id, "channel_type": "C"}
        return await self.server.event(self.workspace, {**told, "team": self.workspace.id, "inviter": self.id})

    async def leaves_company(self) -> Answer | None:
        """The account is closed."""
        self.account.is_deleted = True
        return await self.server.event(self.workspace, {"type": "user_change", "user": self.account.json()})

    async def installs(self, address: str, *, is_org_wide: bool = False, agrees: bool = True) -> tuple[int, str]:
        """Open the app's page for installing it, press *Allow* at Slack's and come back; HTTP's number and the page at the end."""

        async def agree(to: str) -> str:
            asked = dict(parse_qsl(urlsplit(to).query))
            if agrees:
                back = self.server.oauth.agree(asked, self.workspace, self.id, is_org_wide=is_org_wide)
            else:
                back = asked.get("redirect_uri") or self.server.app.redirect_urls[0]
                back += f"?error=access_denied&state={asked.get('state', '')}"
            for public, behind in self.server.courier.proxies.items():
                back = back.replace(public, behind, 1) if back.startswith(public) else back
            return back

        return await install(address, agree)

    # --- what all of them need ---

    @property
    def _is_org_wide(self) -> bool:
        grant = self.server.grant_in(self.workspace)
        return grant is not None and grant.is_org_wide

    def _beginning(self, kind: str, view_id: str = "") -> dict[str, Any]:
        group = {"id": self.workspace.enterprise_id, "name": "Compass Group"} if self.workspace.enterprise_id else None
        name = self.account.name.lower()
        modal = self.modal
        return {
            "type": kind,
            "team": self.workspace.json(),
            "user": {"id": self.id, "username": name, "name": name, "team_id": self.account.team_id},
            "api_app_id": self.server.app.id,
            "token": "legacy",
            "trigger_id": self.server.trigger(self.workspace, self.id, view_id or (modal.id if modal else "")),
            "enterprise": group,
            "is_enterprise_install": self._is_org_wide,
        }

    def _view(self, view: View) -> dict[str, Any]:
        return view.json(self.server.app.id, self.workspace.bot_id)

    def _is_told(self, notice: str) -> None:
        self.notices.append(notice)
