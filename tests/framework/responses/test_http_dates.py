"""Dates of HTTP (RFC 9110 §5.6.7)."""

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyre.framework.responses.http_dates import http_date, parse_http_date

MOMENT = datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
    ],
)
def test_the_three_forms(text: str) -> None:
    assert parse_http_date(text) == MOMENT


@pytest.mark.parametrize(
    "text",
    [
        *("", "0", "Sun", "06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37"),
        *("Sun, 06 Nov 1994 08:49:37 +0000", "Sun, 6 Nov 1994 08:49:37 GMT"),
        *("Sun, 06 nov 1994 08:49:37 GMT", "Sun, 31 Feb 1994 08:49:37 GMT"),
        *("Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT"),
        *("Sun, 06 Nov 0000 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT"),
        *("Fri, 31 Dec 9999 23:59:60 GMT", "Sun, 0٦ Nov 1994 08:49:37 GMT"),
        *("Sun, 06 Nov 1994 08:49:37 GMT\n", " Sun, 06 Nov 1994 08:49:37 GMT"),
    ],
)
def test_what_is_no_date(text: str) -> None:
    assert parse_http_date(text) is None


def test_a_leap_second() -> None:
    moment = parse_http_date("Sat, 31 Dec 2016 23:59:60 GMT")
    assert moment == datetime(2017, 1, 1, tzinfo=UTC)


def test_two_digits_are_at_most_fifty_years_ahead() -> None:
    this_year = datetime.now(UTC).year
    for digits in range(100):
        moment = parse_http_date(f"Sunday, 06-Nov-{digits:02} 08:49:37 GMT")
        assert moment is not None
        assert moment.year % 100 == digits
        assert this_year - 50 <= moment.year <= this_year + 50


def test_other_time_zones_and_none() -> None:
    summer = timezone(timedelta(hours=2))
    assert http_date(MOMENT.astimezone(summer)) == "Sun, 06 Nov 1994 08:49:37 GMT"
    with pytest.raises(ValueError, match="time zone"):
        http_date(MOMENT.replace(tzinfo=None))


@given(st.datetimes(timezones=st.just(UTC)))
def test_what_is_written_is_read(moment: datetime) -> None:
    text = http_date(moment)
    assert parse_http_date(text) == moment.replace(microsecond=0)
    assert text == format_datetime(moment, usegmt=True)


@given(st.text())
def test_nothing_raises(text: str) -> None:
    parse_http_date(text)
