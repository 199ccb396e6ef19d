"""Stories that reach every message Laban has to say, for the preview and for tests."""

from __future__ import annotations

from adapters.stories import asking, calling, cards, changing, joining, setting, showing, steering, writing
from adapters.stories.story import Story

STORIES: tuple[Story, ...] = (
    *joining.STORIES,
    *writing.STORIES,
    *changing.STORIES,
    *asking.STORIES,
    *calling.STORIES,
    *showing.STORIES,
    *cards.STORIES,
    *setting.STORIES,
    *steering.STORIES,
)
