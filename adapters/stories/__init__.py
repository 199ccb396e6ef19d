"""Stories that reach every message Laban has to say, for the preview and for tests."""

from __future__ import annotations

from adapters.stories import changing, joining, setting, showing, steering, writing
from adapters.stories.story import Story

STORIES: tuple[Story, ...] = (
    *joining.STORIES,
    *writing.STORIES,
    *changing.STORIES,
    *showing.STORIES,
    *setting.STORIES,
    *steering.STORIES,
)
