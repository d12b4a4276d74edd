"""Names of files that are saved (RFC 6266, RFC 8187)."""

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyre.framework.responses.disposition import content_disposition

VALUE = re.compile(
    r'attachment(?:; filename="(?P<plain>[\x20\x21\x23-\x5b\x5d-\x7e]*)")?'
    r"(?:; filename\*=UTF-8''(?P<extended>(?:[A-Za-z0-9!#$&+.^_`|~-]|%[0-9A-F]{2})+))?"
)
"""RFC 6266 §4.1 and RFC 8187 §3.2.1, without quoted pairs."""


@pytest.mark.parametrize(
    ("filename", "parameters"),
    [
        ("", ""),
        ("report.pdf", '; filename="report.pdf"'),
        ("a b;c,d.txt", '; filename="a b;c,d.txt"'),
        ("Ü.pdf", "; filename=\"_.pdf\"; filename*=UTF-8''%C3%9C.pdf"),
        ("€ rates", "; filename=\"_ rates\"; filename*=UTF-8''%E2%82%AC%20rates"),
        ('"a".txt', "; filename=\"_a_.txt\"; filename*=UTF-8''%22a%22.txt"),
        ("100%.txt", "; filename=\"100_.txt\"; filename*=UTF-8''100%25.txt"),
        ("../etc/passwd", '; filename=".._etc_passwd"'),
        ("a\\b", '; filename="a_b"'),
        ("a\r\nset-cookie: b=c\0", '; filename="a__set-cookie: b=c_"'),
        ("\udcff.txt", "; filename=\"_.txt\"; filename*=UTF-8''%3F.txt"),
    ],
)
def test_names(filename: str, parameters: str) -> None:
    assert content_disposition("attachment", filename) == "attachment" + parameters


def test_another_disposition() -> None:
    assert content_disposition("inline", "a") == 'inline; filename="a"'
    with pytest.raises(ValueError, match="'other'"):
        content_disposition("other", "a")


@given(st.text())
def test_any_name_can_be_given(filename: str) -> None:
    match = VALUE.fullmatch(content_disposition("attachment", filename))
    assert match


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/\\"), min_size=1)
)
def test_names_arrive(filename: str) -> None:
    match = VALUE.fullmatch(content_disposition("attachment", filename))
    assert match
    extended = match["extended"]
    assert (match["plain"] if extended is None else unquote(extended)) == filename
