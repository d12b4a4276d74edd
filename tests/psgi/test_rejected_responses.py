"""What an application does wrong is a 500, and the log names what and where: section 6."""

import pytest
from support.server import Server

from psgi.asking import evaluate
from psgi.log import Log

APP = "psgi_evaluated:app"

STATUSES = [
    ("Response(199)", "ValueError", ["199"]),
    ("Response(99)", "ValueError", ["99"]),
    ("Response(1000)", "ValueError", ["1000"]),
    ("Response(-200)", "ValueError", ["-200"]),
    ("Response('200')", "TypeError", ["status", "str"]),
    ("Response(200.0)", "TypeError", ["status", "float"]),
    ("Response(None)", "TypeError", ["status", "None"]),
]

NAMES = [
    ("[('bad name', '1')]", "ValueError", ["bad name"]),
    ("[(b'bad name', '1')]", "ValueError", ["bad name"]),
    ("{'bad name': '1'}", "ValueError", ["bad name"]),
    ("[('', '1')]", "ValueError", ["''"]),
    ("[('x:y', '1')]", "ValueError", ["x:y"]),
    ("[('x-a\\r\\nevil', '1')]", "ValueError", ["x-a"]),
    ("[('n\\xe4me', '1')]", "ValueError", ["me"]),
    ("[('x-\\u20ac', '1')]", "ValueError", ["x-"]),
    ("[(1, '1')]", "TypeError", ["name", "int"]),
    ("[(None, '1')]", "TypeError", ["name", "None"]),
]

VALUES = [
    ("[('x-a', 'a\\r\\nevil: 1')]", "ValueError", ["x-a"]),
    ("[('x-a', b'a\\r\\nevil: 1')]", "ValueError", ["x-a"]),
    ("[('x-a', 'a\\nevil')]", "ValueError", ["x-a"]),
    ("[('x-a', 'a\\0b')]", "ValueError", ["x-a"]),
    ("[('x-a', 'a\\x7fb')]", "ValueError", ["x-a"]),
    ("[('x-a', 'a\\x1bb')]", "ValueError", ["x-a"]),
    ("[('x-a', '\\u20ac')]", "ValueError", ["x-a"]),
    ("[('x-a', 1)]", "TypeError", ["x-a", "int"]),
    ("[('x-a', None)]", "TypeError", ["x-a", "None"]),
    ("[('x-a', ['1'])]", "TypeError", ["x-a", "list"]),
]

SHAPES = [
    ("5", "TypeError", ["headers", "int"]),
    ("None", "TypeError", ["headers", "None"]),
    ("[5]", "TypeError", ["headers", "int"]),
    ("[('x-a',)]", "(Type|Value)Error", ["headers"]),
    ("[('x-a', '1', '2')]", "(Type|Value)Error", ["headers"]),
    ("'x-a: 1'", "(Type|Value)Error", ["headers"]),
]

BODIES = [
    ("5", "TypeError", ["body", "int"]),
    ("1.5", "TypeError", ["body", "float"]),
    ("object()", "TypeError", ["body", "object"]),
    ("{}", "TypeError", ["body", "dict"]),
    ("{'a': 'b'}", "TypeError", ["body", "dict"]),
    ("Response()", "TypeError", ["body", "Response"]),
    ("True", "TypeError", ["body", "bool"]),
    ("'\\ud800'", "ValueError", ["body"]),
]

LENGTHS = [
    ("'4'", "'abc'", ["content-length", "4", "3"]),
    ("'2'", "'abc'", ["content-length", "2", "3"]),
    ("'1'", "None", ["content-length", "1", "0"]),
    ("'3'", "'caf\\xe9'", ["content-length", "3", "5"]),
    ("'x'", "'abc'", ["content-length", "x"]),
    ("'-3'", "'abc'", ["content-length", "-3"]),
    ("'+3'", "'abc'", ["content-length", "+3"]),
    ("'3, 3'", "'abc'", ["content-length", "3, 3"]),
    ("''", "'abc'", ["content-length"]),
    ("'3'", "File(__file__, 0, 4)", ["content-length", "3", "4"]),
]

WRONG = [
    *STATUSES,
    *((f"Response(200, {headers})", *rest) for headers, *rest in NAMES + VALUES + SHAPES),
    *((f"Response(body={body})", *rest) for body, *rest in BODIES),
    *(
        (f"Response(200, [('Content-Length', {length})], {body})", "ValueError", named)
        for length, body, named in LENGTHS
    ),
]

NO_RESPONSES = [
    ("None", ["None"]),
    ("'text'", ["str"]),
    ("b'octets'", ["bytes"]),
    ("(200, [], 'text')", ["tuple"]),
    ("Response", ["type"]),
    ("await asyncio.sleep(0)", ["None"]),
    ("await asyncio.sleep(0, 'text')", ["str"]),
    ("[await asyncio.sleep(0)]", ["list"]),
    ("[Response() async for _ in letters()]", ["list"]),
]


def assert_is_an_error(
    server: Server, log: Log, expression: str, kind: str, named: list[str]
) -> None:
    response = evaluate(server, expression, "GET /the-request")
    assert response.status == 500
    log.expect_error(kind, *named)
    assert "GET /the-request" in log.text
    assert b"evil" not in response.body
    assert b"Error:" not in response.body
    assert not [name for name, _ in response.headers if name.startswith((b"x-", b"evil"))]


@pytest.mark.parametrize(("expression", "kind", "named"), WRONG, ids=[row[0] for row in WRONG])
def test_wrong_responses(
    server: Server, log: Log, expression: str, kind: str, named: list[str]
) -> None:
    assert_is_an_error(server, log, expression, kind, named)


@pytest.mark.parametrize(("expression", "kind", "named"), WRONG[::8])
def test_wrong_responses_after_a_while(
    server: Server, log: Log, expression: str, kind: str, named: list[str]
) -> None:
    assert_is_an_error(server, log, f"(await asyncio.sleep(0), {expression})[1]", kind, named)


@pytest.mark.parametrize(("expression", "kind", "named"), [STATUSES[0], NAMES[0], VALUES[0]])
def test_wrong_responses_to_head(
    server: Server, log: Log, expression: str, kind: str, named: list[str]
) -> None:
    if not expression.startswith("Response"):
        expression = f"Response(200, {expression})"
    assert evaluate(server, expression, "HEAD /").status == 500
    log.expect_error(kind, *named)


@pytest.mark.parametrize(("expression", "named"), NO_RESPONSES)
def test_no_response(server: Server, log: Log, expression: str, named: list[str]) -> None:
    assert_is_an_error(server, log, expression, "TypeError", named)
