"""``File``, the exceptions, and the stand-in for ``Response``."""

import pickle
from pathlib import Path

import pytest
from pyre import psgi


class Opened:
    def fileno(self):
        return 3


OPENED = Opened()


@pytest.mark.parametrize("file", ["a", Path("a"), 0, 3, OPENED])
def test_a_file_has_what_it_was_made_of(file):
    made = psgi.File(file, 1, 2)
    assert (made.file, made.offset, made.count) == (file, 1, 2)


def test_a_file_is_whole_by_default():
    assert psgi.File("a") == psgi.File("a", offset=0, count=None)


def test_files_are_values():
    assert psgi.File("a", 1) == psgi.File("a", 1)
    assert hash(psgi.File("a", 1)) == hash(psgi.File("a", 1))
    assert psgi.File("a") != psgi.File("b")
    with pytest.raises(AttributeError):
        psgi.File("a").offset = 1
    with pytest.raises((AttributeError, TypeError)):
        psgi.File("a").other = 1


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        (("a", -1), ValueError, "the offset must not be negative, and is -1"),
        (("a", 0, -2), ValueError, "the count must not be negative, and is -2"),
        (("a", 1.0), TypeError, "the offset must be an int, not float"),
        (("a", "1"), TypeError, "the offset must be an int, not str"),
        (("a", None), TypeError, "the offset must be an int, not NoneType"),
        (("a", 0, 1.0), TypeError, "the count must be an int, not float"),
        ((b"a",), TypeError, "the file must be .*, not bytes"),
        ((None,), TypeError, "the file must be .*, not NoneType"),
        ((True,), TypeError, "the file must be .*, not bool"),
        ((1.5,), TypeError, "the file must be .*, not float"),
    ],
)
def test_arguments_of_a_file_are_checked(arguments, kind, message):
    with pytest.raises(kind, match=f"^{message}$"):
        psgi.File(*arguments)


def test_errors():
    assert issubclass(psgi.Disconnected, OSError)
    assert not issubclass(psgi.BodyError, OSError)
    assert psgi.BodyError(413).status == 413
    assert pickle.loads(pickle.dumps(psgi.BodyError(413))).status == 413


@pytest.mark.parametrize("status", [200, 999])
def test_statuses_of_a_response(status):
    assert psgi.Response(status).status == status


@pytest.mark.parametrize(
    ("arguments", "kind", "name"),
    [
        ({"status": 199}, ValueError, "status"),
        ({"status": 1000}, ValueError, "status"),
        ({"status": "200"}, TypeError, "status"),
        ({"status": None}, TypeError, "status"),
        ({"body": 5}, TypeError, "body"),
        ({"body": {}}, TypeError, "body"),
        ({"body": {"a": "b"}}, TypeError, "body"),
        ({"body": object()}, TypeError, "body"),
        ({"trailers": ()}, TypeError, "trailers"),
    ],
)
def test_arguments_of_a_response_are_checked(arguments, kind, name):
    with pytest.raises(kind, match=name):
        psgi.Response(**arguments)


def test_everything_that_is_named_is_there():
    assert set(psgi.__all__) <= set(dir(psgi))
