"""What a transcript promises, wherever it is kept: `tests/unit` runs this in memory, `tests/storage` on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import timedelta

from bot.chat.incoming import Incoming, Place, Sender, Texted
from bot.chat.message import Choices, Form, FormField, Image, Message, Option, Paragraph, ProgressBar
from bot.chat.richtext import Span, Style, words
from bot.ports import Line, Transcript
from tests.hands import MORNING

AN, MEI = Place("web", "demo", "an"), Place("web", "demo", "mei")


def typed(event_id: str, text: str, place: Place = AN) -> Incoming:
    """Somebody typed `text` into their own chat."""
    return Incoming(event_id, Sender("web", "demo", place.chat_id), place, MORNING, Texted(text))


def saying(text: str) -> Message:
    """A message of the bot's."""
    return Message((Paragraph(words(text)),))


def shown(lines: tuple[Line, ...]) -> list[str]:
    """The lines as a reader sees them."""
    return [line.said or (line.message.plain() if line.message else "") for line in lines]


class TranscriptPromises:
    """A subclass gives the fixture `transcript`, empty."""

    async def test_what_both_sides_say_is_shown_in_order(self, transcript: Transcript) -> None:
        assert await transcript.hear(typed("e1", "chào"), "chào")
        await transcript.write(AN, "l1", saying("Chào An"), MORNING, "")
        await transcript.write(AN, "l2", saying("Quý này thế nào?"), MORNING + timedelta(seconds=1), "")
        assert shown(await transcript.lines(AN)) == ["chào", "Chào An", "Quý này thế nào?"]

    async def test_a_line_keeps_all_it_holds(self, transcript: Transcript) -> None:
        message = Message(
            (
                Paragraph((Span("Xin chào ", Style.BOLD), Span("陈安 🧭", Style.CODE, "/x")), is_quiet=True),
                Choices((Option("Có", "a.s.1.yes", "gợi ý"),), many=True),
                Form((FormField("kr/value", "NPS", problem="?"),), "a.s.1.~submit", "OK"),
                Image("charts/1.svg", "a chart"),
                ProgressBar("NPS", 0.62, 0.7, "▲6"),
            ),
            lang="vi",
            slot="s:1",
        )
        await transcript.write(AN, "l1", message, MORNING, "")
        (line,) = await transcript.lines(AN)
        assert (line.id, line.at, line.said, line.message) == ("l1", MORNING, "", message)

    async def test_an_event_heard_twice_leaves_one_line_and_says_so(self, transcript: Transcript) -> None:
        assert await transcript.hear(typed("e1", "chào"), "chào")
        assert not await transcript.hear(typed("e1", "chào"), "chào")
        assert shown(await transcript.lines(AN)) == ["chào"]

    async def test_an_event_without_words_leaves_no_line(self, transcript: Transcript) -> None:
        assert await transcript.hear(typed("e1", "-"), "")
        assert not await transcript.hear(typed("e1", "-"), "")
        assert await transcript.lines(AN) == ()

    async def test_writing_the_same_line_again_changes_nothing(self, transcript: Transcript) -> None:
        await transcript.write(AN, "l1", saying("one"), MORNING, "")
        before = await transcript.lines(AN)
        await transcript.write(AN, "l1", saying("one"), MORNING + timedelta(minutes=1), "")
        assert await transcript.lines(AN) == before

    async def test_a_replaced_line_keeps_its_place_and_its_name_and_gets_a_new_number(self, transcript: Transcript) -> None:
        await transcript.write(AN, "l1", saying("question"), MORNING, "")
        await transcript.write(AN, "l2", saying("later"), MORNING, "")
        newest = max(line.number for line in await transcript.lines(AN))
        await transcript.write(AN, "l3", saying("question, answered"), MORNING, "l1")
        lines = await transcript.lines(AN)
        assert shown(lines) == ["question, answered", "later"]
        assert [line.id for line in lines] == ["l1", "l2"]
        assert shown(await transcript.lines(AN, newest)) == ["question, answered"]

    async def test_a_line_can_be_replaced_again_and_again(self, transcript: Transcript) -> None:
        await transcript.write(AN, "l1", saying("one"), MORNING, "")
        await transcript.write(AN, "l2", saying("two"), MORNING, "l1")
        await transcript.write(AN, "l3", saying("three"), MORNING, "l1")
        assert shown(await transcript.lines(AN)) == ["three"]

    async def test_replacing_a_line_twice_by_the_same_one_changes_nothing(self, transcript: Transcript) -> None:
        await transcript.write(AN, "l1", saying("one"), MORNING, "")
        await transcript.write(AN, "l2", saying("two"), MORNING, "l1")
        before = await transcript.lines(AN)
        await transcript.write(AN, "l2", saying("two"), MORNING, "l1")
        assert await transcript.lines(AN) == before

    async def test_what_replaces_a_line_that_is_not_there_is_a_line_of_its_own(self, transcript: Transcript) -> None:
        await transcript.write(AN, "l2", saying("two"), MORNING, "l1")
        assert shown(await transcript.lines(AN)) == ["two"]

    async def test_a_line_of_another_chat_is_not_replaced(self, transcript: Transcript) -> None:
        await transcript.write(MEI, "l1", saying("for Mei"), MORNING, "")
        await transcript.write(AN, "l2", saying("for An"), MORNING, "l1")
        assert shown(await transcript.lines(MEI)) == ["for Mei"]
        assert shown(await transcript.lines(AN)) == ["for An"]

    async def test_only_what_is_new_is_given_to_somebody_who_knows_the_rest(self, transcript: Transcript) -> None:
        await transcript.write(AN, "l1", saying("one"), MORNING, "")
        (one,) = await transcript.lines(AN)
        await transcript.hear(typed("e1", "two"), "two")
        await transcript.write(AN, "l3", saying("three"), MORNING, "")
        assert shown(await transcript.lines(AN, one.number)) == ["two", "three"]

    async def test_the_newest_lines_come_when_there_are_too_many(self, transcript: Transcript) -> None:
        for number in range(5):
            await transcript.write(AN, f"l{number}", saying(f"{number}"), MORNING, "")
        assert shown(await transcript.lines(AN, limit=2)) == ["3", "4"]

    async def test_chats_do_not_see_each_other(self, transcript: Transcript) -> None:
        await transcript.hear(typed("e1", "from An"), "from An")
        await transcript.hear(typed("e2", "from Mei", MEI), "from Mei")
        assert shown(await transcript.lines(AN)) == ["from An"]
        assert shown(await transcript.lines(MEI)) == ["from Mei"]
