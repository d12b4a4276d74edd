"""A server in an event loop of its own: what ``pyre.run`` and the command do."""

import asyncio
import contextlib
import functools
import inspect
import sys
from collections.abc import Callable
from typing import ParamSpec

from pyre.server.config import Config
from pyre.server.ending import exit_status
from pyre.server.errors import UsageError, report
from pyre.server.importer import is_importing, prepend_to_path
from pyre.server.loops import current_loop, loop_factory
from pyre.server.own_tasks import as_own_task
from pyre.server.process import ServingProcess

_P = ParamSpec("_P")


def serve(config: Config) -> int:
    """Serve until the server is stopped, and return the exit status of the process.

    0 after a clean stop, 1 after a crash, 2 when ``config`` asks for what can't be had, 3 when the
    application fails to import or start; what failed is then explained on standard error. The
    process must exit with it, and is ended when that takes longer than the time for the stop.
    """
    process = ServingProcess(config)
    process.__enter__()  # and never left: signals are handled to the very end
    status = _serve(process)
    process.begin_exit()
    return status


def _serve(process: ServingProcess) -> int:
    config, status = process.server.config, 0
    try:
        prepend_to_path(config.app_dir)
        with current_loop(loop_factory(config.loop)) as factory:
            process.load()
            with process.runner(factory) as runner:
                runner.run(as_own_task(process.serve()))
    except (Exception, KeyboardInterrupt) as failure:  # noqa: BLE001 - the outermost frame
        status = report(failure)
    except SystemExit as wish:
        process.expect_exit(exit_status(wish))
        raise
    process.expect_exit(status)
    return status


def _with_arguments_of(
    constructor: Callable[_P, Config],
) -> Callable[[Callable[[Config], None]], Callable[_P, None]]:
    """Let a function of a ``Config`` be called with the arguments that make one."""

    def decorate(function: Callable[[Config], None]) -> Callable[_P, None]:
        def call(*arguments: _P.args, **options: _P.kwargs) -> None:
            function(constructor(*arguments, **options))

        functools.update_wrapper(call, function)
        vars(call)["__signature__"] = inspect.signature(constructor)
        return call

    return decorate


@_with_arguments_of(Config)
def run(config: Config) -> None:
    """Serve an application until SIGINT or SIGTERM; the arguments are those of ``Config``.

        pyre.run("main:app", host="0.0.0.0", port=80)

    Returns after a clean stop. When tasks of the application still run at the end of the time for
    the stop, the process is ended instead, with status 0; so it is where only threads that the
    application has left running hold up its exit. Raises ``ConfigError`` for
    an argument that is out of range, and ``UsageError`` where an event loop runs already, as in a
    notebook: write ``await pyre.Server(pyre.Config("main:app")).serve()`` there. What else goes
    wrong it explains on standard error, as the command does, and raises ``SystemExit``: status 2
    when an address or a file can't be used, 3 when the application fails to import or start, 1
    after a crash.
    """
    _check_caller()
    with ServingProcess(config) as process:
        status = _serve(process)
    if status:
        sys.exit(status)


def _check_caller() -> None:
    if is_importing():
        raise UsageError(
            "pyre.run was called while the application was imported; put the call below"
            " if __name__ == '__main__':"
        )
    with contextlib.suppress(RuntimeError):
        asyncio.get_running_loop()
        raise UsageError(
            "pyre.run starts an event loop, and one runs here already, as in a notebook or an async"
            " function; write: await pyre.Server(pyre.Config(...)).serve()"
        )
