"""Modals whose contents go nowhere but to whoever answers them: not into the inbox, not into a log.

Everything else people do is stored before it is acknowledged. What is handed in here is not: it is answered within the same three seconds, by
what the answer itself puts into the modal. For words that nobody may find beside a name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from bot.chat.incoming import Sender
from bot.chat.intents import Wish


class PrivateModal(Protocol):
    """One kind of such modal."""

    @property
    def wish(self) -> Wish:
        """What opens it: the word after the slash command, or a button of that wish."""
        ...

    @property
    def name(self) -> str:
        """The `callback_id` of its views."""
        ...

    async def open(self, sender: Sender) -> Mapping[str, Any] | None:
        """The view to show; None when it cannot be opened now, which is then told in the chat as for any other word."""
        ...

    async def submitted(self, sender: Sender, view: Mapping[str, Any]) -> Mapping[str, Any]:
        """What Slack shows next: `{"response_action": "update", "view": …}`, `errors`, or `{}` to close it."""
        ...

    async def pressed(self, sender: Sender, view: Mapping[str, Any], action: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """A button within it; the view to show instead, None to leave it as it is."""
        ...
