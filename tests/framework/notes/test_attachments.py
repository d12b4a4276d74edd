from collections.abc import Callable
from pathlib import Path

import pytest
from pyre.framework import App

from framework.notes.visits import added, visit
from framework.request.host import in_loop

Kept = Callable[[], list[Path]]

CONTENT = bytes(range(256)) * 1000

HUGE = bytes(8 * 1024 * 1024)
"""With the boundaries around it, more than may be sent."""


@in_loop
async def test_files_are_kept(app: App, kept: Kept) -> None:
    async with visit(app) as client:
        await added(client)
        sent = [("file", ("a.bin", CONTENT)), ("file", ("Größe.html", b"<script>"))]
        answer = await client.post("/notes/1/attachments", data={"why": "so"}, files=sent)
        assert answer.status_code == 201
        assert answer.json() == [
            {"number": 1, "note": 1, "filename": "a.bin", "size": len(CONTENT)},
            {"number": 2, "note": 1, "filename": "Größe.html", "size": 8},
        ]
        assert (await client.get("/notes/1/attachments")).json() == answer.json()
        assert (await client.get("/attachments/1")).content == CONTENT
        part = await client.get("/attachments/1", headers={"range": "bytes=1-3"})
        assert (part.status_code, part.content) == (206, b"\1\2\3")
        assert len(kept()) == 2


@in_loop
async def test_a_file_is_no_page_of_ours(app: App) -> None:
    async with visit(app) as client:
        await added(client)
        sent = {"file": ("../../evil.html", b"<script>")}
        answer = await client.post("/notes/1/attachments", files=sent)
        assert answer.json()[0]["filename"] == "evil.html"
        download = await client.get("/attachments/1")
        assert download.headers["content-type"] == "application/octet-stream"
        assert download.headers["content-disposition"] == 'attachment; filename="evil.html"'
        assert download.headers["x-content-type-options"] == "nosniff"


@in_loop
async def test_what_is_too_large_is_refused_and_forgotten(app: App, kept: Kept) -> None:
    async with visit(app) as client:
        await added(client)
        sent = [("file", ("small", b"small")), ("file", ("huge", HUGE))]
        answer = await client.post("/notes/1/attachments", files=sent)
        assert answer.status_code == 413
        assert kept() == []
        assert (await client.get("/notes/1/attachments")).json() == []


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("multipart/form-data; boundary=x", b"--x\r\n", 400),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\ncontent-disposition: form-data; name="f"; filename="f"\r\n\r\nhalf',
            400,
        ),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\ncontent-disposition: form-data; name="f"\r\n\r\ntext\r\n--x--\r\n',
            400,
        ),
        ("application/json", b"{}", 415),
    ],
)
@in_loop
async def test_what_is_no_form_is_refused(
    app: App, kept: Kept, content_type: str, body: bytes, status: int
) -> None:
    async with visit(app) as client:
        await added(client)
        headers = {"content-type": content_type}
        answer = await client.post("/notes/1/attachments", content=body, headers=headers)
        assert answer.status_code == status
        assert kept() == []


@in_loop
async def test_an_attachment_is_deleted(app: App, kept: Kept) -> None:
    async with visit(app) as client:
        await added(client)
        await client.post("/notes/1/attachments", files={"file": ("a", b"a")})
        assert (await client.delete("/attachments/1")).status_code == 204
        assert (await client.get("/attachments/1")).status_code == 404
        assert (await client.delete("/attachments/1")).status_code == 404
        assert kept() == []


@in_loop
async def test_attachments_go_with_their_note(app: App, kept: Kept) -> None:
    async with visit(app) as client:
        await added(client)
        await client.post("/notes/1/attachments", files={"file": ("a", b"a")})
        await client.delete("/notes/1")
        assert (await client.get("/attachments/1")).status_code == 404
        assert kept() == []


@in_loop
async def test_there_is_nothing_to_attach_to(app: App, kept: Kept) -> None:
    async with visit(app) as client:
        assert (await client.get("/notes/1/attachments")).status_code == 404
        answer = await client.post("/notes/1/attachments", files={"file": ("a", b"a")})
        assert answer.status_code == 404
        assert kept() == []


@in_loop
async def test_a_note_that_goes_during_an_upload(app: App, kept: Kept) -> None:
    """What has arrived by then is not kept."""
    async with visit(app) as client:
        await added(client)
        attach = app.state.database.attach

        def attach_too_late(*arguments: object) -> object:
            app.state.database.delete_note(1)
            return attach(*arguments)

        app.state.database.attach = attach_too_late
        answer = await client.post("/notes/1/attachments", files={"file": ("a", b"a")})
        assert answer.status_code == 404
        assert kept() == []
