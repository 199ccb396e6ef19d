"""Opens the platforms of the settings to read their directories, and closes them again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from adapters.assembly import Storage
from adapters.clock import SystemClock
from adapters.directories import DirectoryError, Tell
from adapters.settings import DingTalkSettings, Settings, SlackSettings, with_secret_key
from bot.okr.directory import Directory

PLATFORMS: Final = {"slack": "Slack", "dingtalk": "DingTalk"}
"""Those that have a directory."""


async def directories(
    platform: str, settings: Settings, storage: Storage, tell: Tell
) -> AsyncIterator[Directory | DirectoryError]:
    """The directory of the company, or those of its workspaces one by one; one that cannot be read holds up no other. Raises DirectoryError when
    there is none to read."""
    if platform == "slack" and settings.slack is not None:
        async for found in _workspaces(settings.slack, settings, storage, tell):
            yield found
    elif platform == "dingtalk" and settings.dingtalk is not None:
        yield await _company(settings.dingtalk, tell)
    else:
        raise DirectoryError(f"{PLATFORMS[platform]} is not connected. docs/connect-{platform}.md says how.")


async def _company(app: DingTalkSettings, tell: Tell) -> Directory | DirectoryError:
    from adapters.dingtalk.client import Credentials, DingTalkClient  # noqa: PLC0415 only those who have an app pay
    from adapters.dingtalk.directory import read_company  # noqa: PLC0415 see above

    who = Credentials(app.client_id, app.client_secret.reveal(), app.robot_code)
    client = DingTalkClient(who, app.api_url, app.oapi_url, SystemClock())
    try:
        return await read_company(client, tell=tell)
    except DirectoryError as error:
        return error
    finally:
        await client.close()


async def _workspaces(
    app: SlackSettings, settings: Settings, storage: Storage, tell: Tell
) -> AsyncIterator[Directory | DirectoryError]:
    from adapters.slack.client import SlackClient  # noqa: PLC0415 only those who have an app pay
    from adapters.slack.directory import read_workspaces  # noqa: PLC0415 see above
    from adapters.slack.settings import app_of  # noqa: PLC0415 see above

    keyed = with_secret_key(settings)
    keys = [one.reveal() for one in (keyed.secret_key, keyed.old_secret_key) if one is not None]
    clock = SystemClock()
    client = SlackClient(app.api_url, clock)
    try:
        async for found in read_workspaces(app_of(app, settings.public_url, keys), client, storage.keyring, clock, tell=tell):
            yield found
    finally:
        await client.close()
