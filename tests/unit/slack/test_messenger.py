"""Sending on Slack: editing, going on after an interruption, one person's eyes, files, and what Slack refuses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.slack.client import ApiError, SlackClient
from adapters.slack.decode import home_of, whisper_place
from adapters.slack.hooks import Hooks
from adapters.slack.installations import OneWorkspace
from adapters.slack.messenger import SlackMessenger
from bot.chat.incoming import Place
from bot.chat.message import Button, Buttons, Image, Message, Paragraph
from bot.chat.richtext import words
from bot.ports import SendLaterError, UndeliverableError
from tests.contract.telegram import Drawn
from tests.hands import Hands
from tests.platforms.slack_methods import RefusedError
from tests.platforms.slack_person import Person
from tests.platforms.slack_server import SlackServer, slack_server
from tests.platforms.slack_world import Channel

TEAM = "T0COMPASS"
AN = home_of(TEAM, "U0AN")


def saying(text: str, *, slot: str = "", edits: str = "", is_optional: bool = False, label: str = "") -> Message:
    buttons = (Buttons((Button(label, "d.home.", label),)),) if label else ()
    return Message((Paragraph(words(text)), *buttons), slot=slot, edits=edits, is_optional=is_optional)


def long(parts: int = 3) -> Message:
    return Message(tuple(Paragraph(words(f"{number} " + "x" * 2900)) for number in range(parts)))


@dataclass
class Desk:
    """A workspace, somebody there, a channel, and our messenger."""

    server: SlackServer
    hands: Hands
    an: Person
    channel: Channel
    client: SlackClient
    workspace: OneWorkspace
    hooks: Hooks
    messenger: SlackMessenger

    @property
    def texts(self) -> list[str]:
        """What the private chat shows."""
        return [message.words for message in self.an.chat.said]

    @property
    def whisper(self) -> Place:
        """The channel as An alone sees it."""
        return whisper_place(TEAM, self.channel.id, self.an.id)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    hands = Hands()
    async with slack_server(hands) as server:
        server.app.events = ()
        client, hooks = SlackClient(f"{server.url}/api/", hands), Hooks(hands)
        workspace = OneWorkspace(server.install().token, client)
        await workspace.introduce()
        an, channel = server.person(), server.workspace().channel()
        channel.members.append(an.id)
        messenger = SlackMessenger(client, workspace, hooks, pictures=Drawn())
        yield Desk(server, hands, an, channel, client, workspace, hooks, messenger)
        await client.close()
        assert server.complaints == []


# --- editing ---


async def test_an_edit_takes_the_buttons_away_with_the_words(desk: Desk) -> None:
    reference = await desk.messenger.send(AN, saying("Why?", slot="s:1", label="Back"), "")
    assert desk.an.last.labels == ["Back"]
    assert await desk.messenger.send(AN, saying("Why? ✓", edits="s:1", is_optional=True), reference) == reference
    assert (desk.texts, desk.an.last.labels) == (["Why? ✓"], [])


async def test_an_edit_finds_its_message_after_a_restart(desk: Desk) -> None:
    reference = await desk.messenger.send(AN, saying("Why?", slot="s:1"), "")
    another = SlackMessenger(desk.client, desk.workspace, Hooks(desk.hands))
    assert await another.send(AN, saying("Because.", edits="s:1"), reference) == reference
    assert desk.texts == ["Because."]


@pytest.mark.parametrize(("is_optional", "texts"), [(False, ["Why? ✓"]), (True, [])])
async def test_what_was_deleted_is_said_anew_unless_it_only_tidies_up(desk: Desk, is_optional: bool, texts: list[str]) -> None:
    reference = await desk.messenger.send(AN, saying("Why?", slot="s:1"), "")
    desk.an.chat.posts.clear()
    await desk.messenger.send(AN, saying("Why? ✓", edits="s:1", is_optional=is_optional), reference)
    assert desk.texts == texts


async def test_tidying_up_in_an_archived_channel_is_left_out_and_news_there_are_undeliverable(desk: Desk) -> None:
    place = Place("slack", TEAM, desk.channel.id, is_private=False)
    reference = await desk.messenger.send(place, saying("Why?", slot="s:1"), "")
    desk.server.faults.append(("chat.update", RefusedError("is_archived")))
    assert await desk.messenger.send(place, saying("Why? ✓", edits="s:1", is_optional=True), reference) == reference
    desk.channel.is_archived = True
    with pytest.raises(UndeliverableError, match="is_archived"):
        await desk.messenger.send(place, saying("News"), "")


async def test_a_reference_of_another_kind_is_said_anew(desk: Desk) -> None:
    await desk.messenger.send(AN, saying("Why? ✓", edits="s:1"), "nonsense")
    assert desk.texts == ["Why? ✓"]


# --- parts ---


async def test_a_long_message_goes_on_where_it_was_interrupted(desk: Desk) -> None:
    desk.server.faults += [("chat.postMessage", None), ("chat.postMessage", RefusedError("fatal_error"))]
    message = long()
    with pytest.raises(ApiError):
        await desk.messenger.send(AN, message, "")
    assert len(desk.texts) == 1
    await desk.messenger.send(AN, message, "")
    assert [text[0] for text in desk.texts] == ["0", "1", "2"]


async def test_another_message_after_an_interruption_is_sent_whole(desk: Desk) -> None:
    desk.server.faults += [("chat.postMessage", None), ("chat.postMessage", RefusedError("fatal_error"))]
    with pytest.raises(ApiError):
        await desk.messenger.send(AN, long(), "")
    await desk.messenger.send(AN, long(2), "")
    assert [text[0] for text in desk.texts] == ["0", "0", "1"]


# --- what Slack refuses ---


async def test_a_pause_is_kept_without_asking_again(desk: Desk) -> None:
    desk.server.flood(desk.server.workspace(), "chat.postMessage", 30)
    for _ in range(3):
        with pytest.raises(SendLaterError) as later:
            await desk.messenger.send(AN, saying("hello"), "")
        assert later.value.after == timedelta(seconds=30)
    assert len(desk.server.of("chat.postMessage")) == 1
    desk.hands.turn(timedelta(seconds=31))
    await desk.messenger.send(AN, saying("hello"), "")
    assert desk.texts == ["hello"]


async def test_a_pause_of_one_channel_is_its_own_and_that_of_two_is_everybodys(desk: Desk) -> None:
    mei, linh = desk.server.person("U0MEI", "梅"), desk.server.person("U0LINH", "Linh")
    desk.server.faults.append(("chat.postMessage", RefusedError("ratelimited", retry_after=30)))
    with pytest.raises(SendLaterError):
        await desk.messenger.send(AN, saying("hello"), "")
    await desk.messenger.send(home_of(TEAM, mei.id), saying("hello"), "")
    assert mei.last.words == "hello"
    desk.server.faults.append(("chat.postMessage", RefusedError("ratelimited", retry_after=30)))
    with pytest.raises(SendLaterError):
        await desk.messenger.send(home_of(TEAM, mei.id), saying("hello again"), "")
    calls = len(desk.server.of("chat.postMessage"))
    with pytest.raises(SendLaterError):
        await desk.messenger.send(home_of(TEAM, linh.id), saying("hello"), "")
    assert len(desk.server.of("chat.postMessage")) == calls
    desk.hands.turn(timedelta(seconds=31))
    for place in (AN, home_of(TEAM, mei.id), home_of(TEAM, linh.id)):
        await desk.messenger.send(place, saying("later"), "")


async def test_a_pause_in_one_workspace_and_one_in_another_are_each_a_channels_own(desk: Desk) -> None:
    there = desk.server.workspace("T0OTHER", "Other")
    mei, linh = (desk.server.person(user_id, workspace=there) for user_id in ("U0MEI", "U0LINH"))
    token = desk.server.install(there).token

    async def post(channel: str) -> None:
        await desk.client.call(token, "chat.postMessage", channel=channel, text="hello")

    desk.server.faults += [("chat.postMessage", RefusedError("ratelimited", retry_after=30))] * 2
    with pytest.raises(SendLaterError):
        await desk.messenger.send(AN, saying("hello"), "")
    with pytest.raises(SendLaterError):
        await post(mei.id)
    await post(linh.id)
    assert linh.last.words == "hello"
    desk.server.complaints.clear()  # bare words are for tests


async def test_a_pause_of_one_method_holds_up_no_other(desk: Desk) -> None:
    reference = await desk.messenger.send(AN, saying("Why?", slot="s:1"), "")
    desk.server.flood(desk.server.workspace(), "chat.postMessage", 30)
    with pytest.raises(SendLaterError):
        await desk.messenger.send(AN, saying("hello"), "")
    await desk.messenger.send(AN, saying("Why? ✓", edits="s:1"), reference)
    assert desk.texts == ["Why? ✓"]


@pytest.mark.parametrize("error", ["channel_not_found", "not_in_channel", "is_archived", "user_not_found", "restricted_action"])
async def test_what_slack_will_never_take_is_undeliverable_and_says_why(desk: Desk, error: str) -> None:
    desk.server.faults.append(("chat.postMessage", RefusedError(error)))
    with pytest.raises(UndeliverableError, match=error):
        await desk.messenger.send(AN, saying("secret words"), "")


@pytest.mark.parametrize("error", ["fatal_error", "internal_error", "service_unavailable", "missing_scope", "request_timeout"])
async def test_what_may_pass_is_tried_again(desk: Desk, error: str) -> None:
    desk.server.faults.append(("chat.postMessage", RefusedError(error)))
    with pytest.raises(ApiError) as told:
        await desk.messenger.send(AN, saying("secret words"), "")
    assert "secret" not in str(told.value)


async def test_another_workspace_is_undeliverable(desk: Desk) -> None:
    with pytest.raises(UndeliverableError, match="not installed"):
        await desk.messenger.send(home_of("T0OTHER", "U0AN"), saying("hello"), "")


# --- for one person's eyes ---


async def test_an_answer_for_one_goes_by_the_address_of_their_deed(desk: Desk) -> None:
    desk.hooks.keep(desk.whisper, desk.server.hook(desk.server.workspace(), desk.channel, desk.an.id))
    await desk.messenger.send(desk.whisper, saying("only you", label="More"), "")
    (seen,) = desk.an.ephemerals
    assert (seen.words, seen.labels) == ("only you", ["More"])
    assert desk.server.of("chat.postEphemeral", "chat.postMessage") == []


async def test_without_an_address_it_is_an_ephemeral_message(desk: Desk) -> None:
    await desk.messenger.send(desk.whisper, saying("only you"), "")
    assert [one.words for one in desk.an.ephemerals] == ["only you"]


async def test_an_address_is_good_five_times_and_half_an_hour(desk: Desk) -> None:
    hook = desk.server.hook(desk.server.workspace(), desk.channel, desk.an.id)
    desk.hooks.keep(desk.whisper, hook)
    for number in range(7):
        await desk.messenger.send(desk.whisper, saying(f"{number}"), "")
    assert len(desk.an.ephemerals) == 7
    assert len(desk.server.of("chat.postEphemeral")) == 2
    desk.hooks.keep(desk.whisper, hook)
    desk.hands.turn(timedelta(minutes=31))
    await desk.messenger.send(desk.whisper, saying("late"), "")
    assert len(desk.server.of("chat.postEphemeral")) == 3


async def test_where_we_are_not_in_the_channel_it_comes_in_private(desk: Desk) -> None:
    outside = desk.server.workspace().channel("outside", is_private=True, has_app=False)
    await desk.messenger.send(whisper_place(TEAM, outside.id, desk.an.id), saying("only you"), "")
    assert desk.texts == ["only you"]


@pytest.mark.parametrize("url", ["https://evil.example/hook", "http://169.254.169.254/", "http://127.0.0.1:1/hook", "ftp://x"])
async def test_an_address_that_is_not_slacks_is_never_called(desk: Desk, url: str) -> None:
    desk.hooks.keep(desk.whisper, url)
    await desk.messenger.send(desk.whisper, saying("only you"), "")
    assert len(desk.server.of("chat.postEphemeral")) == 1


async def test_a_server_that_is_not_slacks_hears_nothing_of_ours(desk: Desk) -> None:
    heard: list[str] = []

    async def hear(request: web.Request) -> web.Response:
        heard.append(request.path)
        return web.Response()

    app = web.Application()
    app.router.add_post("/hooks/x", hear)
    async with TestServer(app, host="127.0.0.1") as stranger:
        desk.hooks.keep(desk.whisper, str(stranger.make_url("/hooks/x")))
        await desk.messenger.send(desk.whisper, saying("only you"), "")
    assert heard == []
    assert [one.words for one in desk.an.ephemerals] == ["only you"]


async def test_tidying_up_what_only_one_saw_is_left_out(desk: Desk) -> None:
    assert await desk.messenger.send(desk.whisper, saying("✓", edits="s:1", is_optional=True), "C1:U0AN") == ""
    assert desk.an.ephemerals == []


# --- pictures ---


async def test_a_chart_is_a_file_and_its_words_are_for_those_who_do_not_see_it(desk: Desk) -> None:
    message = Message((Image("charts/nps.png", "NPS from 30 to 34"), Paragraph(words("Up four."))))
    await desk.messenger.send(AN, message, "")
    picture, text = desk.an.chat.said
    assert picture.files[0].content == b"\x89PNG\r\n\x1a\ncharts/nps.png"
    assert (picture.files[0].alt, text.words) == ("NPS from 30 to 34", "Up four.")


async def test_a_chart_that_cannot_be_drawn_is_its_words(desk: Desk) -> None:
    class Broken:
        async def png(self, source: str) -> bytes | None:
            raise OSError(source)

    messenger = SlackMessenger(desk.client, desk.workspace, desk.hooks, pictures=Broken())
    await messenger.send(AN, Message((Image("charts/nps.png", "NPS from 30 to 34"),)), "")
    assert desk.texts == ["NPS from 30 to 34"]


async def test_where_files_are_not_allowed_the_message_is_tried_again(desk: Desk) -> None:
    desk.server.faults.append(("files.getUploadURLExternal", RefusedError("missing_scope", needed="files:write")))
    with pytest.raises(ApiError):
        await desk.messenger.send(AN, Message((Image("charts/nps.png", "NPS"),)), "")


async def test_links_are_not_looked_at(desk: Desk) -> None:
    await desk.messenger.send(AN, saying("https://evil.example/x"), "")
    (call,) = desk.server.of("chat.postMessage")
    assert (call.given["unfurl_links"], call.given["unfurl_media"]) == (False, False)
    assert "parse" not in call.given
    assert "link_names" not in call.given
