"""Path templates, and what is said of those that can't be read."""

import pytest
from pyre.framework.errors import RegistrationError
from pyre.framework.paths import PathError, Placeholder, parse_path

READ = [
    ("/", ("",)),
    ("/a", ("a",)),
    ("/a/", ("a", "")),
    ("/caf%C3%A9/é", ("café", "é")),
    ("/a%2Fb/%7Bx%7D/%25", ("a/b", "{x}", "%")),
    ("/a.b;c=d,e:f@g!$&'()*+~-_", ("a.b;c=d,e:f@g!$&'()*+~-_",)),
    ("/.well-known/...", (".well-known", "...")),
    ("/{name}", (Placeholder("name"),)),
    ("/{größe}", (Placeholder("größe"),)),
    ("/{name:string}", (Placeholder("name", "string"),)),
    ("/{name:int()}", (Placeholder("name", "int"),)),
    ("/{x:int(min=1)}/y", (Placeholder("x", "int", {"min": 1}), "y")),
    ("/{x:int( min = -1 , max=9 )}", (Placeholder("x", "int", {"min": -1, "max": 9}),)),
    ("/{x:float(max=0.5)}", (Placeholder("x", "float", {"max": 0.5}),)),
    ("/{a}/{b:path}/{c}", (Placeholder("a"), Placeholder("b", "path"), Placeholder("c"))),
]


@pytest.mark.parametrize(("text", "segments"), READ)
def test_what_is_read(text, segments):
    template = parse_path(text)
    assert (template.text, template.segments) == (text, segments)


REFUSED = [
    ("", 0, "begins with '/'"),
    ("a", 0, "begins with '/'"),
    ("{a}", 0, "begins with '/'"),
    ("/{a}.json", 4, "whole segment"),
    ("/v{a}", 2, "whole segment"),
    ("/{a}{b}", 4, "whole segment"),
    ("/a}", 2, "whole segment"),
    ("/{}", 2, "name of a placeholder"),
    ("/{ a}", 2, "name of a placeholder"),
    ("/{1a}", 2, "name of a placeholder"),
    ("/{a", 3, "':' or '}' is expected"),
    ("/{a/b}", 3, "':' or '}' is expected"),
    ("/{a-b}", 3, "':' or '}' is expected"),
    ("/{a:}", 4, "name of a converter"),
    ("/{a:int(}", 8, "name of an argument"),
    ("/{a:int(1)}", 8, "name of an argument"),
    ("/{a:int(min)}", 11, "'=' is expected"),
    ("/{a:int(min=)}", 12, "a number is expected"),
    ("/{a:int(min=x)}", 12, "a number is expected"),
    ("/{a:int(min=1e5)}", 13, "',' or '\\)' is expected"),
    ("/{a:int(min=1 max=2)}", 14, "',' or '\\)' is expected"),
    ("/{a:int(min=1, min=2)}", 15, "'min' is there twice"),
    ("/{a:int(min=1)", 14, "'}' is expected"),
    ("/{class}", 2, "keyword"),
    ("/{a}/{a}", 5, "'a' is there twice"),
    ("/{a:path}/x/{b:path}", 12, "at most one 'path'"),
    ("/a?b", 2, "%3F"),
    ("/a#b", 2, "%23"),
    ("/a\\b", 2, "%5C"),
    ("/a\n", 2, "%0A"),
    ("/100%", 4, "%25"),
    ("/%zz", 1, "%25"),
    ("/a/%ff", 3, "not UTF-8"),
    ("/a/../b", 3, "clients remove '..'"),
    ("/%2E", 1, "clients remove '.'"),
    ("/a/{b}/..", 7, "clients remove '..'"),
]


@pytest.mark.parametrize(("text", "position", "problem"), REFUSED)
def test_what_can_t_be_read(text, position, problem):
    with pytest.raises(PathError, match=problem) as raised:
        parse_path(text)
    assert (raised.value.path, raised.value.position) == (text, position)
    assert isinstance(raised.value, RegistrationError)


def test_the_message_points_at_it():
    with pytest.raises(PathError) as raised:
        parse_path("/a/{b:int(min=x)}")
    assert str(raised.value).splitlines() == [
        "here a number is expected",
        "    /a/{b:int(min=x)}",
        "                  ^",
    ]


def test_names_and_text_of_placeholders():
    template = parse_path("/{a}/x/{b:int(min=1,max=2)}/{c:path()}")
    assert template.names == ("a", "b", "c")
    assert [str(placeholder) for placeholder in template.placeholders] == [
        "{a}",
        "{b:int(min=1, max=2)}",
        "{c:path}",
    ]


@pytest.mark.parametrize(
    ("prefix", "path", "joined"),
    [
        ("/a", "/b", "/a/b"),
        ("/a", "", "/a"),
        ("/a", "/", "/a/"),
        ("/{a}", "/{b}", "/{a}/{b}"),
        ("/", "", "/"),
    ],
)
def test_prefixes(prefix, path, joined):
    assert parse_path(prefix).join(path) == parse_path(joined)


@pytest.mark.parametrize(
    ("prefix", "path", "problem"),
    [
        ("/a/", "/b", "prefix does not end"),
        ("/", "/b", "prefix does not end"),
        ("/a", "b", "begins with"),
    ],
)
def test_what_can_t_be_joined(prefix, path, problem):
    with pytest.raises(PathError, match=problem):
        parse_path(prefix).join(path)
