"""A server inside a program that has an event loop of its own: ``python examples/embedded.py``.

The program serves on a port that the system chooses, asks itself one question, and ends.
"""

import asyncio

import pyre
from hello import app


async def main() -> None:
    """Serve, ask, stop."""
    server = pyre.Server(pyre.Config(app, port=0, access_log=False))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(server.serve())
        await server.started.wait()
        print(await ask(*server.addresses[0]))
        server.stop()


async def ask(host: str, port: int) -> str:
    """Return what the server answers to GET /."""
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    answer = await reader.read()
    writer.close()
    return answer.decode()


if __name__ == "__main__":
    asyncio.run(main())
