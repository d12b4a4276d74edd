"""Dates of HTTP (RFC 9110 §5.6.7)."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)

_TIME = r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})"
_DAY = rf"(?:{'|'.join(_DAYS)})"
_LONG_DAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"

_FORMS = tuple(
    re.compile(form, re.ASCII)
    for form in (
        rf"{_DAY}, (?P<day>\d\d) {_MONTH} (?P<year>\d\d\d\d) {_TIME} GMT",  # IMF-fixdate
        rf"{_LONG_DAY}, (?P<day>\d\d)-{_MONTH}-(?P<year>\d\d) {_TIME} GMT",  # RFC 850
        rf"{_DAY} {_MONTH} (?P<day>\d\d| \d) {_TIME} (?P<year>\d\d\d\d)",  # asctime
    )
)

_LEAP_SECOND: Final = 60
_TWO_DIGITS: Final = 100
_DISTANT_FUTURE: Final = timedelta(days=50 * 365.2425)


def http_date(moment: datetime) -> str:
    """A moment as an IMF-fixdate, which has seconds. Raises ``ValueError`` if it has no time zone.

    >>> http_date(datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC))
    'Sun, 06 Nov 1994 08:49:37 GMT'
    """
    if moment.utcoffset() is None:
        raise ValueError(f"{moment!r} has no time zone: datetime.now(UTC) has one")
    moment = moment.astimezone(UTC)
    # Not strftime: it speaks the language of the locale.
    return (
        f"{_DAYS[moment.weekday()]}, {moment.day:02} {_MONTHS[moment.month - 1]} {moment.year:04} "
        f"{moment.hour:02}:{moment.minute:02}:{moment.second:02} GMT"
    )


def parse_http_date(text: str) -> datetime | None:
    """The moment that a date in any of the three forms means; ``None`` for what is no date."""
    for form in _FORMS:
        if match := form.fullmatch(text):
            return _moment(match)
    return None


def _moment(match: re.Match[str]) -> datetime | None:
    year, day = int(match["year"]), int(match["day"])
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"])
    if len(match["year"]) == len("94"):
        year = _whole_year(year)
    month = _MONTHS.index(match["month"]) + 1
    leap = int(second == _LEAP_SECOND)
    try:
        moment = datetime(year, month, day, hour, minute, second - leap, tzinfo=UTC)
        return moment + timedelta(seconds=leap)
    except (ValueError, OverflowError):  # the 30th of February
        return None


def _whole_year(two_digits: int) -> int:
    """The year that RFC 9110 reads from two digits: at most 50 years ahead, and else past."""
    now = datetime.now(UTC)
    year = now.year - now.year % _TWO_DIGITS + two_digits
    is_distant = year > (now + _DISTANT_FUTURE).year
    return year - _TWO_DIGITS if is_distant else year
