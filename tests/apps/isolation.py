"""Requests that do to their task, context or messages whatever asyncio, weakref and gc allow.

``/do?ACTION`` does it, ``/found`` tells what of another request is seen from this one, and
``/suspended?…`` does either after a suspension.
"""

import asyncio
import contextvars
import gc
import sys
import threading
import weakref
from collections.abc import Awaitable, Callable
from typing import Any

from pyre import psgi

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

VARIABLE: contextvars.ContextVar[bool] = contextvars.ContextVar("VARIABLE", default=False)

kept: list[object] = []
"""What a request has left: nothing of it may be seen from another."""

names: set[str] = set()
known: list[weakref.ref[Any]] = []
tokens: list[contextvars.Token[bool]] = []
ended: list[object] = []


def current() -> asyncio.Task[Any]:
    task = asyncio.current_task()
    assert task is not None
    return task


def current_context() -> contextvars.Context:
    """The context of this task, or a copy before CPython 3.12, which shows none of a task."""
    if sys.version_info >= (3, 12):
        return current().get_context()
    return contextvars.copy_context()


def know(each: object) -> None:
    known.append(weakref.ref(each))


def call_what_the_collector_knows() -> None:
    """Hold every ``receive`` and ``send`` of the process, also those of no request."""
    kept.extend(
        each
        for each in gc.get_objects()
        if type(each).__name__ == "builtin_function_or_method"
        and getattr(each, "__name__", "") in {"receive", "send"}
    )


def enter_context_in_thread() -> None:
    """Have a thread enter the context of this request once the request is over, and stay in it."""
    context = current_context()
    is_over = threading.Event()
    current().add_done_callback(lambda _: is_over.set())

    def stay() -> None:
        is_over.wait()
        context.run(threading.Event().wait)

    threading.Thread(target=stay, daemon=True).start()


def collect() -> None:
    gc.collect()


ACTIONS: dict[str, Callable[[], object]] = {
    "set_name": lambda: current().set_name("marked"),
    "get_name": lambda: names.add(current().get_name()),
    "attribute": lambda: setattr(current(), "mark", True),
    "add_done_callback": lambda: current().add_done_callback(ended.append),
    "cancel": lambda: current().cancel(),
    "cancel and uncancel": lambda: [current().cancel(), current().uncancel()],
    "cancel with a message": lambda: current().cancel("enough"),
    "keep the task": lambda: kept.append(current()),
    "keep the coroutine": lambda: kept.append(current().get_coro()),
    "keep the context": lambda: kept.append(current_context()),
    "know the task weakly": lambda: know(current()),
    "know the coroutine weakly": lambda: know(current().get_coro()),
    "know the context weakly": lambda: know(current_context()),
    "finalize the task": lambda: weakref.finalize(current(), ended.append, "finalized"),
    "keep every task": lambda: kept.extend(asyncio.all_tasks()),
    "set a variable": lambda: VARIABLE.set(True),
    "keep a token": lambda: tokens.append(VARIABLE.set(True)),
    "copy the context": lambda: kept.append(contextvars.copy_context()),
    "keep a frame": lambda: kept.extend(current().get_stack()),
    "call_soon": lambda: asyncio.get_running_loop().call_soon(VARIABLE.set, True),
    "create_task": lambda: kept.append(asyncio.create_task(asyncio.sleep(0))),
    "ensure_future": lambda: kept.append(asyncio.ensure_future(current())),
    "shield": lambda: kept.append(asyncio.shield(current())),
    "gather": lambda: kept.append(asyncio.gather(current(), return_exceptions=True)),
    "timeout that has not ended": lambda: kept.append(asyncio.timeout(0)),
    "enter the context in a thread": enter_context_in_thread,
    "collect garbage": collect,
    "call what the collector knows": call_what_the_collector_knows,
    "nothing": lambda: None,
}


