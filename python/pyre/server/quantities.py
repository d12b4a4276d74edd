"""Numbers, sizes and times as they are written on the command line and in the environment."""

import re

# ASCII digits only, and not so many that reading them would take time.
_QUANTITY = re.compile(r"([0-9]{1,20})(?:\.([0-9]{1,9}))?([a-z]*)", re.ASCII | re.IGNORECASE)

_MILLISECONDS = {
    "": 1000,
    "ms": 1,
    "s": 1000,
    "m": 60_000,
    "min": 60_000,
    "h": 3_600_000,
    "d": 86_400_000,
}
# A bare letter counts by 1024, as with nginx and Apache; kB and KiB are those of IEC 80000-13.
_BYTES = {"": 1, "b": 1} | {
    f"{letter}{suffix}": base**power
    for power, letter in enumerate("kmgt", start=1)
    for suffix, base in (("", 1024), ("ib", 1024), ("b", 1000))
}


def parse_number(text: str) -> int:
    """Read a whole number such as ``8000``. Raises ``ValueError``."""
    if re.fullmatch(r"[0-9]{1,20}", text, re.ASCII) is None:
        raise ValueError(f"{text!r} is not a whole number; write digits only, like 8000")
    return int(text)


def parse_time(text: str) -> float | None:
    """Read a time in seconds, such as ``30``, ``2.5s``, ``500ms``, ``5m`` or ``none``.

    Raises ``ValueError``.
    """
    if text == "none":
        return None
    quantity = _quantity(text, _MILLISECONDS)
    if quantity is None:
        raise ValueError(
            f"{text!r} is not a time; write seconds, or a number and its unit without a space, like"
            " 500ms, 30s, 5m or 1h, or none for no bound"
        )
    numerator, denominator = quantity
    return numerator / (denominator * 1000)


def parse_size(text: str) -> int | None:
    """Read a size in bytes, such as ``8192``, ``64KiB``, ``10MB``, ``1m`` or ``none``.

    Raises ``ValueError``.
    """
    if text == "none":
        return None
    numerator, denominator = _quantity(text, _BYTES) or (1, 0)
    if denominator == 0 or numerator % denominator:
        raise ValueError(
            f"{text!r} is not a size; write whole bytes, or a number and its unit without a space,"
            " like 64KiB, 10MB or 1m, or none for no bound"
        )
    return numerator // denominator


def _quantity(text: str, units: dict[str, int]) -> tuple[int, int] | None:
    """The quantity in the unit that counts 1, as a fraction; floats would round large sizes."""
    match = _QUANTITY.fullmatch(text)
    unit = units.get(match[3].lower()) if match else None
    if match is None or unit is None:
        return None
    decimals = match[2] or ""
    return int(match[1] + decimals) * unit, 10 ** len(decimals)
