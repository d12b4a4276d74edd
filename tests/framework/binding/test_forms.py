"""Arguments from a form."""

from typing import Annotated

import msgspec
import pytest
from pyre.framework.binding import Form
from pyre.framework.errors import FieldError, HTTPError

from framework.binding.memory import (
    FORM,
    JSON,
    Body,
    Request,
    UploadFile,
    call,
    errors,
    form_request,
)


def sign_up(name: Annotated[str, Form()], age: Annotated[int | None, Form()] = None):
    return name, age


def test_a_form():
    request = Request(headers=[FORM], content=b"name=Ann&age=5")
    assert call(sign_up, request) == ("Ann", 5)


def test_what_was_not_filled_in_is_absent_unless_it_is_text():
    assert call(sign_up, form_request(("name", ""), ("age", ""))) == ("", None)


def test_faults_of_a_form():
    assert errors(sign_up, form_request(("age", "x"))) == [
        FieldError("form", "name", "is missing"),
        FieldError("form", "age", "must be an integer"),
    ]


def test_no_form_at_all():
    def endpoint(name: Annotated[str, Form()] = "nobody"):
        return name

    assert call(endpoint) == "nobody"
    assert errors(sign_up) == [FieldError("form", "name", "is missing")]


def test_what_the_form_itself_refuses(monkeypatch):
    async def form(_):
        raise HTTPError(415, "no form")

    monkeypatch.setattr(Body, "form", form)
    for request in (Request(headers=[JSON], content=b"{}"), Request(content=b"x")):
        with pytest.raises(HTTPError) as raised:
            call(sign_up, request)
        assert raised.value.status == 415


def test_a_file():
    def endpoint(photo: UploadFile, title: Annotated[str, Form()] = ""):
        return photo, title

    photo = UploadFile()
    assert call(endpoint, form_request(("photo", photo))) == (photo, "")


def test_a_file_with_a_marker_and_an_alias():
    def endpoint(photo: Annotated[UploadFile | None, Form("p")] = None):
        return photo

    photo = UploadFile()
    assert call(endpoint, form_request(("p", photo))) is photo
    assert call(endpoint, form_request(("photo", photo))) is None


def test_a_file_that_was_not_chosen_is_absent():
    def endpoint(photo: UploadFile | None = None):
        return photo

    assert call(endpoint, form_request(("photo", UploadFile("")))) is None
    assert call(endpoint, form_request(("photo", UploadFile(None)))) is None


def test_files():
    def endpoint(photos: list[UploadFile]):
        return photos

    first, second = UploadFile(), UploadFile()
    request = form_request(("photos", first), ("photos", UploadFile("")), ("photos", second))
    assert call(endpoint, request) == [first, second]
    assert errors(endpoint, form_request(("photos", "x"), ("photos", first))) == [
        FieldError("form", "photos", "value 1 must be a file")
    ]


def test_a_file_is_no_text_and_text_no_file():
    def endpoint(
        photo: UploadFile, title: Annotated[str, Form()], tags: Annotated[list[str], Form()]
    ):
        return photo, title, tags

    request = form_request(("photo", "x"), ("title", UploadFile()), ("tags", UploadFile()))
    assert errors(endpoint, request) == [
        FieldError("form", "photo", "must be a file"),
        FieldError("form", "title", "must be text, and not a file"),
        FieldError("form", "tags", "value 1 must be text, and not a file"),
    ]


def test_values_of_one_name():
    def endpoint(n: Annotated[list[int], Form()], words: Annotated[list[str], Form()]):
        return n, words

    request = form_request(("n", "1"), ("n", ""), ("n", "2"), ("words", ""), ("words", "a"))
    assert call(endpoint, request) == ([1, 2], ["", "a"])


class SignUp(msgspec.Struct):
    name: str
    photo: UploadFile
    age: int | None = None
    tags: list[str] = []


def test_a_struct_of_a_form():
    def endpoint(sign_up: Annotated[SignUp, Form()]):
        return sign_up

    photo = UploadFile()
    request = form_request(("name", "Ann"), ("photo", photo), ("age", ""), ("tags", "a"))
    assert call(endpoint, request) == SignUp("Ann", photo, None, ["a"])
    assert errors(endpoint, form_request(("age", "x"))) == [
        FieldError("form", "name", "is missing"),
        FieldError("form", "photo", "is missing"),
        FieldError("form", "age", "must be an integer"),
    ]
