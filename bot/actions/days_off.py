"""Public holidays where somebody lives, and what an admin has said about them. Knows countries and dates, no people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache

from babel.core import get_global

from bot.okr.rhythm import IsDayOff

NOWHERE = frozenset({"001", "ZZ"})
"""Territories of zones that belong to no country: UTC, a research station."""
MOST_LIVE_IN = {"GB": "ENG"}
"""Where a country as a whole keeps fewer days than nearly everybody in it; others differ too evenly to guess, and admins can add days."""


def days_off(country: str, overrides: Mapping[date, bool]) -> IsDayOff:
    """Whether a date is off in a country (ISO 3166-1, two letters). An override wins: True is off, False is worked on.

    An unknown country has no holidays. Days that a country takes as its weekend other than Saturday and Sunday are off as well.
    """

    def is_off(day: date) -> bool:
        said = overrides.get(day)
        return said if said is not None else day.weekday() in weekend(country) or day in holidays_of(country, day.year)

    return is_off


def country_of(timezone: str) -> str:
    """The country of an IANA zone, by CLDR; empty when it has none (UTC) or it is not known."""
    name = get_global("zone_aliases").get(timezone, timezone)
    territory = get_global("zone_territories").get(name, "")
    return "" if territory in NOWHERE else territory


@cache
def holidays_of(country: str, year: int) -> frozenset[date]:
    """The public holidays of a year, days given in exchange for a weekend included."""
    if not country:
        return frozenset()
    # A quarter of a second to import, which a command that asks for no holiday need not wait for.
    from holidays import country_holidays  # noqa: PLC0415 see above

    try:
        return frozenset(country_holidays(country, subdiv=MOST_LIVE_IN.get(country), years=year, expand=False))
    except NotImplementedError:
        return frozenset()


@cache
def weekend(country: str) -> frozenset[int]:
    """Weekdays (0 is Monday) on which a country does not work. Saturday and Sunday are left alone everywhere, whatever this says."""
    if not country:
        return frozenset()
    from holidays import country_holidays  # noqa: PLC0415 as above

    try:
        return frozenset(country_holidays(country).weekend)
    except NotImplementedError:
        return frozenset()
