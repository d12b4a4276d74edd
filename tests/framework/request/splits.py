"""Octets in pieces, as a network may deliver them."""

from hypothesis import strategies as st


@st.composite
def pieces_of(draw: st.DrawFn, octets: bytes) -> list[bytes]:
    """The octets, cut at a few places or at every one."""
    if draw(st.integers(0, 3)) == 0:
        return bytewise(octets)
    cuts = draw(st.lists(st.integers(0, len(octets)), max_size=8).map(sorted))
    return [octets[start:end] for start, end in zip([0, *cuts], [*cuts, len(octets)], strict=True)]


def bytewise(octets: bytes) -> list[bytes]:
    return [octets[place : place + 1] for place in range(len(octets))]
