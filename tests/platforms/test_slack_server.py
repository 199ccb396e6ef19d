"""The stand-in is held to what Slack's official Python client expects of the real one, and to the refusals we know of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from tests.hands import Hands
from tests.platforms.slack_methods import RefusedError
from tests.platforms.slack_samples import QUIET, actions, asking, button, menu, modal, section
from tests.platforms.slack_server import SlackServer, slack_server
from tests.platforms.slack_world import BOT_USER, SCOPES, SLACKBOT, Channel

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture(autouse=True)
def _without_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def server(hands: Hands) -> AsyncIterator[SlackServer]:
    async with slack_server(hands) as opened:
        opened.app.events = ()  # nobody listens here; deliveries have tests of their own
        yield opened


@pytest.fixture
def web(server: SlackServer) -> AsyncWebClient:
    return client(server)


def client(server: SlackServer, **how: Any) -> AsyncWebClient:
    """With a token of its own for what is asked."""
    return AsyncWebClient(server.install(**how).token, base_url=f"{server.url}/api/")


async def refusal(doing: Any) -> dict[str, Any]:
    """What the client says Slack has answered."""
    with pytest.raises(SlackApiError) as caught:
        await doing
    answered: dict[str, Any] = caught.value.response.data
    return answered


# --- who may ask ---


async def test_an_app_learns_who_it_is_and_what_it_may_do(server: SlackServer, web: AsyncWebClient) -> None:
    me = await web.auth_test()
    assert (me["team_id"], me["user_id"], me["bot_id"]) == ("T0COMPASS", BOT_USER, "B0COMPASS")
    assert me.headers["X-OAuth-Scopes"].split(",") == list(SCOPES)
    bot = await web.bots_info(bot=me["bot_id"])
    assert bot["bot"]["user_id"] == BOT_USER
    team = await web.team_info()
    assert team["team"]["name"] == "Compass"


@pytest.mark.parametrize("token", ["", "xoxb-nonsense"])
async def test_a_token_that_is_none_is_not_let_in(server: SlackServer, token: str) -> None:
    stranger = AsyncWebClient(token, base_url=f"{server.url}/api/")
    assert (await refusal(stranger.auth_test()))["error"] == ("invalid_auth" if token else "not_authed")


async def test_a_token_is_for_its_own_kind_of_method(server: SlackServer, web: AsyncWebClient) -> None:
    server.app.is_socket = True
    assert (await refusal(web.apps_connections_open(app_token=str(web.token))))["error"] == "not_allowed_token_type"
    assert (await web.apps_connections_open(app_token=server.app.app_token))["url"].startswith("ws://127.0.0.1")
    server.app.app_scopes = ("authorizations:read",)
    assert (await refusal(web.apps_connections_open(app_token=server.app.app_token)))["needed"] == "connections:write"
    app = AsyncWebClient(server.app.app_token, base_url=f"{server.url}/api/")
    assert (await refusal(app.users_info(user="U0AN")))["error"] == "not_allowed_token_type"


async def test_a_missing_scope_is_named(server: SlackServer) -> None:
    web = client(server, scopes=("im:write",))
    answer = await refusal(web.chat_postMessage(channel=server.person().id, text="hello", **QUIET))
    assert (answer["error"], answer["needed"], answer["provided"]) == ("missing_scope", "chat:write", "im:write")


async def test_a_revoked_token_is_over(server: SlackServer, web: AsyncWebClient) -> None:
    assert (await web.auth_revoke(test=True))["revoked"] is False
    assert (await web.auth_revoke())["revoked"] is True
    assert (await refusal(web.auth_test()))["error"] == "account_inactive"


async def test_a_method_nobody_knows_is_a_complaint(server: SlackServer, web: AsyncWebClient) -> None:
    assert (await refusal(web.api_call("okr.new")))["error"] == "unknown_method"
    assert server.complaints == ["unexpected: okr.new"]


async def test_ids_mean_something_only_in_their_workspace(server: SlackServer) -> None:
    here, there = server.workspace(), server.workspace("T0OTHER", "Other")
    an, mei = server.person("U1", "An", workspace=here), server.person("U1", "梅", workspace=there)
    for workspace, words in ((here, "chào"), (there, "你好")):
        await client(server, workspace=workspace).chat_postMessage(channel="U1", text=words, **QUIET)
    assert ([one.words for one in an.chat.said], [one.words for one in mei.chat.said]) == (["chào"], ["你好"])
    assert an.chat.id == mei.chat.id


async def test_a_token_for_a_whole_organisation_has_to_name_the_workspace(server: SlackServer) -> None:
    here = server.workspace("T1", "One", enterprise_id="E1")
    server.workspace("T2", "Two", enterprise_id="E1")
    server.person("U1", workspace=here)
    web = client(server, workspace=here, is_org_wide=True)
    assert (await web.auth_test())["is_enterprise_install"] is True
    assert [one["id"] for one in (await web.auth_teams_list())["teams"]] == ["T1", "T2"]
    assert (await web.users_info(user="U1"))["user"]["enterprise_user"]["teams"] == ["T1"]
    assert (await refusal(web.users_list(limit=10)))["error"] == "missing_argument"
    assert (await refusal(web.users_list(limit=10, team_id="T9")))["error"] == "team_access_not_granted"
    assert [one["id"] for one in (await web.users_list(limit=10, team_id="T1"))["members"]] == [SLACKBOT, BOT_USER, "U1"]


# --- how arguments arrive ---


@pytest.mark.parametrize("how", ["params", "data", "json"])
async def test_arguments_are_taken_from_the_address_a_form_or_json(server: SlackServer, web: AsyncWebClient, how: str) -> None:
    an = server.person()
    given: dict[str, Any] = {how: {"channel": an.id, "text": "hello", "unfurl_links": "false", "unfurl_media": "false"}}
    await web.api_call("chat.postMessage", **given)
    assert an.last.text == "hello"
    assert server.complaints == []


async def test_a_method_that_reads_no_json_overlooks_it(server: SlackServer, web: AsyncWebClient) -> None:
    an = server.person()
    assert (await web.users_info(user=an.id))["user"]["name"] == "an"
    assert (await refusal(web.api_call("users.info", json={"user": an.id})))["error"] == "user_not_found"


# --- messages ---


async def test_a_message_arrives_with_its_blocks_and_gets_ids(server: SlackServer, web: AsyncWebClient) -> None:
    an = server.person()
    blocks = [section("*NPS* is 30 &lt; 50"), actions(button("Yes"), button("No", action_id="no"))]
    sent = await web.chat_postMessage(channel=an.id, text="NPS is 30", blocks=blocks, **QUIET)
    assert (an.last.words, an.last.labels, an.last.acts) == ("NPS is 30 < 50", ["Yes", "No"], [])
    assert sent["channel"] == an.chat.id
    assert all(block["block_id"] for block in sent["message"]["blocks"])
    assert [one["action_id"] for one in sent["message"]["blocks"][1]["elements"]][1] == "no"
    assert server.complaints == []


@pytest.mark.parametrize(
    ("text", "acts"),
    [
        ("<@U1> look", ["user @U1"]),
        ("<!channel>", ["broadcast !channel"]),
        ("<!subteam^S1>", ["broadcast !subteam^S1"]),
        ("<https://evil.example|here>", ["link https://evil.example|here"]),
        ("see https://evil.example/x", ["url https://evil.example/x"]),
        ("an@compass.example", ["email an@compass.example"]),
        ("&lt;@U1&gt; and 1.200,50", []),
    ],
)
async def test_what_pings_or_leads_somewhere_is_seen(
    server: SlackServer, web: AsyncWebClient, text: str, acts: list[str]
) -> None:
    an = server.person()
    await web.chat_postMessage(channel=an.id, text="words", blocks=[section(text)], **QUIET)
    assert an.last.acts == acts


async def test_verbatim_words_lead_nowhere_by_themselves(server: SlackServer, web: AsyncWebClient) -> None:
    an = server.person()
    block = {"type": "section", "text": {"type": "mrkdwn", "text": "x.vn", "verbatim": True}}
    await web.chat_postMessage(channel=an.id, text="words", blocks=[block], **QUIET)
    assert an.last.acts == []


@pytest.mark.parametrize(
    ("blocks", "why"),
    [
        ([section("x" * 3001)], "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
        ([section("")], "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
        ([section()] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
        ([{"type": "progress"}], "unsupported type: progress [json-pointer:/blocks/0/type]"),
        ([section(colour="red")], "invalid additional property: colour [json-pointer:/blocks/0]"),
        ([{"type": "section"}], "missing required field: text [json-pointer:/blocks/0]"),
        ([section(block_id="a"), section(block_id="a")], "`block_id` 'a' already exists for another block"),
        ([section(block_id="a" * 256)], "must be less than 256 characters [json-pointer:/blocks/0/block_id]"),
        ([actions(*[button(str(one)) for one in range(26)])], "no more than 25 items allowed [json-pointer:/blocks/0/elements]"),
        ([actions()], "no less than 1 items allowed [json-pointer:/blocks/0/elements]"),
        ([actions(button("x" * 76))], "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]"),
        ([actions(button("x", "v" * 2001))], "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]"),
        ([actions(button("x", style="green"))], "must be one of primary danger [json-pointer:/blocks/0/elements/0/style]"),
        ([actions(button("x", action_id="a"), button("y", action_id="a"))], "`action_id` must be unique within a block"),
        ([actions(button("x", url="javascript:1"))], "invalid url [json-pointer:/blocks/0/elements/0/url]"),
        ([{"type": "image", "image_url": "https://x.example/a.png"}], "missing required field: alt_text"),
        ([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}], "must be of type plain_text"),
        ([{"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}] * 11}], "no more than 10 items allowed"),
        ([{"type": "markdown", "text": "x" * 6001}] * 2, "markdown blocks hold at most 12000 characters together"),
        ([section(accessory=menu(101))], "no more than 100 items allowed [json-pointer:/blocks/0/accessory/options]"),
    ],
)
async def test_blocks_slack_does_not_take_are_refused_with_the_place(
    server: SlackServer, web: AsyncWebClient, blocks: list[dict[str, Any]], why: str
) -> None:
    an = server.person()
    answer = await refusal(web.chat_postMessage(channel=an.id, text="words", blocks=blocks, **QUIET))
    assert answer["error"] == "invalid_blocks"
    assert any(why in one for one in answer["response_metadata"]["messages"]), answer
    assert an.chat.said == []


async def test_a_message_has_a_limit_altogether_that_is_nowhere_written(server: SlackServer, web: AsyncWebClient) -> None:
    an = server.person()
    await web.chat_postMessage(channel=an.id, text="words", blocks=[section("x" * 3000)] * 4, **QUIET)
    answer = await refusal(web.chat_postMessage(channel=an.id, text="words", blocks=[section("x" * 2700)] * 5, **QUIET))
    assert answer["error"] == "msg_blocks_too_long"


async def test_a_long_text_loses_its_end_and_that_is_a_complaint(server: SlackServer, web: AsyncWebClient) -> None:
    an = server.person()
    sent = await web.chat_postMessage(channel=an.id, text="x" * 40_001, **QUIET)
    assert (len(an.last.text), sent["warning"]) == (40_000, "message_truncated")
    assert server.complaints == ["chat.postMessage: Slack cuts the end off a text"]


async def test_careless_messages_are_complained_of(server: SlackServer, web: AsyncWebClient) -> None:
    an = server.person()
    await web.chat_postMessage(channel=an.id, text="words")
    with pytest.warns(UserWarning, match="top-level"):  # the client finds it careless as well
        await web.chat_postMessage(channel=an.id, text="", blocks=[section()], **QUIET)
    assert server.complaints == [
        "chat.postMessage lets Slack look at what is linked",
        "chat.postMessage has no words for notifications and screen readers beside its blocks",
    ]
    assert (await refusal(web.api_call("chat.postMessage", params={"channel": an.id, "text": " "})))["error"] == "no_text"


async def test_a_channel_has_to_be_there_open_and_joined(server: SlackServer, web: AsyncWebClient) -> None:
    workspace = server.workspace()

    async def refused(channel: Channel | str) -> str:
        name = channel if isinstance(channel, str) else channel.id
        return str((await refusal(web.chat_postMessage(channel=name, text="words", **QUIET)))["error"])

    assert await refused("C999") == "channel_not_found"
    assert await refused(workspace.channel("sales", has_app=False)) == "not_in_channel"
    assert await refused(workspace.channel("board", is_private=True, has_app=False)) == "channel_not_found"
    archived = workspace.channel("old")
    archived.is_archived = True
    assert await refused(archived) == "is_archived"
    server.person("U0GONE", "Gone").account.is_deleted = True
    assert (await refusal(web.conversations_open(users="U0GONE")))["error"] == "user_disabled"
    server.app.has_messages = False
    assert await refused(server.person().chat) == "messages_tab_disabled"


async def test_an_update_changes_ones_own_messages_only(server: SlackServer, web: AsyncWebClient) -> None:
    an = server.person()
    sent = await web.chat_postMessage(channel=an.id, text="one", blocks=[actions(button("Yes"))], **QUIET)
    await web.chat_update(channel=sent["channel"], ts=sent["ts"], text="two", blocks=[section("two")])
    assert (an.last.words, an.last.labels, an.last.edits, len(an.chat.said)) == ("two", [], 1, 1)
    await an.says("mine")
    theirs = an.chat.posts[-1].ts
    assert (await refusal(web.chat_update(channel=an.chat.id, ts=theirs, text="x")))["error"] == "cant_update_message"
    assert (await refusal(web.chat_delete(channel=an.chat.id, ts=theirs)))["error"] == "cant_delete_message"
    assert (await refusal(web.chat_update(channel=an.chat.id, ts="1.2", text="x")))["error"] == "message_not_found"
    assert (await refusal(web.chat_update(channel=an.chat.id, ts=sent["ts"], text="x" * 4001)))["error"] == "msg_too_long"
    await web.chat_delete(channel=an.chat.id, ts=sent["ts"])
    assert an.chat.said == []


async def test_ephemeral_messages_reach_whoever_is_there_and_are_not_kept(server: SlackServer, web: AsyncWebClient) -> None:
    an, binh = server.person(), server.person("U0BINH", "Bình")
    channel = server.workspace().channel()
    channel.members += [an.id, binh.id]
    sent = await web.chat_postEphemeral(channel=channel.id, user=an.id, text="for you alone")
    assert ([one.words for one in an.ephemerals], binh.ephemerals, channel.said) == (["for you alone"], [], [])
    assert (await refusal(web.chat_update(channel=channel.id, ts=sent["message_ts"], text="x")))["error"] == "message_not_found"
    binh.account.is_active = False
    await web.chat_postEphemeral(channel=channel.id, user=binh.id, text="nobody sees this")
    assert binh.ephemerals == []
    answer = await refusal(web.chat_postEphemeral(channel=channel.id, user="U0GONE", text="x"))
    assert answer["error"] == "user_not_in_channel"


async def test_one_floods_a_method_of_one_workspace(server: SlackServer, hands: Hands) -> None:
    here, there = server.workspace(), server.workspace("T0OTHER", "Other")
    server.person("U1", workspace=here)
    server.person("U1", workspace=there)
    mine, theirs = client(server, workspace=here), client(server, workspace=there)
    server.flood(here, "chat.postMessage", 7)
    with pytest.raises(SlackApiError) as caught:
        await mine.chat_postMessage(channel="U1", text="words", **QUIET)
    assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "7")
    assert caught.value.response["error"] == "ratelimited"
    await mine.auth_test()
    await theirs.chat_postMessage(channel="U1", text="words", **QUIET)
    hands.turn(timedelta(seconds=7))
    await mine.chat_postMessage(channel="U1", text="words", **QUIET)


async def test_tiers_are_counted_by_the_clock(server: SlackServer, web: AsyncWebClient, hands: Hands) -> None:
    server.holds_to_tiers = True
    for _ in range(20):
        await web.users_list(limit=1)
    assert (await refusal(web.users_list(limit=1)))["error"] == "ratelimited"
    hands.turn(timedelta(minutes=1))
    await web.users_list(limit=1)
    an = server.person()
    await web.chat_postMessage(channel=an.id, text="one", **QUIET)
    assert (await refusal(web.chat_postMessage(channel=an.id, text="two", **QUIET)))["error"] == "ratelimited"


async def test_faults_outages_and_lost_answers_can_be_had(server: SlackServer, web: AsyncWebClient) -> None:
    an = server.person()
    server.faults.append(("chat.postMessage", RefusedError("fatal_error")))
    assert (await refusal(web.chat_postMessage(channel=an.id, text="words", **QUIET)))["error"] == "fatal_error"
    server.answers_with = 503
    with pytest.raises(SlackApiError):
        await web.auth_test()
    server.answers_with = 0
    server.lost_answers = 1
    web.retry_handlers.clear()
    with pytest.raises(Exception, match="disconnected"):
        await web.chat_postMessage(channel=an.id, text="once", **QUIET)
    assert [one.words for one in an.chat.said] == ["once"]
    server.is_down = True
    with pytest.raises(Exception, match="disconnected"):
        await web.auth_test()


# --- people ---


async def test_people_come_page_by_page(server: SlackServer, web: AsyncWebClient) -> None:
    for number in range(4):
        server.person(f"U{number}", f"Person {number}")
    server.page_size = 2
    pages = [page["members"] async for page in await web.users_list(limit=200)]
    assert [len(page) for page in pages] == [2, 2, 2]
    assert pages[1][0]["profile"]["email"] == "person 0@compass.example"
    assert [(one["name"], one["is_bot"]) for one in pages[0]] == [("slackbot", False), ("laban", True)]
    assert (await refusal(web.users_list(cursor="dXNlcg==", limit=2)))["error"] == "invalid_cursor"


async def test_addresses_and_locales_are_given_to_whoever_may_and_asks(server: SlackServer, web: AsyncWebClient) -> None:
    an = server.person()
    told = (await web.users_info(user=an.id, include_locale=True))["user"]
    assert (told["tz"], told["locale"], told["profile"]["email"]) == ("Asia/Ho_Chi_Minh", "vi-VN", "an@compass.example")
    assert (await web.users_lookupByEmail(email="An@Compass.example"))["user"]["id"] == an.id
    assert (await refusal(web.users_lookupByEmail(email="no@compass.example")))["error"] == "users_not_found"
    less = client(server, scopes=("users:read",))
    assert "email" not in (await less.users_info(user=an.id))["user"]["profile"]
    assert (await refusal(less.users_lookupByEmail(email="an@compass.example")))["needed"] == "users:read.email"


async def test_strangers_of_shared_channels_are_marked(server: SlackServer, web: AsyncWebClient) -> None:
    server.person("U0PARTNER", "Partner", home_team="T0PARTNER")
    told = (await web.users_info(user="U0PARTNER"))["user"]
    assert (told["team_id"], told["is_stranger"]) == ("T0PARTNER", True)


async def test_channels_are_listed_by_what_may_be_read(server: SlackServer, web: AsyncWebClient) -> None:
    workspace = server.workspace()
    open_one, closed = workspace.channel("marketing"), workspace.channel("board", is_private=True)
    server.person("U0AN")
    workspace.im("U0AN")
    found = await web.conversations_list(types="public_channel,private_channel", limit=100)
    assert [one["name"] for one in found["channels"]] == ["marketing", "board"]
    assert (await web.conversations_info(channel=closed.id))["channel"]["is_private"] is True
    assert (await web.conversations_members(channel=open_one.id))["members"] == [BOT_USER]
    less = client(server, scopes=("channels:read",))
    assert (await refusal(less.conversations_info(channel=closed.id)))["needed"] == "groups:read"
    assert (await refusal(less.conversations_list(types="im")))["needed"] == "im:read"


async def test_a_private_chat_is_opened_once(server: SlackServer, web: AsyncWebClient) -> None:
    an = server.person()
    first = await web.conversations_open(users=an.id)
    again = await web.conversations_open(users=[an.id])
    assert first["channel"]["id"] == again["channel"]["id"] == an.chat.id
    assert again["already_open"] is True


# --- modals and homes ---


async def test_a_trigger_opens_one_modal_within_three_seconds(server: SlackServer, web: AsyncWebClient, hands: Hands) -> None:
    an = server.person()
    trigger = server.trigger(an.workspace, an.id)
    assert (await web.views_open(trigger_id=trigger, view=modal(asking())))["view"]["title"]["text"] == "Objective"
    assert an.modal is not None
    assert (await refusal(web.views_open(trigger_id=trigger, view=modal(asking()))))["error"] == "exchanged_trigger_id"
    late = server.trigger(an.workspace, an.id)
    hands.turn(timedelta(seconds=3.1))
    assert (await refusal(web.views_open(trigger_id=late, view=modal(asking()))))["error"] == "expired_trigger_id"
    assert (await refusal(web.views_open(trigger_id="1.2.x", view=modal(asking()))))["error"] == "invalid_arguments"


@pytest.mark.parametrize(
    ("view", "why"),
    [
        (
            modal(asking(), title={"type": "plain_text", "text": "x" * 25}),
            "must be less than 25 characters [json-pointer:/view/title",
        ),
        ({"type": "modal", "blocks": []}, "missing required field: title [json-pointer:/view]"),
        ({**modal(asking()), "submit": None}, "must be of type plain_text [json-pointer:/view/submit]"),
        (modal(*[section()] * 101), "no more than 100 items allowed [json-pointer:/view/blocks]"),
        (modal(asking(), private_metadata="x" * 3001), "must be less than 3001 characters [json-pointer:/view/private_metadata]"),
        (modal(asking(), submit_disabled=True), "invalid additional property: submit_disabled [json-pointer:/view]"),
        (modal({"type": "markdown", "text": "x"}), "unsupported type: markdown [json-pointer:/view/blocks/0/type]"),
        ({"type": "home", "blocks": []}, "unsupported type [json-pointer:/view]"),
        ({name: one for name, one in modal(asking()).items() if name != "submit"}, "missing required field: submit"),
    ],
)
async def test_a_modal_slack_does_not_take_is_refused(
    server: SlackServer, web: AsyncWebClient, view: dict[str, Any], why: str
) -> None:
    an = server.person()
    answer = await refusal(web.views_open(trigger_id=server.trigger(an.workspace, an.id), view=view))
    assert answer["error"] == "invalid_arguments"
    assert any(why in one for one in answer["response_metadata"]["messages"]), answer
    assert an.modal is None


async def test_modals_lie_on_one_another_three_deep(server: SlackServer, web: AsyncWebClient) -> None:
    an = server.person()
    await web.views_open(trigger_id=server.trigger(an.workspace, an.id), view=modal(asking()))
    for _ in range(2):
        assert an.modal is not None
        await web.views_push(trigger_id=server.trigger(an.workspace, an.id, an.modal.id), view=modal(asking()))
    assert an.modal is not None
    answer = await refusal(web.views_push(trigger_id=server.trigger(an.workspace, an.id, an.modal.id), view=modal(asking())))
    assert answer["error"] == "push_limit_reached"
    assert len(an.workspace.modals[an.id]) == 3


async def test_an_updated_modal_keeps_what_was_filled_in(server: SlackServer, web: AsyncWebClient) -> None:
    an = server.person()
    opened = await web.views_open(trigger_id=server.trigger(an.workspace, an.id), view=modal(asking()))
    await an.fills({"Name": "NPS"})
    view = opened["view"]
    await web.views_update(view_id=view["id"], hash=view["hash"], view=modal(asking(), asking("unit", initial_value="points")))
    assert an.modal is not None
    assert {name: one["it"]["value"] for name, one in an.modal.values.items()} == {"name": "NPS", "unit": "points"}
    answer = await refusal(web.views_update(view_id=view["id"], hash=view["hash"], view=modal(asking())))
    assert answer["error"] == "hash_conflict"
    assert (await refusal(web.views_update(view_id="V9", view=modal(asking()))))["error"] == "not_found"


async def test_a_home_is_published_for_one_person(server: SlackServer, web: AsyncWebClient) -> None:
    an, binh = server.person(), server.person("U0BINH", "Bình")
    first = await web.views_publish(user_id=an.id, view={"type": "home", "blocks": [section("NPS ▓▓░░ 50 %")]})
    assert an.home is not None
    assert (an.home.words, binh.home) == ("NPS ▓▓░░ 50 %", None)
    await web.views_publish(user_id=an.id, hash=first["view"]["hash"], view={"type": "home", "blocks": [section("new")]})
    assert (an.home.words, an.home.revisions) == ("new", 1)
    old = web.views_publish(user_id=an.id, hash=first["view"]["hash"], view={"type": "home", "blocks": [section("old")]})
    assert (await refusal(old))["error"] == "hash_conflict"
    server.app.has_home = False
    answer = await refusal(web.views_publish(user_id=an.id, view={"type": "home", "blocks": [section()]}))
    assert answer["error"] == "not_enabled"


# --- files and hooks ---


async def test_a_picture_is_uploaded_in_three_steps(server: SlackServer, web: AsyncWebClient) -> None:
    an = server.person()
    await web.files_upload_v2(
        content=PNG, filename="nps.png", title="NPS", alt_txt="NPS over eight weeks", channel=an.chat.id, initial_comment="NPS"
    )
    (file,) = an.last.files
    assert (file.content, file.title, file.alt, an.last.words) == (PNG, "NPS", "NPS over eight weeks", "NPS")
    assert server.complaints == []
    half = await web.files_getUploadURLExternal(filename="x.png", length=9)
    assert (await refusal(web.files_completeUploadExternal(files=[{"id": half["file_id"]}])))["error"] == "file_not_found"


async def test_a_response_address_lasts_five_uses_and_half_an_hour(
    server: SlackServer, web: AsyncWebClient, hands: Hands
) -> None:
    an = server.person()
    channel = server.workspace().channel()
    address = server.hook(an.workspace, channel, an.id)
    for number in range(5):
        assert (await AsyncWebhookClient(address).send(text=str(number))).status_code == 200
    assert [one.words for one in an.ephemerals] == list("01234")
    assert server.complaints == []
    used = await AsyncWebhookClient(address).send(text="6")
    assert (used.status_code, "used_url" in used.body) == (404, True)
    other = server.hook(an.workspace, channel, an.id)
    hands.turn(timedelta(minutes=31))
    late = await AsyncWebhookClient(other).send(text="7")
    assert (late.status_code, "expired_url" in late.body) == (404, True)
    await AsyncWebhookClient(server.hook(an.workspace, channel, an.id)).send(text="8", replace_original=True)
    assert an.ephemerals[-1].words == "8"
    assert "cannot be replaced" in server.complaints[0]


async def test_a_response_address_replaces_and_takes_away_the_message_it_belongs_to(
    server: SlackServer, web: AsyncWebClient
) -> None:
    an = server.person()
    await web.chat_postEphemeral(channel=an.chat.id, user=an.id, text="first")
    hook = AsyncWebhookClient(server.hook(an.workspace, an.chat, an.id, an.ephemerals[0]))
    await hook.send(text="second", replace_original=True)
    assert [one.words for one in an.ephemerals] == ["second"]
    await hook.send(text="in the open", response_type="in_channel", replace_original=False)
    assert an.last.words == "in the open"
    await hook.send(delete_original=True)
    assert an.ephemerals == []
    assert (await hook.send(text="x" * 10, blocks=[{"type": "nothing"}])).body == "invalid_blocks"


async def test_two_calls_at_once_are_two_messages(server: SlackServer, web: AsyncWebClient) -> None:
    an = server.person()
    await asyncio.gather(*(web.chat_postMessage(channel=an.id, text=str(one), **QUIET) for one in range(10)))
    assert len({one.ts for one in an.chat.said}) == 10
