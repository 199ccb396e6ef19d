"""What somebody wants, outside any question: the words, commands and buttons that do the same everywhere, in every language at once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.chat import tokens
from bot.chat.message import Button, Tone
from bot.folding import fold
from bot.texts import T, say_plain


class Wish(StrEnum):
    """What can be wished for. The values travel in buttons, so they never change their meaning."""

    HOME = "home"
    NEW = "new"
    CHECK_IN = "checkin"
    BOARD = "status"
    CALL_FOR_HELP = "helpme"
    ANONYMOUS = "anon"
    SETTINGS = "settings"
    HELP = "help"
    BACK = "back"
    CANCEL = "cancel"
    CHANGE = "change"
    PAUSE = "pause"
    RESUME = "resume"
    OBJECTIVE = "objective"
    """Show one objective; its id is the object."""
    EDIT = "edit"
    """Change an objective; its id is the object."""
    HISTORY = "history"
    PUBLISH = "publish"
    """Publish a draft; its id is the object."""
    DISCARD = "discard"
    """Throw a draft away; its id is the object."""
    WHEN = "when"
    """When am I asked next, and why was I (not) reminded?"""
    SNOOZE = "snooze"
    """Ask me again later."""
    DECIDE = "decide"
    """Answer a call for help; "<id>:<decision>" is the object."""
    ARRIVED = "arrived"
    """Say whether help has arrived; "<id>:yes" or "<id>:no" is the object."""
    HERE = "here"
    """Make this group a team's own; the team as typed is the object, "" for one's own, "off" to end it."""
    ABOUT = "about"
    """What is running here, and how it treats unsigned notes."""
    TREND = "trend"
    """Draw how something has moved; a key result's id or "team:<id>" is the object, or a sentence or team as typed."""


STEERING = frozenset({Wish.BACK, Wish.CANCEL, Wish.CHANGE, Wish.PAUSE})
"""Wishes about the conversation itself."""


@dataclass(frozen=True, slots=True)
class Intent:
    """A wish and what it is about: for BOARD "me", "company", "team" or a team's name; for the others an id or ""."""

    wish: Wish
    object: str = ""


_WORDS: dict[Wish, str] = {
    Wish.HOME: "home|start|menu|hi|hello|hey|trang chủ|bắt đầu|chào|xin chào|chào bạn|主页|首页|开始|你好|您好|菜单",
    Wish.NEW: "new|new objective|new okr|write an objective|tạo mới|mới|mục tiêu mới|viết mục tiêu|tạo mục tiêu|tạo okr|okr mới|"
    "新目标|新建|新建目标|写目标|写okr|新okr",
    Wish.CHECK_IN: "check in|checkin|check-in|cập nhật|cập nhật tiến độ|báo cáo tuần|进展|更新进展|打卡|签到|周报",
    Wish.BOARD: "status|board|bảng|bảng tiến độ|tiến độ|tình hình|trạng thái|看板|状态|进度",
    Wish.TREND: "trend|trends|trend chart|xu hướng|biểu đồ|biểu đồ xu hướng|趋势|趋势图|走势|走势图",
    Wish.CALL_FOR_HELP: "help!|help me|helpme|sos|cứu mạng|cứu với|cứu tôi|cần giúp|cần trợ giúp|救命|求助|需要帮助|帮帮我",
    Wish.ANONYMOUS: "anonymous|anon|unsigned|ẩn danh|giấu tên|匿名|匿名反馈",
    Wish.ABOUT: "about|about laban|version|giới thiệu|phiên bản|关于|版本",
    Wish.SETTINGS: "settings|preferences|language|cài đặt|thiết lập|ngôn ngữ|设置|语言",
    Wish.HELP: "?|help|what can i say|trợ giúp|giúp|hướng dẫn|帮助|怎么用",
    Wish.BACK: "back|go back|undo|quay lại|trở lại|lùi lại|返回|上一步|后退",
    Wish.CANCEL: "cancel|stop|quit|hủy|huỷ|hủy bỏ|thôi|dừng|取消|退出|算了",
    Wish.CHANGE: "change|change an answer|edit answer|sửa|sửa lại|thay đổi|đổi|修改|更改|改一下",
    Wish.PAUSE: "pause|later|not now|tạm dừng|để sau|lúc khác|暂停|稍后|以后再说",
    Wish.WHEN: "when|when is the next one|why|why was i reminded|why wasn't i reminded|khi nào|bao giờ|tại sao nhắc|sao không nhắc|"
    "什么时候|下次什么时候|为什么提醒我|为什么没提醒我",
    Wish.SNOOZE: "snooze|ask me later|remind me later|nhắc lại sau|nhắc sau|lát nữa|稍后提醒|等会儿再问|过会儿",
    Wish.RESUME: "resume|continue|go on|tiếp tục|làm tiếp|继续|接着写",
}
_COMMANDS = {
    "start": Wish.HOME,
    "home": Wish.HOME,
    "new": Wish.NEW,
    "checkin": Wish.CHECK_IN,
    "check-in": Wish.CHECK_IN,
    "status": Wish.BOARD,
    "trend": Wish.TREND,
    "helpme": Wish.CALL_FOR_HELP,
    "when": Wish.WHEN,
    "snooze": Wish.SNOOZE,
    "here": Wish.HERE,
    "ở đây": Wish.HERE,
    "这里": Wish.HERE,
    "anon": Wish.ANONYMOUS,
    "about": Wish.ABOUT,
    "settings": Wish.SETTINGS,
    "help": Wish.HELP,
    "back": Wish.BACK,
    "cancel": Wish.CANCEL,
    "change": Wish.CHANGE,
    "pause": Wish.PAUSE,
    "resume": Wish.RESUME,
    "continue": Wish.RESUME,
}
_HERE = "ở đây"
_SCOPES = {
    "me": "me|my|mine|tôi|của tôi|我|我的",
    "team": "team|my team|nhóm|đội|đội tôi|nhóm tôi|团队|我的团队",
    "company": "company|all|công ty|toàn công ty|公司|全公司",
}
_BY_WORD = {fold(word) or word: wish for wish, listed in _WORDS.items() for word in listed.split("|")}
_BY_SCOPE = {fold(word): scope for scope, listed in _SCOPES.items() for word in listed.split("|")}
# "help!" calls for help, "help" explains: folding would drop the mark that tells them apart.
_BY_WORD["help"] = Wish.HELP
_CALLS = ("help!", "help！")
_LONGEST = 80


