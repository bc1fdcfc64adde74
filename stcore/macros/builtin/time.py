"""Time and date (spec/macros.md sections 13.6 and 14.4); always English, in the zone of the clock."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from stcore.macros.calls import MacroCall
from stcore.macros.definitions import Alias, Argument, macro
from stcore.macros.moment import duration_in_words, format_time, read_date, read_sent_at
from stcore.macros.text import trim

_UTC = re.compile(r"UTC([+-][0-9]{1,6})", re.ASCII)


def _now(call: MacroCall) -> datetime:
    return call.environment.clock.now()


def _wrong_offset(offset: str) -> str:
    return "" if _UTC.fullmatch(trim(offset)) else f"{offset!r} is no offset like UTC+2, so the time is local"


def _wrong_date(text: str) -> str:
    return "" if read_date(trim(text), UTC) else f"{text!r} is no date"


@macro(
    "time",
    Argument(
        "offset",
        "Like UTC+2; without it local time.",
        optional=True,
        sample="UTC+2",
        samples=("UTC+0", "UTC-5"),
        wrong=_wrong_offset,
    ),
    group="time",
    determinism="clock",
    returns="Hours and minutes, AM or PM.",
    examples=[("{{time}}", "2:07 PM"), ("{{time::UTC+2}}", "4:07 PM")],
)
def time(call: MacroCall, offset: str = "") -> str:
    """The time of day, like 4:04 PM."""
    now = _now(call)
    if utc := _UTC.fullmatch(offset):
        number = int(utc[1])
        # From 16 on the number means minutes (quirk Q16); whole days change nothing about the time of day.
        shift = timedelta(hours=number) if abs(number) < 16 else timedelta(minutes=number % 1440)
        now = now.astimezone(timezone(shift))
    return format_time(now, "LT")


@macro(
    "date", group="time", determinism="clock", returns="Month, day and year.", examples=[("{{date}}", "March 5, 2024")]
)
def date(call: MacroCall) -> str:
    """Today, like March 5, 2024."""
    return format_time(_now(call), "LL")


@macro("weekday", group="time", determinism="clock", returns="The English name.", examples=[("{{weekday}}", "Tuesday")])
def weekday(call: MacroCall) -> str:
    """The day of the week."""
    return format_time(_now(call), "dddd")


@macro("isotime", group="time", determinism="clock", returns="Hours and minutes.", examples=[("{{isotime}}", "14:07")])
def isotime(call: MacroCall) -> str:
    """The time of day, like 16:04."""
    return format_time(_now(call), "HH:mm")


@macro(
    "isodate",
    group="time",
    determinism="clock",
    returns="Year, month and day.",
    examples=[("{{isodate}}", "2024-03-05")],
)
def isodate(call: MacroCall) -> str:
    """Today, like 2024-03-05."""
    return format_time(_now(call), "YYYY-MM-DD")


@macro(
    "datetimeformat",
    Argument(
        "format",
        "Tokens like YYYY-MM-DD HH:mm, other text in [brackets].",
        sample="DD.MM.YYYY HH:mm",
        samples=("YYYY-MM-DD", "HH:mm:ss", "dddd, D MMMM YYYY", "h:mm A", "[week] w", "LLLL"),
    ),
    group="time",
    determinism="clock",
    returns="The text; without a format date and time after ISO 8601.",
    examples=[("{{datetimeformat::dddd, D MMM [at] HH:mm}}", "Tuesday, 5 Mar at 14:07")],
)
def datetimeformat(call: MacroCall, pattern: str) -> str:
    """The date and time in a format of your own."""
    return format_time(_now(call), pattern)


@macro(
    "idleDuration",
    aliases=[Alias("idle_duration", visible=False)],
    group="time",
    determinism="clock",
    returns="Words; without such a message: just now.",
    examples=[("{{idleDuration}}", "2 hours")],
)
def idle_duration(call: MacroCall) -> str:
    """How long ago the user wrote, in words; the newest message does not count."""
    now = _now(call)
    visible = (message for message in reversed(call.environment.chat.messages) if not message.is_hidden)
    next(visible, None)
    last = next((message for message in visible if message.is_user), None)
    sent = read_sent_at(last.sent_at, now.tzinfo) if last else None
    return duration_in_words(now - sent) if sent else "just now"


@macro(
    "timeDiff",
    Argument("left", "A date.", sample="2024-03-05 14:00", samples=("2024-03-05",), wrong=_wrong_date),
    Argument(
        "right", "The date to compare with.", sample="2024-03-07 14:00", samples=("2024-03-07",), wrong=_wrong_date
    ),
    group="time",
    determinism="environment",
    returns="Words with in or ago; Invalid date when one is none.",
    examples=[("{{timeDiff::2021-06-01 08:00::2021-06-03 08:00}}", "2 days ago")],
)
def time_diff(call: MacroCall, left: str, right: str) -> str:
    """How far the first date lies from the second, in words and with direction."""
    zone = _now(call).tzinfo
    earlier, later = read_date(left, zone), read_date(right, zone)
    if earlier is None or later is None:
        return "Invalid date"
    difference = earlier - later
    words = duration_in_words(difference)
    return f"in {words}" if difference > timedelta() else f"{words} ago"


MACROS = (time, date, weekday, isotime, isodate, datetimeformat, idle_duration, time_diff)
