"""Tracebacks that begin where the application's code begins."""

from types import TracebackType

# Both spellings: importlib renames its frozen halves only once it has itself been imported.
_IMPORT_SYSTEM = ("importlib", "_frozen_importlib", "_frozen_importlib_external")
# What ``asynccontextmanager`` puts before the application's lifespan.
_ON_THE_WAY = (*_IMPORT_SYSTEM, "contextlib")


def application_traceback(exception: BaseException) -> TracebackType | None:
    """The exception's traceback without the frames that led from the server to the application.

    ``None`` when no frame is left: the exception was raised on the way there.
    """
    traceback = exception.__traceback__
    while traceback is not None and _leads_to_application(traceback):
        traceback = traceback.tb_next
    return traceback


def _leads_to_application(traceback: TracebackType) -> bool:
    module = str(traceback.tb_frame.f_globals.get("__name__", ""))
    return module.startswith("pyre.server.") or module.partition(".")[0] in _ON_THE_WAY
