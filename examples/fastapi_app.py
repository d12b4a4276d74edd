"""A FastAPI application: ``pyre fastapi_app:app --app-dir examples``.

    curl localhost:8000/items/1
    curl --json '{"name": "chair", "price": 20}' localhost:8000/items
    curl --form file=@README.md localhost:8000/sha256
    curl localhost:8000/download/1000000 --output zeros

Uploads need the package ``python-multipart``.
"""

import hashlib
from collections.abc import AsyncIterator

from fastapi import FastAPI, HTTPException, UploadFile
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

CHUNK = bytes(65536)


class Item(BaseModel):
    """Something for sale."""

    name: str
    price: float = Field(gt=0)


app = FastAPI(title="Items")
items = {1: Item(name="table", price=120)}


@app.get("/items/{number}")
async def read_item(number: int) -> Item:
    """Return one item."""
    if number not in items:
        raise HTTPException(404, "no such item")
    return items[number]


@app.post("/items", status_code=201)
async def create_item(item: Item) -> dict[str, int]:
    """Add an item and return its number."""
    number = max(items, default=0) + 1
    items[number] = item
    return {"number": number}


@app.post("/sha256")
async def sha256(file: UploadFile) -> dict[str, str | int | None]:
    """Hash an upload, one piece in memory at a time."""
    digest = hashlib.sha256()
    while piece := await file.read(len(CHUNK)):
        digest.update(piece)
    return {"name": file.filename, "size": file.size, "sha256": digest.hexdigest()}


@app.get("/download/{size}")
async def download(size: int) -> StreamingResponse:
    """Send as many zero bytes as the path says."""
    return StreamingResponse(zeros(size), media_type="application/octet-stream")


async def zeros(size: int) -> AsyncIterator[bytes]:
    """Yield ``size`` zero bytes in pieces."""
    for start in range(0, size, len(CHUNK)):
        yield CHUNK[: size - start]