def read_intent(text: str, *, in_talk: bool = False) -> Intent | None:
    """The intent of a typed line, None when it is not a word of ours. `/new`, `/okr new` and `new` mean the same.

    "status <team>" names a team, unless `in_talk`: there a line may be an answer that merely begins with one of our words.
    """
    line = " ".join(text[: _LONGEST * 2].split())
    if not line or len(line) > _LONGEST:
        return None
    if line.startswith("/"):
        return _read_command(line[1:])
    if line.casefold() in _CALLS:
        return Intent(Wish.CALL_FOR_HELP)
    if line in ("?", "？"):
        return Intent(Wish.HELP)
    said = fold(line)
    if said in _BY_WORD:
        return Intent(_BY_WORD[said])
    for word in _BOARD_WORDS:
        if said.startswith(word) and (rest := said[len(word) :].strip()) in _BY_SCOPE:
            return Intent(Wish.BOARD, _BY_SCOPE[rest])
        if not in_talk and said.startswith(f"{word} "):
            return Intent(Wish.BOARD, line[-len(said[len(word) :].strip()) :])
    for word in () if in_talk else _TREND_WORDS:
        if said.startswith(f"{word} "):
            return Intent(Wish.TREND, line.split(maxsplit=word.count(" ") + 1)[-1])
    return None


def _longest_first(wish: Wish) -> tuple[str, ...]:
    return tuple(sorted((fold(word) for word in _WORDS[wish].split("|")), key=len, reverse=True))


_BOARD_WORDS = _longest_first(Wish.BOARD)
_TREND_WORDS = _longest_first(Wish.TREND)


def _read_command(line: str) -> Intent | None:
    name, _, rest = line.partition(" ")
    name = name.partition("@")[0].casefold()
    rest = rest.strip()
    words = line.split(maxsplit=2)
    if fold(" ".join(words[:2])) == fold(_HERE):
        # The one command of two words: Vietnamese writes its syllables apart.
        name, rest = _HERE, "".join(words[2:])
    if name == "okr":
        # Where there is one command for everything, what follows may be any word of ours.
        return (_read_command(rest) or read_intent(rest)) if rest else Intent(Wish.HOME)
    wish = _COMMANDS.get(name)
    if wish is None:
        return None
    if wish is Wish.BOARD:
        return Intent(wish, _BY_SCOPE.get(fold(rest), rest))
    return Intent(wish, rest if wish in (Wish.HOME, Wish.TREND, Wish.HERE) else "")


def token_of(intent: Intent) -> str:
    """What a button that does this carries."""
    return tokens.write(tokens.Deed(intent.wish.value, intent.object))


def intent_of(deed: tokens.Deed) -> Intent | None:
    """The intent a button carried, None when no release ever made such a button."""
    try:
        return Intent(Wish(deed.intent), deed.object)
    except ValueError:
        return None


def button(lang: str, intent: Intent, label: str | None = None, tone: Tone = Tone.PLAIN) -> Button:
    """A button for an intent; its label is the wish's usual one unless another is given."""
    name, typed = intent.wish.value, say_plain(lang, T(f"say.{intent.wish.value}"))
    if intent.wish is Wish.BOARD and intent.object in _SCOPES:
        name, typed = intent.object, f"{typed} {say_plain(lang, T(f'say.{intent.object}'))}"
    return Button(label or say_plain(lang, T(f"button.{name}")), token_of(intent), typed, tone)
