"""Slack's list of a workspace's people → a directory of ours. What an account means is pure; only reading the pages waits.

Left out are bots, guests, people met by Slack Connect, and invitations nobody has taken up: their address is not proven yet.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from enum import Enum, auto
from functools import partial
from typing import Any, Final, Protocol

from adapters.directories import DirectoryError, PatienceError, Tell, ignore, patiently
from adapters.nap import Nap, nap
from adapters.sealing import Sealer
from adapters.slack.client import NETWORK, PAGE, ApiError, SlackClient
from adapters.slack.decode import PLATFORM
from adapters.slack.installations import Installation, ManyWorkspaces, NotInstalledError, OneWorkspace
from adapters.slack.manifest import INSTALL_PATH
from adapters.slack.wiring import PURPOSE, App
from bot.okr.directory import Directory, Entry
from bot.ports import Clock, Keyring, SendLaterError

NEEDED: Final = ("users:read", "users:read.email")
"""Without the second, addresses are silently left out, and everybody would come in once more."""
MOST: Final = 18
WINDOW: Final = timedelta(seconds=61)
"""users.list is of tier 2: some 20 calls a minute for each workspace (docs.slack.dev, "Rate limits"). With that, 3 600 people are read
without a pause."""
SLACKBOT: Final = "USLACKBOT"
"""It looks like a person's account: `is_bot` is false for it."""

User = Mapping[str, Any]


class Calls(Protocol):
    """What is asked of Slack: `SlackClient`."""

    async def call(self, token: str, method: str, **given: Any) -> Mapping[str, Any]:
        """A method's answer. Raises ApiError, SendLaterError, or what the network raises."""
        ...

    async def scopes(self, token: str) -> tuple[Mapping[str, Any], tuple[str, ...]]:
        """What auth.test says, and what the token may do. Raises the same."""
        ...


class Standing(Enum):
    """What an account in a workspace is to us."""

    STAFF = auto()
    GONE = auto()
    ASIDE = auto()


async def read_workspace(
    calls: Calls, ours: Installation, clock: Clock, *, is_only: bool = True, tell: Tell = ignore, sleep: Nap = nap
) -> Directory:
    """Everybody in a workspace. Raises DirectoryError unless all of it could be read.

    For an app installed for a whole organisation, its workspaces are read one after the other.
    """
    reader = _Reader(calls, ours, clock, tell, sleep)
    try:
        return await reader.read(is_only=is_only)
    except (ApiError, PatienceError, *NETWORK) as error:
        raise _unread(error, ours) from None


async def read_workspaces(
    app: App, client: SlackClient, keyring: Keyring, clock: Clock, *, tell: Tell = ignore, sleep: Nap = nap
) -> AsyncIterator[Directory | DirectoryError]:
    """Everybody in each workspace that has the app, or why one cannot be read. Raises DirectoryError when there is none."""
    if app.bot_token:
        try:
            ours = await OneWorkspace(app.bot_token, client).introduce()
        except (ApiError, SendLaterError, *NETWORK) as error:
            yield _unread(error, Installation("", ""))
            return
        yield await _read(client, ours, clock, True, tell, sleep)
        return
    many = ManyWorkspaces(keyring, Sealer(app.keys, PURPOSE), client, clock, app.client_id, app.client_secret)
    tenants = await many.tenants()
    if not tenants:
        raise DirectoryError(f"No workspace has installed the app yet. Open {app.public_url}{INSTALL_PATH} in a browser.")
    for tenant in tenants:
        try:
            ours = await many.of(tenant)
        except (ApiError, SendLaterError, NotInstalledError, *NETWORK) as error:
            yield _unread(error, Installation(tenant, tenant))
            continue
        yield await _read(client, ours, clock, len(tenants) == 1, tell, sleep)


async def _read(
    calls: Calls, ours: Installation, clock: Clock, is_only: bool, tell: Tell, sleep: Nap
) -> Directory | DirectoryError:
    try:
        return await read_workspace(calls, ours, clock, is_only=is_only, tell=tell, sleep=sleep)
    except DirectoryError as error:
        return error


def standing_of(user: User, ours: Installation) -> Standing | None:
    """What an account is to us; None for what is no account."""
    user_id = user.get("id")
    if not isinstance(user_id, str) or not user_id:
        return None
    if user_id == SLACKBOT or any(user.get(mark) for mark in ("is_bot", "is_workflow_bot", "is_connector_bot")):
        return Standing.ASIDE
    if user.get("is_stranger") or not _is_ours(user, ours):
        return Standing.ASIDE
    if user.get("deleted"):
        return Standing.GONE
    if any(user.get(mark) for mark in ("is_restricted", "is_ultra_restricted", "is_invited_user")):
        return Standing.ASIDE
    return Standing.STAFF if user.get("is_email_confirmed", True) else Standing.ASIDE


def entry_of(user: User) -> Entry:
    """A person's account as an entry."""
    profile = _map(user.get("profile"))
    names = (user.get("real_name"), profile.get("real_name"), profile.get("display_name"), user.get("name"))
    enterprise = _map(user.get("enterprise_user"))
    # An id from before the workspace joined its enterprise is the workspace's own.
    is_global = enterprise.get("id") == user.get("id")
    return Entry(
        _text(user.get("id")),
        next((name for name in map(_text, names) if name.strip()), ""),
        _text(profile.get("email")),
        _text(profile.get("title")),
        _text(user.get("locale")),
        _text(user.get("tz")),
        enterprise_id=_text(enterprise.get("enterprise_id")) if is_global else "",
    )


