"""Time zones of users: Dataverse's codes, and the table usersettings that holds one per user.

Formatted moments and relative dates are in the zone of the user; without a row he is in UTC.

Source: Microsoft Learn, "Specify time zone settings for a user", table reference of usersettings and timezonedefinition. The
codes are those that every tenant's timezonedefinition has, as far as clients are known to set them.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from dataverse.schema.build import platform_columns, states
from dataverse.schema.model import Column, Kind, Ownership, Table
from local.dataverse import errors

UTC_CODE = 92
ZONES = {
    2: "Pacific/Honolulu",
    3: "America/Anchorage",
    4: "America/Los_Angeles",
    10: "America/Denver",
    15: "America/Phoenix",
    20: "America/Chicago",
    35: "America/New_York",
    50: "America/Halifax",
    60: "America/St_Johns",
    65: "America/Sao_Paulo",
    85: "Europe/London",
    90: "Atlantic/Reykjavik",
    UTC_CODE: "UTC",
    95: "Europe/Budapest",
    100: "Europe/Warsaw",
    105: "Europe/Paris",
    110: "Europe/Berlin",
    120: "Africa/Cairo",
    125: "Europe/Kyiv",
    130: "Europe/Bucharest",
    135: "Asia/Jerusalem",
    140: "Africa/Johannesburg",
    145: "Europe/Moscow",
    150: "Asia/Riyadh",
    165: "Asia/Dubai",
    190: "Asia/Kolkata",
    205: "Asia/Bangkok",
    210: "Asia/Shanghai",
    215: "Asia/Singapore",
    225: "Australia/Perth",
    230: "Asia/Seoul",
    235: "Asia/Tokyo",
    250: "Australia/Adelaide",
    255: "Australia/Sydney",
    260: "Australia/Brisbane",
    290: "Pacific/Auckland",
}


def zone(code: int) -> ZoneInfo:
    """The zone of a code. Errors: 501 for a code that is not listed here."""
    if code not in ZONES:
        raise errors.unsupported(f"the time zone code {code}")
    return ZoneInfo(ZONES[code])


SETTINGS = Table(
    "usersettings",
    "UserSettings",
    "usersettingscollection",
    "User Settings",
    "User Settings",
    "systemuserid",
    "systemuserid",
    Ownership.ORGANIZATION,
    (
        Column("systemuserid", "SystemUserId", Kind.GUID, "User"),
        Column("timezonecode", "TimeZoneCode", Kind.INTEGER, "Time Zone Code", minimum=0, maximum=1500),
        Column("uilanguageid", "UILanguageId", Kind.INTEGER, "UI Language", minimum=0, maximum=30000),
        Column("localeid", "LocaleId", Kind.INTEGER, "Locale", minimum=0, maximum=1_000_000),
        *platform_columns(Ownership.ORGANIZATION, states("Active"), currency=False),
    ),
    standard=True,
    tracked=False,
)
