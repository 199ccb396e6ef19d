"""The settings of a Slack app, as the adapter takes them."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.settings import Secret, SlackSettings
from adapters.slack.wiring import App


def app_of(settings: SlackSettings, public_url: str, keys: Sequence[str]) -> App:
    """`keys` are those of SECRET_KEY, the one in use first."""
    return App(
        settings.api_url,
        _revealed(settings.bot_token),
        tuple(one.reveal() for one in settings.signing_secrets),
        _revealed(settings.app_token),
        settings.client_id,
        _revealed(settings.client_secret),
        tuple(keys),
        public_url,
    )


def _revealed(secret: Secret | None) -> str:
    return "" if secret is None else secret.reveal()