class _Reader:
    def __init__(self, calls: Calls, ours: Installation, clock: Clock, tell: Tell, sleep: Nap) -> None:
        self._calls = calls
        self._ours = ours
        self._clock = clock
        self._tell = tell
        self._sleep = sleep
        self._recent: deque[datetime] = deque(maxlen=MOST)
        self._read: dict[str, tuple[Standing, User]] = {}

    async def read(self, *, is_only: bool) -> Directory:
        told, scopes = await self._patiently(partial(self._calls.scopes, self._ours.token))
        missing = [scope for scope in NEEDED if scope not in scopes]
        if missing:
            raise DirectoryError(_lacking(" and ".join(missing)))
        is_org_wide = self._ours.tenant != self._ours.team_id
        for team_id in await self._workspaces() if is_org_wide else ("",):
            await self._read_pages(team_id)
        by_standing: dict[Standing, list[User]] = {standing: [] for standing in Standing}
        for standing, user in self._read.values():
            by_standing[standing].append(user)
        return Directory(
            PLATFORM,
            self._ours.tenant,
            tuple(entry_of(user) for user in by_standing[Standing.STAFF]),
            gone=frozenset(user["id"] for user in by_standing[Standing.GONE]),
            aside=frozenset(user["id"] for user in by_standing[Standing.ASIDE]),
            name=_text(told.get("team")) or self._ours.team_name,
            is_only=is_only,
        )

    async def _workspaces(self) -> list[str]:
        """Those of an organisation that have the app."""
        found: list[str] = []
        async for page in self._pages("auth.teams.list", "teams", ""):
            found += [_text(team.get("id")) for team in page]
        return found

    async def _read_pages(self, team_id: str) -> None:
        async for page in self._pages("users.list", "members", team_id):
            for user in page:
                standing = standing_of(user, self._ours)
                if standing is None:
                    continue
                known = self._read.get(user["id"])
                # In an organisation somebody may be a guest, or gone, in one workspace and a colleague in another.
                if known is None or known[0] is not Standing.STAFF:
                    self._read[user["id"]] = (standing, user)
            self._tell(len(self._read), None)

    async def _pages(self, method: str, items: str, team_id: str) -> Any:
        seen: set[str] = set()
        cursor = ""
        while True:
            answer = await self._patiently(partial(self._page, method, cursor, team_id))
            page = answer.get(items)
            if not isinstance(page, list):
                raise DirectoryError("Slack's answer makes no sense. Nothing was done; try again later.")
            yield [one for one in page if isinstance(one, Mapping)]
            cursor = _text(_map(answer.get("response_metadata")).get("next_cursor"))
            if not cursor:
                return
            if cursor in seen:
                raise DirectoryError("Slack's pages go round in a circle. Nothing was done; try again later.")
            seen.add(cursor)

    async def _page(self, method: str, cursor: str, team_id: str) -> Mapping[str, Any]:
        if len(self._recent) == MOST:
            wait = WINDOW - (self._clock.now() - self._recent[0])
            if wait > timedelta(0):
                await self._sleep(asyncio.Event(), min(wait, WINDOW).total_seconds())
        self._recent.append(self._clock.now())
        more = {"include_locale": "true"} if method == "users.list" else {}
        return await self._calls.call(
            self._ours.token, method, limit=PAGE, cursor=cursor or None, team_id=team_id or None, **more
        )

    async def _patiently(self, ask: Any) -> Any:
        return await patiently(ask, _asked_to_wait, self._sleep)


def _asked_to_wait(error: Exception) -> timedelta | None:
    return error.after if isinstance(error, SendLaterError) else None


def _is_ours(user: User, ours: Installation) -> bool:
    """Whether an account belongs to the workspace, or to the enterprise it is part of. Channels shared with others show theirs, too."""
    enterprise = _map(user.get("enterprise_user"))
    if ours.tenant != ours.team_id:
        return ours.tenant in (enterprise.get("enterprise_id"), user.get("enterprise_id"))
    teams = enterprise.get("teams")
    return user.get("team_id") in (ours.team_id, None) or (isinstance(teams, list) and ours.team_id in teams)


def _unread(error: Exception, ours: Installation) -> DirectoryError:
    where = f"the workspace {ours.team_name or ours.tenant}" if ours.tenant else "the workspace"
    if isinstance(error, PatienceError | SendLaterError):
        wait = error.wait if isinstance(error, PatienceError) else error.after
        return DirectoryError(f"Slack asks to wait for {wait.total_seconds() / 60:.0f} minutes. Try again later.")
    if isinstance(error, NotInstalledError):
        return DirectoryError(f"Our token for {where} cannot be used. Let that workspace install the app again.")
    if not isinstance(error, ApiError):
        return DirectoryError(f"Slack cannot be reached ({type(error).__name__}). Check the network and try again.")
    if error.error == "missing_scope":
        return DirectoryError(_lacking(error.needed or "users:read"))
    if error.is_uninstalled:
        return DirectoryError(f"Slack takes our token for {where} no more ({error.error}). `laban doctor` says what to do.")
    return DirectoryError(f"Slack answers {error.error or error.status} for {where}. Wait a little and try again.")


def _lacking(scope: str) -> str:
    return (
        f"Slack does not show people with their addresses: the app lacks {scope}. Paste the manifest again (laban slack manifest), "
        "then Install App, Reinstall to Workspace."
    )


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
