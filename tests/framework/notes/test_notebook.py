import asyncio

import pytest
from pyre.framework import App

from framework.notes.visits import added, visit, visits
from framework.request.host import in_loop

LARGEST = 2**63 - 1


@in_loop
async def test_a_note_is_added_and_shown(app: App) -> None:
    async with visit(app) as client:
        answer = await client.post("/notes", json={"title": "Bread", "text": "Rye"})
        assert answer.status_code == 201
        assert answer.headers["location"] == "/notes/1"
        note = {"number": 1, "title": "Bread", "text": "Rye", "author": "Ada", "version": 1}
        assert answer.json() == note
        shown = await client.get("/notes/1")
        assert (shown.json(), shown.headers["etag"]) == (note, '"1"')


@pytest.mark.parametrize(
    ("draft", "wrong"),
    [
        ({}, "#/title"),
        ({"title": ""}, "#/title"),
        ({"title": "a" * 201}, "#/title"),
        ({"title": "Bread", "text": 7}, "#/text"),
        ([], "#"),
    ],
)
@in_loop
async def test_a_draft_is_checked(app: App, draft: object, wrong: str) -> None:
    async with visit(app) as client:
        answer = await client.post("/notes", json=draft)
        assert answer.status_code == 400
        assert [error["name"] for error in answer.json()["errors"]] == [wrong]


@in_loop
async def test_notes_are_found_by_their_texts(app: App) -> None:
    async with visit(app) as client:
        for title, text in [("Bread", "Rye"), ("Äpfel", "from BREMEN"), ("100 %", "")]:
            await added(client, title, text)

        async def found(search: str) -> list[str]:
            page = (await client.get("/notes", params={"search": search})).json()
            assert page["total"] == len(page["notes"])
            return [note["title"] for note in page["notes"]]

        assert await found("") == ["100 %", "Äpfel", "Bread"]
        assert await found("bre") == ["Äpfel", "Bread"]
        assert await found("äP") == ["Äpfel"]
        assert await found("%") == ["100 %"]
        assert await found("milk") == []


@in_loop
async def test_notes_come_in_pages(app: App) -> None:
    async with visit(app) as client:
        for number in range(25):
            await added(client, f"Note {number}")
        pages = [(await client.get(f"/notes?page={page}")).json() for page in (1, 2, 3, 1_000_000)]
        assert [len(page["notes"]) for page in pages] == [20, 5, 0, 0]
        assert {(page["total"], page["pages"]) for page in pages} == {(25, 2)}
        for page in ("0", "1000001", "x"):
            assert (await client.get(f"/notes?page={page}")).status_code == 400


@in_loop
async def test_a_note_is_changed(app: App) -> None:
    async with visits(app, "Ada", "Ben") as [ada, ben]:
        await added(ada, "Bread", "Rye")
        answer = await ben.put("/notes/1", json={"title": "Cake"}, headers={"if-match": '"1"'})
        assert answer.headers["etag"] == '"2"'
        expected = {"number": 1, "title": "Cake", "text": "", "author": "Ada", "version": 2}
        assert answer.json() == (await ada.get("/notes/1")).json() == expected


@in_loop
async def test_of_two_who_change_a_note_one_is_told(app: App) -> None:
    async with visits(app, "Ada", "Ben") as clients:
        await added(clients[0])
        answers = await asyncio.gather(
            *(
                client.put("/notes/1", json={"title": "Cake"}, headers={"if-match": '"1"'})
                for client in clients
            )
        )
        assert sorted(answer.status_code for answer in answers) == [200, 412]
        assert (await clients[0].get("/notes/1")).json()["version"] == 2


@in_loop
async def test_a_change_says_what_it_is_of(app: App) -> None:
    async with visit(app) as client:
        await added(client)
        assert (await client.put("/notes/1", json={"title": "Cake"})).status_code == 428
        headers = {"if-match": '"7"'}
        answer = await client.put("/notes/1", json={"title": "Cake"}, headers=headers)
        assert answer.status_code == 412
        assert (await client.get("/notes/1")).json()["title"] == "Bread"


@in_loop
async def test_a_note_is_deleted_by_its_author(app: App) -> None:
    async with visits(app, "Ada", "Ben") as [ada, ben]:
        await added(ada)
        refused = await ben.delete("/notes/1")
        assert (refused.status_code, refused.json()["detail"]) == (403, "It is for Ada to delete.")
        assert (await ada.delete("/notes/1")).status_code == 204
        assert (await ada.get("/notes/1")).status_code == 404
        assert (await added(ada))["number"] == 2


@pytest.mark.parametrize("number", ["7", str(LARGEST), str(LARGEST + 1), "0", "-1", "x"])
@in_loop
async def test_there_is_no_such_note(app: App, number: str) -> None:
    async with visit(app) as client:
        answer = await client.get(f"/notes/{number}")
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@in_loop
async def test_what_is_not_there_is_not_changed(app: App, method: str) -> None:
    async with visit(app) as client:
        headers = {"if-match": '"1"'}
        answer = await client.request(method, "/notes/7", json={"title": "a"}, headers=headers)
        assert (answer.status_code, answer.json()["detail"]) == (404, "There is no such note.")
