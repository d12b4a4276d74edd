"""The application that answers as each request tells it."""

from instructions import FIELD, Instruction
from scenarios import ExpectedError, Receive, Scope, Send, no_lifespan_events


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await no_lifespan_events(receive, send)
    else:
        await follow(instruction_of(scope), receive, send)


def instruction_of(scope: Scope) -> Instruction:
    fields = dict(scope["headers"])
    return Instruction.decode(fields[FIELD]) if FIELD in fields else Instruction()


async def follow(instruction: Instruction, receive: Receive, send: Send) -> None:
    if instruction.reads and not await is_read(receive):
        return
    for number, message in enumerate(instruction.messages()):
        if number == instruction.fails_after:
            raise ExpectedError("as instructed")
        await send(message)


async def is_read(receive: Receive) -> bool:
    """Read the content, and tell whether it came to its end."""
    while (message := await receive())["type"] == "http.request":
        if not message["more_body"]:
            return True
    return False
