"""The stand-in is held to what the official client expects of the real one, and to the refusals we know of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import web
from telegram import Bot, BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, MessageEntity
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError

from tests.hands import Hands
from tests.platforms.telegram_server import TOKEN, USERNAME, TelegramServer, found_in, telegram_server

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture(autouse=True)
def _without_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
async def server(hands: Hands) -> AsyncIterator[TelegramServer]:
    async with telegram_server(hands) as opened:
        yield opened


@pytest.fixture
async def bot(server: TelegramServer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bot]:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")  # otherwise the library warns about its own errors
    async with client(server) as opened:
        yield opened


def client(server: TelegramServer, token: str = TOKEN) -> Bot:
    return Bot(token, base_url=f"{server.url}/bot", base_file_url=f"{server.url}/file/bot")


def keyboard(*rows: tuple[str, ...], data: str = "x") -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=data) for label in row] for row in rows])


async def test_a_bot_learns_who_it_is(bot: Bot) -> None:
    me = await bot.get_me()
    assert (me.username, me.is_bot, me.can_join_groups) == (USERNAME, True, True)


@pytest.mark.parametrize("token", ["700100:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "nonsense"])
async def test_another_token_is_not_let_in(server: TelegramServer, token: str) -> None:
    with pytest.raises(InvalidToken):
        async with client(server, token):
            pass


async def test_a_message_arrives_with_what_was_given_and_what_telegram_finds(server: TelegramServer, bot: Bot) -> None:
    an = server.person()
    bold = MessageEntity(MessageEntity.BOLD, 3, 4)
    sent = await bot.send_message(
        an.id,
        "👍 bold @somebody x.vn",
        entities=[bold],
        reply_markup=keyboard(("Yes", "No")),
        link_preview_options=NO_PREVIEW,
    )
    assert sent.text == an.last.text
    assert [one["type"] for one in an.last.entities] == ["bold", "mention", "url"]
    assert sent.parse_entities()[bold] == "bold"
    assert an.last.labels == ["Yes", "No"]
    assert server.complaints == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ask @an_pham now", ["mention"]),
        ("x@y.vn", ["url", "email"]),
        ("see https://evil.example/?a=1", ["url"]),
        ("tg://user?id=1", ["url"]),
        ("/start it", ["bot_command"]),
        ("1.200,50 and v. v. and a:b", []),
        ("@所有人", []),
    ],
)
def test_it_finds_in_a_text_what_telegram_finds(text: str, found: list[str]) -> None:
    kinds = [one["type"] for one in found_in(text, [])]
    assert sorted(set(kinds)) == sorted(found)


@pytest.mark.parametrize(
    ("text", "why"),
    [("", "empty"), (" \n ", "empty"), ("x" * 4097, "too long"), ("😀" * 2049, "too long")],
)
async def test_a_text_has_one_to_4096_units(server: TelegramServer, bot: Bot, text: str, why: str) -> None:
    with pytest.raises(BadRequest, match=why):
        await bot.send_message(server.person().id, text, link_preview_options=NO_PREVIEW)


async def test_4096_units_are_taken(server: TelegramServer, bot: Bot) -> None:
    an = server.person()
    for text in ("x" * 4096, "😀" * 2048):
        await bot.send_message(an.id, text, link_preview_options=NO_PREVIEW)
        assert an.last.text == text


@pytest.mark.parametrize(
    "markup",
    [
        keyboard(("Yes",), data="x" * 65),
        keyboard(("Yes",), data="é" * 33),
        keyboard(*[("x",) * 8] * 13),
        keyboard(("x",) * 9),
        keyboard((" ",)),
        keyboard(*[("x" * 400,)] * 30),
    ],
)
async def test_a_keyboard_has_limits(server: TelegramServer, bot: Bot, markup: InlineKeyboardMarkup) -> None:
    with pytest.raises(BadRequest):
        await bot.send_message(server.person().id, "choose", reply_markup=markup, link_preview_options=NO_PREVIEW)


@pytest.mark.parametrize(("offset", "length"), [(0, 6), (6, 1), (-1, 2), (1, 1), (2, 2), (0, 0)])
async def test_an_entity_covers_whole_characters_of_the_text(server: TelegramServer, bot: Bot, offset: int, length: int) -> None:
    with pytest.raises(BadRequest):
        await bot.send_message(
            server.person().id,
            "👍 ok",
            entities=[MessageEntity(MessageEntity.BOLD, offset, length)],
            link_preview_options=NO_PREVIEW,
        )


async def test_an_edit_changes_the_message_and_nothing_twice(server: TelegramServer, bot: Bot) -> None:
    an = server.person()
    sent = await bot.send_message(an.id, "first", reply_markup=keyboard(("Yes",)), link_preview_options=NO_PREVIEW)
    await bot.edit_message_text("second", an.id, sent.message_id, link_preview_options=NO_PREVIEW)
    assert (an.last.text, an.last.labels, len(an.chat.said)) == ("second", [], 1)
    with pytest.raises(BadRequest, match=r"(?i)message is not modified"):
        await bot.edit_message_text("second", an.id, sent.message_id, link_preview_options=NO_PREVIEW)
    with pytest.raises(BadRequest, match=r"(?i)message to edit not found"):
        await bot.edit_message_text("third", an.id, 999, link_preview_options=NO_PREVIEW)


async def test_a_picture_has_a_short_caption_and_is_a_picture(server: TelegramServer, bot: Bot) -> None:
    an = server.person()
    sent = await bot.send_photo(an.id, PNG, caption="NPS")
    assert sent.photo
    assert (an.last.text, an.last.photo) == ("NPS", PNG)
    for photo, caption in ((PNG, "x" * 1025), (b"<svg/>", "NPS")):
        with pytest.raises(BadRequest):
            await bot.send_photo(an.id, photo, caption=caption)
    with pytest.raises(BadRequest, match="no text"):
        await bot.edit_message_text("words", an.id, sent.message_id, link_preview_options=NO_PREVIEW)


async def test_who_cannot_be_reached_is_refused(server: TelegramServer, bot: Bot) -> None:
    async def refused(kind: type[TelegramError], chat_id: int) -> str:
        with pytest.raises(kind) as error:
            await bot.send_message(chat_id, "hello", link_preview_options=NO_PREVIEW)
        return str(error.value)

    an = server.person()
    assert "not found" in await refused(BadRequest, 999)
    server.person(502, is_started=False)
    assert "initiate" in await refused(Forbidden, 502)
    an.blocks()
    assert "blocked" in await refused(Forbidden, an.id)
    an.blocks(is_blocked=False)
    an.chat.is_deactivated = True
    assert "deactivated" in await refused(Forbidden, an.id)
    group = server.group()
    group.is_blocked = True
    assert "kicked" in await refused(Forbidden, group.id)


async def test_a_flooded_chat_says_how_long_to_wait(server: TelegramServer, bot: Bot) -> None:
    an = server.person()
    an.chat.flooded_for = 7
    with pytest.raises(RetryAfter) as error:
        await bot.send_message(an.id, "hello", link_preview_options=NO_PREVIEW)
    assert error.value.retry_after == timedelta(seconds=7)


async def test_a_group_that_moved_says_where_to(server: TelegramServer, bot: Bot) -> None:
    group = server.group()
    new = server.upgrade(group)
    with pytest.raises(ChatMigrated) as error:
        await bot.send_message(group.id, "hello", link_preview_options=NO_PREVIEW)
    assert error.value.new_chat_id == new.id
    first, second = await bot.get_updates(timeout=0)
    assert first.message is not None
    assert first.message.migrate_to_chat_id == new.id
    assert second.message is not None
    assert second.message.migrate_from_chat_id == group.id


async def test_updates_come_until_they_are_confirmed(server: TelegramServer, bot: Bot) -> None:
    an = server.person()
    for text in ("one", "two", "three"):
        an.says(text)
    first = await bot.get_updates(timeout=0)
    assert [update.message.text for update in first if update.message] == ["one", "two", "three"]
    assert await bot.get_updates(timeout=0, limit=2) == first[:2]
    rest = await bot.get_updates(timeout=0, offset=first[1].update_id + 1)
    assert rest == first[2:]
    assert await bot.get_updates(timeout=0, offset=first[2].update_id + 1) == ()
    assert await bot.get_updates(timeout=0) == ()


async def test_a_poll_is_held_open_until_something_happens(server: TelegramServer, bot: Bot) -> None:
    polling = asyncio.create_task(bot.get_updates(timeout=30))
    await server.until(lambda: server.is_polled)
    assert not polling.done()
    server.person().says("now")
    (update,) = await polling
    assert update.message is not None
    assert update.message.text == "now"
    assert update.message.from_user is not None
    assert update.message.from_user.language_code == "vi"


async def test_a_poll_that_is_held_open_ends_with_nothing_in_the_end(server: TelegramServer, bot: Bot) -> None:
    polling = asyncio.create_task(bot.get_updates(timeout=30))
    await server.until(lambda: server.is_polled)
    server.tire()
    assert await polling == ()


async def test_only_one_can_poll(server: TelegramServer, bot: Bot) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=30))
    await server.until(lambda: server.is_polled)
    async with client(server) as another:
        second = asyncio.create_task(another.get_updates(timeout=30))
        with pytest.raises(Conflict, match="terminated by other"):
            await first
        await server.until(lambda: server.is_polled)
        server.tire()
        assert await second == ()


async def test_nobody_polls_while_there_is_a_webhook(server: TelegramServer, bot: Bot) -> None:
    await bot.set_webhook("https://laban.example/telegram/webhook", secret_token="s")
    assert (await bot.get_webhook_info()).url == "https://laban.example/telegram/webhook"
    with pytest.raises(Conflict, match="webhook is active"):
        await bot.get_updates(timeout=0)
    await bot.delete_webhook()
    assert await bot.get_updates(timeout=0) == ()


@pytest.mark.parametrize(("url", "secret"), [("http://laban.example/x", "s"), ("https://laban.example/x", "not allowed!")])
async def test_a_webhook_is_encrypted_and_its_secret_plain(bot: Bot, url: str, secret: str) -> None:
    with pytest.raises(BadRequest):
        await bot.set_webhook(url, secret_token=secret)


async def test_a_webhook_gets_updates_with_the_secret_and_again_until_it_takes_them(server: TelegramServer, bot: Bot) -> None:
    seen: list[tuple[str, str]] = []

    async def take(request: web.Request) -> web.Response:
        told = await request.json()
        seen.append((told["message"]["text"], request.headers["X-Telegram-Bot-Api-Secret-Token"]))
        return web.Response(status=200 if len(seen) > 1 else 503)

    app = web.Application()
    app.router.add_post("/hook", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        port = runner.addresses[0][1]
        await bot.set_webhook(f"http://127.0.0.1:{port}/hook", secret_token="open-sesame")
        an = server.person()
        an.says("one")
        an.says("two")
        await server.until(lambda: server.deliveries == [503])
        assert (await bot.get_webhook_info()).pending_update_count == 2
        server.try_again()
        await server.until(lambda: server.deliveries == [503, 200, 200])
    finally:
        await runner.cleanup()
    assert seen == [("one", "open-sesame"), ("one", "open-sesame"), ("two", "open-sesame")]


async def test_only_wanted_kinds_of_updates_come(server: TelegramServer, bot: Bot) -> None:
    await bot.get_updates(timeout=0, allowed_updates=["message"])
    an = server.person()
    an.blocks()
    an.says("hello")
    (update,) = await bot.get_updates(timeout=0)
    assert update.message is not None


async def test_a_press_is_answered_once_and_soon(server: TelegramServer, bot: Bot, hands: Hands) -> None:
    an = server.person()
    await bot.send_message(an.id, "choose", reply_markup=keyboard(("Yes",)), link_preview_options=NO_PREVIEW)
    an.presses("Yes")
    an.presses("Yes")
    first, second = await bot.get_updates(timeout=0)
    assert first.callback_query is not None
    assert second.callback_query is not None
    assert first.callback_query.data == "x"
    assert await bot.answer_callback_query(first.callback_query.id)
    hands.turn(timedelta(seconds=16))
    for late in (first, second):
        assert late.callback_query is not None
        with pytest.raises(BadRequest, match="too old"):
            await bot.answer_callback_query(late.callback_query.id)


async def test_commands_are_kept_by_language(server: TelegramServer, bot: Bot) -> None:
    await bot.set_my_commands([BotCommand("new", "Viết mục tiêu")], language_code="vi")
    assert server.commands["vi"] == [{"command": "new", "description": "Viết mục tiêu"}]
    for command, description in (("New", "x"), ("x" * 33, "x"), ("new", "x" * 257)):
        with pytest.raises(BadRequest):
            await bot.set_my_commands([BotCommand(command, description)])


async def test_a_chat_knows_what_is_pinned(server: TelegramServer, bot: Bot) -> None:
    an = server.person()
    assert (await bot.get_chat(an.id)).pinned_message is None
    sent = await bot.send_message(an.id, "home", link_preview_options=NO_PREVIEW)
    await bot.pin_chat_message(an.id, sent.message_id, disable_notification=True)
    pinned = (await bot.get_chat(an.id)).pinned_message
    assert pinned is not None
    assert pinned.message_id == sent.message_id


async def test_it_can_be_down_and_answer_nonsense(server: TelegramServer, bot: Bot) -> None:
    server.is_down = True
    with pytest.raises(NetworkError):
        await bot.get_me()
    server.is_down, server.answers_with = False, 502
    with pytest.raises(NetworkError):
        await bot.get_me()


async def test_an_unknown_call_and_a_dangerous_one_are_complaints(server: TelegramServer, bot: Bot) -> None:
    with pytest.raises(TelegramError):
        await bot.get_my_name()
    await bot.send_message(server.person().id, "*bold*", parse_mode="MarkdownV2")
    assert len(server.complaints) == 3
