"""Dates in English words: format tokens, durations, and the spellings that are understood (spec/macros.md 14.4)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo

_MONTHS = tuple(
    "January February March April May June July August September October November December".split(" ")  # noqa: SIM905
)
_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")

_TOKEN = re.compile(
    r"\[[^\[]*\]|\\?(?:LTS?|L{1,4}|l{1,4}|[Hh]mm(?:ss)?|Mo|MM?M?M?|Do|DDDo|DD?D?D?|ddd?d?|do?|w[ow]?|W[oW]?|Qo?|N{1,5}"
    r"|YYYYYY|YYYYY|YYYY|YY|Y|y{2,4}|yo?|gg(?:ggg?)?|GG(?:GGG?)?|e|E|a|A|hh?|HH?|kk?|mm?|ss?|S{1,9}|x|X|zz?|ZZ?|.)",
    re.DOTALL,
)

_LONG = {
    "LT": "h:mm A",
    "LTS": "h:mm:ss A",
    "L": "MM/DD/YYYY",
    "LL": "MMMM D, YYYY",
    "LLL": "MMMM D, YYYY h:mm A",
    "LLLL": "dddd, MMMM D, YYYY h:mm A",
    "l": "M/D/YYYY",
    "ll": "MMM D, YYYY",
    "lll": "MMM D, YYYY h:mm A",
    "llll": "ddd, MMM D, YYYY h:mm A",
}

ISO_FORMAT = "YYYY-MM-DDTHH:mm:ssZ"


def format_time(when: datetime, pattern: str) -> str:
    """``when`` (aware) after a pattern of moment.js tokens; an empty pattern gives ISO 8601 with offset."""
    return _TOKEN.sub(lambda token: _format_token(when, token[0]), pattern or ISO_FORMAT)


def _format_token(when: datetime, token: str) -> str:
    if token in _LONG:
        return format_time(when, _LONG[token])
    if formatter := _TOKENS.get(token):
        return formatter(when)
    if len(token) > 1 and token[0] == "[" and token[-1] == "]":
        return token[1:-1]
    return token.replace("\\", "") if len(token) > 1 else token


def _ordinal(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def _weekday(when: datetime) -> int:
    """The day of the week, Sunday 0."""
    return when.isoweekday() % 7


def _local_week(when: datetime) -> tuple[int, int]:
    """Year and number of a week that starts on Sunday; week 1 holds the first of January."""
    sunday = when.date() - timedelta(days=_weekday(when))
    year = (sunday + timedelta(days=6)).year
    first = when.date().replace(year=year, month=1, day=1)
    first_sunday = first - timedelta(days=first.isoweekday() % 7)
    return year, (sunday - first_sunday).days // 7 + 1


def _quarter(when: datetime) -> int:
    return (when.month + 2) // 3


def _day_of_year(when: datetime) -> int:
    return when.timetuple().tm_yday


def _hour12(when: datetime) -> int:
    return when.hour % 12 or 12


def _offset(when: datetime, separator: str) -> str:
    minutes = round((when.utcoffset() or timedelta()).total_seconds() / 60)
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02d}{separator}{abs(minutes) % 60:02d}"


def _milliseconds(when: datetime) -> int:
    return (when - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def _fraction(digits: int) -> Callable[[datetime], str]:
    return lambda when: f"{when.microsecond // 1000:03d}".ljust(digits, "0")[:digits]


_TOKENS: dict[str, Callable[[datetime], str]] = {
    **dict.fromkeys(("Y", "YYYY", "y", "yy", "yyy", "yyyy"), lambda t: f"{t.year:04d}"),
    "YY": lambda t: f"{t.year % 100:02d}",
    "YYYYY": lambda t: f"{t.year:05d}",
    "YYYYYY": lambda t: f"{t.year:+07d}",
    "yo": lambda t: _ordinal(t.year),
    **dict.fromkeys(("N", "NN", "NNN", "NNNNN"), lambda t: "AD"),
    "NNNN": lambda t: "Anno Domini",
    "M": lambda t: str(t.month),
    "Mo": lambda t: _ordinal(t.month),
    "MM": lambda t: f"{t.month:02d}",
    "MMM": lambda t: _MONTHS[t.month - 1][:3],
    "MMMM": lambda t: _MONTHS[t.month - 1],
    "Q": lambda t: str(_quarter(t)),
    "Qo": lambda t: _ordinal(_quarter(t)),
    "D": lambda t: str(t.day),
    "Do": lambda t: _ordinal(t.day),
    "DD": lambda t: f"{t.day:02d}",
    "DDD": lambda t: str(_day_of_year(t)),
    "DDDo": lambda t: _ordinal(_day_of_year(t)),
    "DDDD": lambda t: f"{_day_of_year(t):03d}",
    "d": lambda t: str(_weekday(t)),
    "do": lambda t: _ordinal(_weekday(t)),
    "dd": lambda t: _DAYS[_weekday(t)][:2],
    "ddd": lambda t: _DAYS[_weekday(t)][:3],
    "dddd": lambda t: _DAYS[_weekday(t)],
    "e": lambda t: str(_weekday(t)),
    "E": lambda t: str(t.isoweekday()),
    "w": lambda t: str(_local_week(t)[1]),
    "wo": lambda t: _ordinal(_local_week(t)[1]),
    "ww": lambda t: f"{_local_week(t)[1]:02d}",
    "W": lambda t: str(t.isocalendar().week),
    "Wo": lambda t: _ordinal(t.isocalendar().week),
    "WW": lambda t: f"{t.isocalendar().week:02d}",
    "gg": lambda t: f"{_local_week(t)[0] % 100:02d}",
    "gggg": lambda t: f"{_local_week(t)[0]:04d}",
    "ggggg": lambda t: f"{_local_week(t)[0]:05d}",
    "GG": lambda t: f"{t.isocalendar().year % 100:02d}",
    "GGGG": lambda t: f"{t.isocalendar().year:04d}",
    "GGGGG": lambda t: f"{t.isocalendar().year:05d}",
    "H": lambda t: str(t.hour),
    "HH": lambda t: f"{t.hour:02d}",
    "h": lambda t: str(_hour12(t)),
    "hh": lambda t: f"{_hour12(t):02d}",
    "k": lambda t: str(t.hour or 24),
    "kk": lambda t: f"{t.hour or 24:02d}",
    "hmm": lambda t: f"{_hour12(t)}{t.minute:02d}",
    "hmmss": lambda t: f"{_hour12(t)}{t.minute:02d}{t.second:02d}",
    "Hmm": lambda t: f"{t.hour}{t.minute:02d}",
    "Hmmss": lambda t: f"{t.hour}{t.minute:02d}{t.second:02d}",
    "m": lambda t: str(t.minute),
    "mm": lambda t: f"{t.minute:02d}",
    "s": lambda t: str(t.second),
    "ss": lambda t: f"{t.second:02d}",
    "A": lambda t: "AM" if t.hour < 12 else "PM",
    "a": lambda t: "am" if t.hour < 12 else "pm",
    **{"S" * digits: _fraction(digits) for digits in range(1, 10)},
    "Z": lambda t: _offset(t, ":"),
    "ZZ": lambda t: _offset(t, ""),
    "X": lambda t: str(_milliseconds(t) // 1000),
    "x": lambda t: str(_milliseconds(t)),
    **dict.fromkeys(("z", "zz"), lambda t: ""),
}


# -- durations -------------------------------------------------------------------------------------------------------


def duration_in_words(length: timedelta) -> str:
    """A length of time in words: ``a few seconds``, ``3 hours``, ``a month``; each unit is rounded half up."""
    seconds = abs(length.total_seconds())
    days = seconds / 86400
    months = days * 4800 / 146097
    if _round(seconds) <= 44:
        return "a few seconds"
    steps = (
        (seconds / 60, 45, "a minute", "minutes"),
        (seconds / 3600, 22, "an hour", "hours"),
        (days, 26, "a day", "days"),
        (months, 11, "a month", "months"),
    )
    for amount, below, one, many in steps:
        if _round(amount) <= 1:
            return one
        if _round(amount) < below:
            return f"{_round(amount)} {many}"
    years = _round(months / 12)
    return "a year" if years <= 1 else f"{years} years"


def _round(number: float) -> int:
    return int(number + 0.5)


# -- reading ---------------------------------------------------------------------------------------------------------

_ISO = re.compile(r"[+-]?[0-9]{4,}(?:-?(?:[0-9]{2}|W[0-9]{2}|[0-9]{3})(?:-?[0-9]{1,2})?)?(?:[T ].*)?", re.ASCII)
_SPOKEN = re.compile(r"([A-Za-z]+) ([0-9]{1,2}), ([0-9]{4}) ([0-9]{1,2}):([0-9]{2}) ?([ap])m", re.IGNORECASE | re.ASCII)
_STAMP = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2}) ?@([0-9]{1,2})h ?([0-9]{1,2})m ?([0-9]{1,2})s(?: ?([0-9]{1,3})ms)?", re.ASCII
)


def read_date(text: str, zone: tzinfo | None) -> datetime | None:
    """A date in an ISO 8601 form or RFC 2822; one without a zone is taken to be in ``zone``."""
    when = _read_iso(text) if _ISO.fullmatch(text) else _read_mail(text)
    if when is None:
        return None
    return when if when.tzinfo else when.replace(tzinfo=zone)


def _read_iso(text: str) -> datetime | None:
    if len(text) == 4:
        text += "-01-01"
    elif re.fullmatch(r"[0-9]{4}-[0-9]{2}", text, re.ASCII):
        text += "-01"
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _read_mail(text: str) -> datetime | None:
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None


def read_sent_at(stored: str | float | None, zone: tzinfo | None) -> datetime | None:
    """The date of a message in any spelling that chats hold: ISO 8601, epoch milliseconds, and two older ones."""
    if stored is None:
        return None
    text = str(int(stored)) if isinstance(stored, int | float) else stored.strip()
    try:
        if re.fullmatch(r"[0-9]{5,}", text, re.ASCII):
            return datetime.fromtimestamp(int(text) / 1000, zone)
        if spoken := _SPOKEN.fullmatch(text):
            month, day, year, hour, minute, half = spoken.groups()
            names = [name.lower() for name in _MONTHS]
            shifted = int(hour) % 12 + (12 if half.lower() == "p" else 0)
            return datetime(int(year), names.index(month.lower()) + 1, int(day), shifted, int(minute), tzinfo=zone)
        if stamp := _STAMP.fullmatch(text):
            year, month, day, hour, minute, second, fraction = (int(part or 0) for part in stamp.groups())
            return datetime(year, month, day, hour, minute, second, fraction * 1000, tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return read_date(text, zone)
