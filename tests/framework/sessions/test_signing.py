"""Tokens: what was signed comes back, and nothing else is ever taken."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyre.framework.sessions.signing import MAX_TOKEN_SIZE, Signer

OLD, NEW, OTHER = (f"{name} secret of at least 32 octets" for name in ("old", "new", "other"))

MAX_AGE = 100

TEXTS = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", max_size=200)


def signer(*secrets: str | bytes, purpose: str = "tests") -> Signer:
    return Signer(secrets or (NEW,), purpose, MAX_AGE)


@given(TEXTS)
def test_what_was_signed_comes_back(text: str) -> None:
    assert signer().verify(signer().sign(text)) == (text, False)


@given(TEXTS, st.data())
def test_a_changed_character_is_noticed(text: str, data: st.DataObject) -> None:
    token = signer().sign(text)
    place = data.draw(st.integers(0, len(token) - 1))
    character = data.draw(st.characters().filter(lambda each: each != token[place]))
    assert signer().verify(token[:place] + character + token[place + 1 :]) is None


@given(TEXTS, st.data())
def test_what_is_left_out_is_noticed(text: str, data: st.DataObject) -> None:
    token = signer().sign(text)
    start = data.draw(st.integers(0, len(token) - 1))
    end = data.draw(st.integers(start + 1, len(token)))
    assert signer().verify(token[:start] + token[end:]) is None


@given(TEXTS, st.text(min_size=1))
def test_what_is_added_is_noticed(text: str, more: str) -> None:
    token = signer().sign(text)
    assert signer().verify(token + more) is None
    assert signer().verify(more + token) is None


@given(TEXTS, TEXTS)
def test_the_parts_of_two_tokens_do_not_make_another(text: str, other: str) -> None:
    time_and_text, _, _ = signer().sign(text).rpartition(".")
    _, _, signature = signer().sign(other).rpartition(".")
    if text != other:
        assert signer().verify(f"{time_and_text}.{signature}") is None


@given(st.text() | st.text(".0123456789abcdefAB-_=+/ \t\x00é"))
def test_any_text_is_refused(text: str) -> None:
    assert signer().verify(text) is None


@given(TEXTS, st.integers(MAX_TOKEN_SIZE, 100_000), st.booleans())
def test_large_text_is_refused(text: str, size: int, is_before: bool) -> None:  # noqa: FBT001
    token, more = signer().sign(text), "x" * size
    assert signer().verify(more + token if is_before else token + more) is None


def test_a_token_that_no_browser_keeps_is_refused() -> None:
    size = MAX_TOKEN_SIZE - len(signer().sign(""))
    assert signer().verify(signer().sign("x" * size))
    assert signer().verify(signer().sign("x" * (size + 1))) is None


@given(TEXTS)
def test_another_secret_and_another_purpose(text: str) -> None:
    token = signer(OTHER).sign(text)
    assert signer(NEW, OLD).verify(token) is None
    assert signer(OTHER, purpose="others").verify(token) is None


def test_secrets_rotate() -> None:
    before, meanwhile, after = signer(OLD), signer(NEW, OLD), signer(NEW)
    old, new = before.sign("a"), meanwhile.sign("a")
    assert meanwhile.verify(old) == ("a", True)
    assert meanwhile.verify(new) == ("a", False)
    assert after.verify(new) == ("a", False)
    assert after.verify(old) is None
    assert before.verify(new) is None


def test_secrets_are_text_or_octets() -> None:
    assert signer(NEW.encode()).verify(signer(NEW).sign("a")) == ("a", False)


@pytest.mark.parametrize(
    ("age", "verified"),
    [(0, ("a", False)), (50, ("a", False)), (51, ("a", True)), (99, ("a", True)), (100, None)],
)
def test_a_token_has_its_time(
    monkeypatch: pytest.MonkeyPatch, age: int, verified: tuple[str, bool] | None
) -> None:
    now = time.time()
    token = signer().sign("a")
    monkeypatch.setattr(time, "time", lambda: int(now) + age + 0.5)
    assert signer().verify(token) == verified


@pytest.mark.parametrize(
    ("secrets", "error", "message"),
    [
        ([], ValueError, "need a secret"),
        (["x" * 31], ValueError, "at least 32 octets, and this one has 31: make one by"),
        ([NEW, b"short"], ValueError, "this one has 5"),
        (NEW, TypeError, "secrets is a list"),
        (NEW.encode(), TypeError, "secrets=\\[secret\\]"),
        ([None], TypeError, "a secret is str or bytes, and not NoneType"),
    ],
)
def test_secrets_that_can_not_be_used(secrets, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Signer(secrets, "tests", MAX_AGE)
