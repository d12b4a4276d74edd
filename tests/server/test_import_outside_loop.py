"""What a module may do while it is imported: anything that needs no running event loop.

Each case is the beginning of a module, whose ``use`` is awaited by a request later.
"""

import asyncio
import importlib.util
import shlex
import sys
import textwrap

import pytest
from pyre.server.config import Config
from pyre.server.server import Server
from support.server import CommandLines, Launcher

from server.in_process import ask, start

ANSWER = """
async def app(scope, receive, send):
    if scope["type"] == "http":
        answer = str(await use()).encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": answer})
"""

CASES = {
    "asyncio.run": """
        value = asyncio.run(later())
        async def use(): return value
    """,
    "asyncio.run twice and in a thread": """
        asyncio.run(later())
        with concurrent.futures.ThreadPoolExecutor() as pool:
            value = pool.submit(lambda: asyncio.run(later())).result()
        async def use(): return value
    """,
    "asyncio.Runner": """
        with asyncio.Runner() as runner:
            value = runner.run(later())
        async def use(): return value
    """,
    "anyio.run": """
        import anyio
        value = anyio.run(later)
        async def use(): return value
    """,
    "run_until_complete": """
        value = asyncio.get_event_loop().run_until_complete(later())
        async def use(): return value
    """,
    "run_until_complete, then close": """
        loop = asyncio.get_event_loop()
        value = loop.run_until_complete(later())
        loop.close()
        async def use(): return value
    """,
    "a loop of its own": """
        loop = asyncio.new_event_loop()
        value = loop.run_until_complete(later())
        loop.close()
        async def use(): return value
    """,
    "a future": """
        future = asyncio.Future()
        async def use():
            asyncio.get_running_loop().call_soon(future.set_result, "later")
            return await future
    """,
    "create_future": """
        future = asyncio.get_event_loop().create_future()
        async def use():
            asyncio.get_running_loop().call_soon(future.set_result, "later")
            return await future
    """,
    "a task": """
        task = asyncio.get_event_loop().create_task(later())
        async def use(): return await task
    """,
    "a queue, a lock and a semaphore": """
        queue, lock, semaphore = asyncio.Queue(), asyncio.Lock(), asyncio.Semaphore()
        async def use():
            async with lock, semaphore:
                asyncio.get_running_loop().call_soon(queue.put_nowait, "later")
                return await queue.get()
    """,
    "the current loop": """
        loop = asyncio.get_event_loop()
        async def use():
            return "later" if loop is asyncio.get_running_loop() else loop
    """,
    "a context variable": """
        variable = contextvars.ContextVar("variable")
        variable.set("later")
        async def use(): return variable.get()
    """,
    "nest_asyncio": """
        import nest_asyncio
        nest_asyncio.apply()
        async def use(): return await later()
    """,
    "a loop policy": """
        class Policy(asyncio.DefaultEventLoopPolicy): ...
        asyncio.set_event_loop_policy(Policy())
        async def use(): return await later()
    """,
}

PRELUDE = """
import asyncio, concurrent.futures, contextvars
async def later():
    await asyncio.sleep(0)
    return "later"
"""

UVLOOP_CASE = """
    import uvloop
    uvloop.install()
    value = asyncio.run(later())
    async def use(): return value
"""

needs_uvloop = pytest.mark.skipif(importlib.util.find_spec("uvloop") is None, reason="needs uvloop")
LOOPS = ["asyncio", pytest.param("uvloop", marks=needs_uvloop)]


def module(case: str) -> str:
    return PRELUDE + textwrap.dedent(case) + ANSWER


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_module_may_use_a_loop_while_it_is_imported(serve: Launcher, tmp_path, case, loop):
    tmp_path.joinpath("importing.py").write_text(module(case), encoding="utf-8")
    with serve("importing:app", "--loop", loop, app_dir=tmp_path) as server:
        assert server.request("GET /").body == b"later"
        assert "Traceback" not in server.stderr


