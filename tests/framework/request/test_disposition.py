"""What a part of a form is called, by the clients that there are."""

import pytest
from httpx import Request as HttpxRequest
from hypothesis import given
from hypothesis import strategies as st
from pyre.framework.disposition import parse_disposition
from pyre.framework.errors import HTTPError

from framework.request.host import refused


@pytest.mark.parametrize(
    ("parameters", "name", "filename"),
    [
        ('; name="a"', "a", None),
        (";name=a", "a", None),
        ('; NAME="a" ; FileName="b"', "a", "b"),
        ('; filename="b"; name="a"', "a", "b"),
        ('; name="a";', "a", None),
        ('; name=""', "", None),
        ('; name="a"; filename=""', "a", ""),
        ('; name="a"; filename=b.txt', "a", "b.txt"),
        ('; name="a"; other="; name=b"', "a", None),
        ('; name="é"; filename="ü.txt"', "é", "ü.txt"),
        # Browsers
        ('; name="%22a%0D%0Ab%22"', '"a\r\nb"', None),
        ('; name="100%25 %2"', "100%25 %2", None),
        (r'; name="a\b"', r"a\b", None),
        ('; name="a"; filename="b\\"', "a", ""),  # what is before a backslash is a directory
        ('; name="a\\"; filename="b"', "a\\", "b"),
        # curl before 7.81; httpx
        (r'; name="\"a\""', '"a"', None),
        (r'; name="a\\b"', r"a\b", None),
        (r'; name="a"; filename="\"b\".txt"', "a", '"b".txt'),
        # Directories
        (r'; name="a"; filename="C:\dir\b.txt"', "a", "b.txt"),
        (r'; name="a"; filename="\\host\share\b.txt"', "a", "b.txt"),
        ('; name="a"; filename="/etc/passwd"', "a", "passwd"),
        ('; name="a"; filename="../../b"', "a", "b"),
        ('; name="a"; filename=".."', "a", ""),
        ('; name="a"; filename="dir/."', "a", ""),
        ('; name="a"; filename="b%0D%0A.txt"', "a", "b.txt"),
        ('; name="a"; filename=".bashrc"', "a", ".bashrc"),
        # RFC 8187, which RFC 7578 §4.2 does not allow
        ("; name=a; filename*=utf-8''%e2%82%ac.txt", "a", "€.txt"),
        ("; name=a; filename*=UTF-8'en'b.txt", "a", "b.txt"),
        ("; name=a; filename*=iso-8859-1''%e9.txt", "a", "é.txt"),
        ("; name=a; filename*=utf-8''..%2f..%2fb", "a", "b"),
        ("; name=a; filename*=utf-8''%ff", "a", "\ufffd"),
        ("; name=a; filename*=utf-8''evil.exe; filename=harmless.txt", "a", "harmless.txt"),
        ("; name=a; filename=harmless.txt; filename*=utf-8''evil.exe", "a", "harmless.txt"),
    ],
)
def test_dispositions(parameters: str, name: str, filename: str | None) -> None:
    assert parse_disposition(f"form-data{parameters}") == (name, filename)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "form-data",
        'attachment; name="a"',
        'name="a"',
        'form-data; filename="a"',
        "form-data; name*=utf-8''a",
        'form-data; name="a"; name="b"',
        'form-data; name="a"; NAME="b"',
        'form-data; name="a"; filename="b"; filename="c"',
        "form-data; name=\"a\"; filename*=utf-8''b; filename*=utf-8''c",
        'form-data; name="a',
        'form-data; name="a"b',
        "form-data; name=a b",
        "form-data; name=",
        "form-data, name=a",
        'form-data; name="a", form-data; name="b"',
        "form-data; name=a; filename*=b",
        "form-data; name=a; filename*=utf-7''b",
        "form-data; name=a; filename*=utf-8'b",
    ],
)
def test_what_names_nothing(value: str) -> None:
    with pytest.raises(HTTPError) as raised:
        parse_disposition(value)
    assert raised.value.status == 400


@given(st.text(st.characters(codec="utf-8", exclude_characters="%", exclude_categories=["Cc"])))
def test_names_are_those_that_httpx_was_given(name: str) -> None:
    content = HttpxRequest("POST", "http://a/", files={name: b""}).read()
    line = content.split(b"\r\n")[1].removeprefix(b"Content-Disposition: ").decode()
    assert parse_disposition(line).name == name


@given(st.text(st.characters(codec="utf-8", exclude_characters='%\\"', exclude_categories=["Cc"])))
def test_names_are_those_that_browsers_were_given(name: str) -> None:
    assert parse_disposition(f'form-data; name="{name}"').name == name


@given(
    st.text()
    | st.lists(
        st.sampled_from(
            [
                *("; name=", "; filename=", "; filename*=", "name", ";", "*", "=", '"', "\\"),
                *(" ", "/", "..", "%22", "\n", "utf-8''", "a", ","),
            ]
        )
    ).map(lambda texts: "form-data; " + "".join(texts))
)
def test_nothing_else_is_raised(value: str) -> None:
    filename: str | None = ""
    with refused(400):
        filename = parse_disposition(value).filename
    assert not set(filename or "") & {"/", "\\", "\n", "\0"}
    assert filename not in {".", ".."}
