"""The same site as ``starlette_site.py``, written with Django, its settings included."""

import asyncio
import hashlib
import json
import threading
import warnings
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import django
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import path
from django.utils.decorators import async_only_middleware
from django.views.decorators.http import require_POST
from django.views.static import serve
from payload import blocks

STATIC = Path(__file__).parent / "static"

PIECE = 65_536

settings.configure(
    ALLOWED_HOSTS=["*"],
    INSTALLED_APPS=["django.contrib.sessions"],
    LOGGING={
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"stderr": {"class": "logging.StreamHandler"}},
        "loggers": {"django": {"handlers": ["stderr"]}},
    },
    MIDDLEWARE=[
        "django_site.add_site_header",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
    ],
    ROOT_URLCONF=__name__,
    SECRET_KEY="secret of the test",
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
)
django.setup()

# Django leaves the request's body open when the response fails.
warnings.filterwarnings("ignore", "unclosed file", ResourceWarning)

gates: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
"""What views wait for until another request opens it."""

begun: list[str] = []
"""The views that wait."""

finished: list[str] = []
"""What background tasks and interrupted views have done."""

tasks: set[asyncio.Task[None]] = set()


@async_only_middleware
def add_site_header(
    get_response: Callable[[HttpRequest], Awaitable[HttpResponse]],
) -> Callable[[HttpRequest], Awaitable[HttpResponse]]:
    async def middleware(request: HttpRequest) -> HttpResponse:
        response = await get_response(request)
        response["X-Site"] = "django"
        return response

    return middleware


async def hello(request: HttpRequest, name: str) -> HttpResponse:
    return JsonResponse({"hello": name, "query": request.GET.dict()})


@require_POST
def echo(request: HttpRequest) -> HttpResponse:
    """Not a coroutine function: Django runs it in a thread."""
    return JsonResponse(json.loads(request.body), safe=False)


async def upload(request: HttpRequest) -> HttpResponse:
    digest, size = hashlib.sha256(), 0
    while piece := request.read(PIECE):
        digest.update(piece)
        size += len(piece)
    return JsonResponse({"size": size, "digest": digest.hexdigest()})


async def download(_request: HttpRequest, size: int) -> StreamingHttpResponse:
    async def pieces() -> AsyncIterator[bytes]:
        for block in blocks(size):
            yield block

    return StreamingHttpResponse(pieces())


@require_POST
def form(request: HttpRequest) -> HttpResponse:
    file, digest = request.FILES["file"], hashlib.sha256()
    for piece in file.chunks():
        digest.update(piece)
    return JsonResponse(
        {
            "name": file.name,
            "size": file.size,
            "digest": digest.hexdigest(),
            "note": request.POST["note"],
        }
    )


async def note(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"note": request.POST["note"]})


async def numbers(_request: HttpRequest, count: int) -> StreamingHttpResponse:
    async def lines() -> AsyncIterator[str]:
        for number in range(count):
            yield f"{number}\n"

    return StreamingHttpResponse(lines())


async def held(_request: HttpRequest, gate: str) -> StreamingHttpResponse:
    async def pieces() -> AsyncIterator[str]:
        yield "held"
        await gates[gate].wait()
        yield "released"

    return StreamingHttpResponse(pieces())


async def open_gate(_request: HttpRequest, gate: str) -> HttpResponse:
    gates[gate].set()
    return HttpResponse(status=204)


async def endless(_request: HttpRequest, tag: str) -> StreamingHttpResponse:
    async def pieces() -> AsyncIterator[str]:
        try:
            while True:
                yield "tick\n"
                await asyncio.sleep(0.01)
        finally:
            finished.append(tag)

    return StreamingHttpResponse(pieces())


async def idle(_request: HttpRequest, tag: str) -> StreamingHttpResponse:
    async def pieces() -> AsyncIterator[str]:
        try:
            await asyncio.Event().wait()
            yield "tick\n"
        finally:
            finished.append(tag)

    return StreamingHttpResponse(pieces())


async def wait(_request: HttpRequest, tag: str) -> HttpResponse:
    """Wait for what never comes, until Django cancels the view."""
    begun.append(tag)
    try:
        await asyncio.Event().wait()
    finally:
        finished.append(tag)
    return HttpResponse()


async def headers(request: HttpRequest) -> HttpResponse:
    """Django joins repeated field lines."""
    return JsonResponse(request.headers["X-Tag"].split(","), safe=False)


async def cookie(request: HttpRequest) -> HttpResponse:
    response = JsonResponse(request.COOKIES)
    response.set_cookie("visited", "yes")
    return response


async def visits(request: HttpRequest) -> HttpResponse:
    count = await request.session.aget("visits", 0) + 1
    await request.session.aset("visits", count)
    return JsonResponse(count, safe=False)


async def in_background(_request: HttpRequest, tag: str) -> HttpResponse:
    task = asyncio.create_task(work(tag))
    tasks.add(task)
    task.add_done_callback(tasks.discard)
    return HttpResponse("later")


async def work(tag: str) -> None:
    await gates[tag].wait()
    finished.append(tag)


async def list_begun(_request: HttpRequest) -> HttpResponse:
    return JsonResponse(begun, safe=False)


async def list_finished(_request: HttpRequest) -> HttpResponse:
    return JsonResponse(finished, safe=False)


async def broken(_request: HttpRequest) -> HttpResponse:
    raise RuntimeError("broken on purpose")


def broken_in_thread(_request: HttpRequest) -> HttpResponse:
    raise RuntimeError("broken in a thread")


async def broken_midway(_request: HttpRequest) -> StreamingHttpResponse:
    async def pieces() -> AsyncIterator[str]:
        yield "begun"
        raise RuntimeError("broken midway")

    return StreamingHttpResponse(pieces())


async def thread_of_coroutine(_request: HttpRequest) -> HttpResponse:
    return JsonResponse({"is_main": threading.current_thread() is threading.main_thread()})


def thread_of_function(_request: HttpRequest) -> HttpResponse:
    return JsonResponse({"is_main": threading.current_thread() is threading.main_thread()})


urlpatterns = [
    path("hello/<str:name>", hello),
    path("echo", echo),
    path("upload", upload),
    path("download/<int:size>", download),
    path("form", form),
    path("note", note),
    path("numbers/<int:count>", numbers),
    path("held/<str:gate>", held),
    path("gates/<str:gate>", open_gate),
    path("endless/<str:tag>", endless),
    path("idle/<str:tag>", idle),
    path("wait/<str:tag>", wait),
    path("headers", headers),
    path("cookie", cookie),
    path("visits", visits),
    path("in-background/<str:tag>", in_background),
    path("begun", list_begun),
    path("finished", list_finished),
    path("broken", broken),
    path("broken-in-thread", broken_in_thread),
    path("broken-midway", broken_midway),
    path("thread-of-coroutine", thread_of_coroutine),
    path("thread-of-function", thread_of_function),
    path("static/<path:path>", serve, {"document_root": STATIC}),
]

app = get_asgi_application()