@needs_uvloop
def test_a_module_may_install_a_loop_that_is_not_served_on(serve: Launcher, tmp_path):
    tmp_path.joinpath("importing.py").write_text(module(UVLOOP_CASE), encoding="utf-8")
    with serve("importing:app", "--loop", "asyncio", app_dir=tmp_path) as server:
        assert server.request("GET /").body == b"later"
        assert "(asyncio, " in server.stderr


@needs_uvloop
@pytest.mark.parametrize(("loop", "warns"), [("asyncio", False), ("uvloop", True)])
def test_a_loop_that_nest_asyncio_can_not_patch_is_told(serve: Launcher, tmp_path, loop, warns):
    tmp_path.joinpath("importing.py").write_text(module(CASES["nest_asyncio"]), encoding="utf-8")
    with serve("importing:app", "--loop", loop, app_dir=tmp_path) as server:
        warning = "warning: nest_asyncio has no effect on uvloop: "
        assert (warning in server.stderr) == warns


FACTORY = """
def create():
    global value
    value = asyncio.run(later())
    return app
async def use(): return value
"""


def test_a_factory_may_run_a_loop(serve: Launcher, tmp_path):
    tmp_path.joinpath("importing.py").write_text(module(FACTORY), encoding="utf-8")
    with serve("importing:create", "--factory", app_dir=tmp_path) as server:
        assert server.request("GET /").body == b"later"


def test_a_factory_that_is_a_coroutine_function_is_refused_in_one_line(run_pyre, tmp_path):
    tmp_path.joinpath("main.py").write_text("async def create(): ...", encoding="utf-8")
    result = run_pyre("main:create", "--factory", PYTHONWARNINGS="default")
    assert result.returncode == 3
    assert result.stderr == (
        "pyre: the factory main:create is a coroutine function; write it with def, and open what"
        " needs a running event loop in the lifespan\n"
    )


@pytest.mark.parametrize("source", ["raise SystemExit(7)", "1 / 0", "app = None"])
def test_a_failed_import_leaves_no_loop_open(run_pyre, tmp_path, source):
    tmp_path.joinpath("main.py").write_text(source, encoding="utf-8")
    result = run_pyre("main:app", PYTHONWARNINGS="default")
    assert result.returncode == 3
    assert "ResourceWarning" not in result.stderr


PROGRAM = """
import sys
import importing, pyre
pyre.run({app}, port=int(sys.argv[1]))
"""


@pytest.mark.parametrize("app", ["'importing:app'", "importing.app"])
def test_run_serves_a_module_that_runs_a_loop(tmp_path, app):
    tmp_path.joinpath("importing.py").write_text(module(CASES["asyncio.run"]), encoding="utf-8")
    program = tmp_path / "program.py"
    program.write_text(PROGRAM.format(app=app), encoding="utf-8")
    command = f"{shlex.quote(sys.executable)} {shlex.quote(str(program))} {{port}}"
    with Launcher(CommandLines(command))("importing:app", app_dir=tmp_path) as server:
        assert server.request("GET /").body == b"later"


@pytest.fixture
def importing(tmp_path, monkeypatch):
    """Write the module ``importing``, which can be imported once."""
    monkeypatch.syspath_prepend(tmp_path)
    yield lambda case: tmp_path.joinpath("importing.py").write_text(module(case), encoding="utf-8")
    del sys.modules["importing"]


async def answer_of(server: Server) -> bytes:
    task = await start(server)
    answer = await ask(server.addresses[0])
    server.stop()
    await task
    return answer


def make_server() -> Server:
    return Server(Config("importing:app", port=0, access_log=False), handle_signals=False)


def test_a_server_may_load_its_application_before_the_loop_runs(importing):
    importing(CASES["asyncio.run"])
    server = make_server()
    server.load()
    assert asyncio.run(answer_of(server)).endswith(b"later")


def test_a_server_that_was_not_loaded_imports_in_its_running_loop(importing):
    importing("""
        loop = asyncio.get_running_loop()
        async def use(): return await later()
    """)
    assert asyncio.run(answer_of(make_server())).endswith(b"later")
