"""What an app has to be allowed and told at Slack's, as one text to paste there. Also what `doctor` holds a token's scopes against."""

from __future__ import annotations

from typing import Any, Final

from adapters.slack.decode import COMMAND, SHORTCUT

SCOPES: Final = {
    "app_mentions:read": "to hear @Laban in channels",
    "chat:write": "to write at all",
    "chat:write.public": "to bring a team's board into a public channel without being a member there",
    "commands": f"for {COMMAND} and the message shortcut",
    "files:write": "for charts",
    "im:history": "to read what people write to it in private",
    "im:write": "to write to somebody in private first",
    "users:read": "to know people's names, languages and time zones",
    "users:read.email": "to find people of your import again by their e-mail address",
}
"""Every scope, and what for."""
EVENTS: Final = ("app_home_opened", "app_mention", "app_uninstalled", "message.im", "tokens_revoked")

EVENTS_PATH: Final = "/slack/events"
INSTALL_PATH: Final = "/slack/install"
REDIRECT_PATH: Final = "/slack/oauth_redirect"


def ways_of(public_url: str) -> tuple[str, str]:
    """Where Slack brings events, and where somebody who installs the app comes back to."""
    root = public_url.rstrip("/")
    return f"{root}{EVENTS_PATH}", f"{root}{REDIRECT_PATH}"


def manifest(events_url: str, *, redirect_url: str = "") -> dict[str, Any]:
    """The manifest. Without `events_url` the app uses Socket Mode; `redirect_url` lets other workspaces install it."""
    command: dict[str, Any] = {
        "command": COMMAND,
        "description": "Objectives and key results: where we stand, what is due",
        "usage_hint": "new · checkin · status · helpme · anon · here Marketing · help",
        "should_escape": False,
    }
    settings: dict[str, Any] = {
        "event_subscriptions": {"bot_events": list(EVENTS)},
        "interactivity": {"is_enabled": True},
        # Where others may install it, a whole organisation of Enterprise Grid may as well; an admin there decides.
        "org_deploy_enabled": bool(redirect_url),
        "socket_mode_enabled": not events_url,
        "token_rotation_enabled": False,
    }
    if events_url:
        command["url"] = events_url
        settings["event_subscriptions"]["request_url"] = events_url
        settings["interactivity"]["request_url"] = events_url
    oauth: dict[str, Any] = {"scopes": {"bot": list(SCOPES)}}
    if redirect_url:
        oauth["redirect_urls"] = [redirect_url]
    return {
        "display_information": {
            "name": "Laban",
            "description": "The team compass: OKRs where your team already talks",
            "background_color": "#1f4e5f",
        },
        "features": {
            "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True, "messages_tab_read_only_enabled": False},
            "bot_user": {"display_name": "Laban", "always_online": True},
            "slash_commands": [command],
            "shortcuts": [
                {
                    "name": "Ask for help about this",
                    "type": "message",
                    "callback_id": SHORTCUT,
                    "description": "Call for help with this message",
                }
            ],
        },
        "oauth_config": oauth,
        "settings": settings,
    }