def change_the_scope(scope: Any) -> None:
    scope["extensions"]["mark"] = {}
    scope["asgi"]["mark"] = True
    scope["headers"].append((b"mark", b""))
    scope["mark"] = True


MESSAGE_ACTIONS: dict[str, Callable[[dict[str, Any]], Callable[[], object]]] = {
    "keep receive": lambda mine: lambda: kept.append(mine["receive"]),
    "keep send": lambda mine: lambda: kept.append(mine["send"]),
    "know receive weakly": lambda mine: lambda: know(mine["receive"]),
    "know send weakly": lambda mine: lambda: know(mine["send"]),
    "keep the scope": lambda mine: lambda: kept.append(mine["scope"]),
    "change the scope": lambda mine: lambda: change_the_scope(mine["scope"]),
}
"""What is done to what an ASGI application is called with."""

CONTEXT_ACTIONS = ("set a variable", "keep a token", "copy the context", "nothing")
"""What needs no task."""


def found(mine: dict[str, object]) -> list[str]:
    """What another request has left where this one, that has ``mine``, sees it."""
    task = asyncio.current_task()
    if task is not None:
        mine |= {"task": task, "coroutine": task.get_coro(), "context": current_context()}
    seen = [name for name, each in mine.items() if any(each is other for other in kept)]
    seen += [name for name, each in mine.items() if any(each is known_one() for known_one in known)]
    traces = {
        "variable": VARIABLE.get(),
        "token": any(can_reset(token) for token in tokens),
        "scope": "mark" in repr(mine.get("scope")),
    }
    if task is not None:
        traces |= {
            "name": task.get_name() in names | {"marked"},
            "attribute": hasattr(task, "mark"),
            "cancellation": task.cancelling() > 0,
        }
    return seen + [name for name, is_there in traces.items() if is_there]


def can_reset(token: contextvars.Token[bool]) -> bool:
    try:
        VARIABLE.reset(token)
    except ValueError:
        return False
    return True


def change_an_extension(scope: Message) -> str:
    """Try every way to change a dictionary on one that requests share."""
    shared = scope["extensions"]["http.response.pathsend"]
    changes: list[Callable[[], object]] = [
        lambda: shared.__setitem__("mark", True),
        lambda: shared.__delitem__("mark"),
        lambda: shared.__ior__({"mark": True}),
        shared.clear,
        lambda: shared.pop("mark", None),
        shared.popitem,
        lambda: shared.setdefault("mark", True),
        lambda: shared.update({"mark": True}),
        lambda: shared.update(mark=True),
        lambda: setattr(shared, "mark", True),
    ]
    refused = 0
    for change in changes:
        try:
            change()
        except (TypeError, AttributeError):
            refused += 1
    return f"{refused} of {len(changes)} refused"


def answer(path: str, query: str, mine: dict[str, object]) -> str:
    if path.endswith("found"):
        return repr(found(mine))
    if path.endswith("ended"):
        return str(len(ended))
    action = query.replace("+", " ")
    (ACTIONS[action] if action in ACTIONS else MESSAGE_ACTIONS[action](mine))()
    return "None"


async def app(scope: Message, receive: Receive, send: Send) -> None:
    if scope["type"] != "http":
        raise NotImplementedError
    path, query = scope["path"], scope["query_string"].decode()
    if path.startswith("/suspended"):
        await asyncio.sleep(0)
    if path == "/change-an-extension":
        text = change_an_extension(scope)
    else:
        text = answer(path, query, {"scope": scope, "receive": receive, "send": send})
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": text.encode()})


async def psgi_app(request: psgi.Request) -> psgi.Response:
    if request.path.startswith("/suspended"):
        await asyncio.sleep(0)
    return psgi.Response(
        200, [], answer(request.path, request.query.decode(), {"request": request})
    )


def plain_psgi_app(request: psgi.Request) -> psgi.Response:
    """A function, which has a context of its own and no task."""
    return psgi.Response(
        200, [], answer(request.path, request.query.decode(), {"request": request})
    )
