"""Asks Slack about our app, for an admin at the command line. Changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from adapters.clock import SystemClock
from adapters.slack.client import NETWORK, ApiError, SlackClient
from adapters.slack.installations import installation_of
from adapters.slack.manifest import EVENTS_PATH, INSTALL_PATH, SCOPES
from adapters.slack.wiring import App
from bot.ports import SendLaterError

SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was found and, when something has to be done, what. `is_wrong`: it keeps the app from working."""

    found: str
    remedy: str = ""
    is_wrong: bool = False


async def examine(app: App, workspaces: int = 0) -> tuple[Diagnosis, ...]:
    """The token with its scopes, the signing secret, Socket Mode. `workspaces` is how many have installed the app by OAuth."""
    client = SlackClient(app.api_url, SystemClock())
    found: list[Diagnosis] = []
    try:
        async with asyncio.timeout(SECONDS):
            found += await _token(app, client) if app.bot_token else [_installed(app, workspaces)]
            found.append(await _socket(app, client) if app.app_token else _signature(app))
    except (TimeoutError, SendLaterError, *NETWORK) as error:
        found.append(_unreachable(app, error))
    finally:
        await client.close()
    return tuple(found)


async def _token(app: App, client: SlackClient) -> list[Diagnosis]:
    """Whose bot it is, and what it may do."""
    try:
        told, has = await client.scopes(app.bot_token)
    except ApiError as error:
        return [_refused(app, error)]
    ours = installation_of(told, app.bot_token, has)
    if not ours.bot_id:
        remedy = "Copy the *Bot* User OAuth Token, which begins with xoxb-, into SLACK_BOT_TOKEN."
        return [Diagnosis("this is a person's token, not the bot's", remedy, is_wrong=True)]
    return [Diagnosis(f"this is the bot of the workspace {ours.team_name or ours.tenant} ({ours.tenant})"), *_scopes(has)]


def _scopes(has: tuple[str, ...]) -> Iterator[Diagnosis]:
    missing = [scope for scope in SCOPES if scope not in has]
    if not missing:
        yield Diagnosis(f"all {len(SCOPES)} scopes are granted")
    for scope in missing:
        remedy = "Paste the manifest again (laban slack manifest), then Install App, Reinstall to Workspace."
        yield Diagnosis(f"the scope {scope} is missing, {SCOPES[scope]}", remedy, is_wrong=True)


def _installed(app: App, workspaces: int) -> Diagnosis:
    if workspaces:
        number = "one workspace has" if workspaces == 1 else f"{workspaces} workspaces have"
        return Diagnosis(f"{number} installed the app; more can at {app.public_url}{INSTALL_PATH}")
    return Diagnosis("no workspace has installed the app yet", f"Open {app.public_url}{INSTALL_PATH} in a browser.")


def _signature(app: App) -> Diagnosis:
    """The secret itself can only be proven by a request of Slack's; what can be seen is whether there is one and where requests go."""
    number = (
        "a signing secret is set" if len(app.signing_secrets) == 1 else "two signing secrets are set, the old one is good as well"
    )
    address = f"{app.public_url}{EVENTS_PATH}"
    if urlsplit(app.public_url).scheme != "https":
        remedy = "Set PUBLIC_URL to your https address, or use Socket Mode (SLACK_APP_TOKEN), which needs none."
        return Diagnosis(f"{number}, but Slack cannot reach {address}", remedy, is_wrong=True)
    return Diagnosis(f"{number}; Slack brings events to {address}")


async def _socket(app: App, client: SlackClient) -> Diagnosis:
    try:
        await client.call(app.app_token, "apps.connections.open")
    except ApiError as error:
        if error.error == "missing_scope":
            remedy = "Basic Information, App-Level Tokens: make one with the scope connections:write."
            return Diagnosis("SLACK_APP_TOKEN lacks the scope connections:write", remedy, is_wrong=True)
        if error.error in ("socket_mode_not_enabled", "not_allowed_token_type"):
            remedy = "Switch Socket Mode on in the app's settings, or paste the manifest again (laban slack manifest)."
            return Diagnosis("Socket Mode is switched off at Slack's", remedy, is_wrong=True)
        remedy = "Basic Information, App-Level Tokens: copy the token that begins with xapp- into SLACK_APP_TOKEN."
        return Diagnosis(f"Slack opens no socket: {error.error or error.status}", remedy, is_wrong=True)
    return Diagnosis("Socket Mode works: no address of your own is needed")


def _refused(app: App, error: ApiError) -> Diagnosis:
    server = urlsplit(app.api_url).netloc
    if error.is_uninstalled:
        remedy = "OAuth & Permissions: copy the Bot User OAuth Token again into SLACK_BOT_TOKEN; install the app first."
        return Diagnosis(f"{server} knows no bot with this token ({error.error})", remedy, is_wrong=True)
    remedy = "Wait a little; check SLACK_API_URL if it stays so."
    return Diagnosis(f"{server} answers {error.error or error.status}", remedy, is_wrong=True)


def _unreachable(app: App, error: Exception) -> Diagnosis:
    kind = type(error.__cause__ or error).__name__
    remedy = "Check the network of this machine (a proxy goes into HTTPS_PROXY) and SLACK_API_URL."
    return Diagnosis(f"{urlsplit(app.api_url).netloc} cannot be reached: {kind}", remedy, is_wrong=True)
