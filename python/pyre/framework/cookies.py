"""The cookies that a peer sends (RFC 6265bis §5.8.3 says how browsers write them).

What is read, and what others do:

- A pair ends at ``;``, also between double quotes: a cookie can't hide another one.
- Double quotes belong to the value, as RFC 6265bis §4.1.1 has it. ``http.cookies``, and so Django
  and Starlette, take them off and decode escapes that no browser knows.
- Of several cookies with one name the first counts: browsers send the one with the longest path
  first. A ``dict`` that is filled from left to right gives the least specific one.
- A cookie without a name can't be asked for by one, and is left out. Browsers send it without
  ``=``, or, some of them, with nothing before it.
- Values are UTF-8, which is what browsers make of scripts' text. Nothing is percent-decoded.
"""

_WHITE_SPACE = " \t"


def parse_cookies(field: str) -> dict[str, str]:
    """The cookies in the value of ``Cookie``, decoded as Latin-1 as PSGI does; never raises."""
    if not field.isascii():
        field = field.encode("latin-1", "replace").decode("utf-8", "replace")
    cookies: dict[str, str] = {}
    for pair in field.split(";"):
        name, separator, value = pair.partition("=")
        name = name.strip(_WHITE_SPACE)
        if separator and name:
            cookies.setdefault(name, value.strip(_WHITE_SPACE))
    return cookies
