"""A TCP proxy before PostgreSQL that cuts a connection just where a commit passes through."""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MODES = ("before", "during", "after")
"""The server never hears of the commit; it does, and nobody waits for its answer; it has answered, and nobody hears."""

_HEADER = struct.Struct("!cI")
_READY = b"Z"


class Proxy:
    """Passes on what client and server say to each other, but for the commits it cuts.

    Args:
        server: the server's socket.
        cuts: so many, then every commit passes.
        often: how probable a cut is at each commit while there are cuts left.
    """

    def __init__(self, server: Path, *, cuts: int, often: float, seed: int) -> None:
        self.port = 0
        self.made: Counter[str] = Counter()
        self._server, self._left, self._often, self._chance = server, cuts, often, random.Random(seed)
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def is_done(self) -> bool:
        """Whether all cuts were made."""
        return self._left == 0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Listen, in a thread, while the block runs."""
        loop, ready = asyncio.new_event_loop(), threading.Event()
        thread = threading.Thread(target=lambda: loop.run_until_complete(self._listen(ready)))
        thread.start()
        try:
            assert ready.wait(10)
            yield
        finally:
            loop.call_soon_threadsafe(self._stop.set)
            thread.join(10)
            loop.close()

    async def _listen(self, ready: threading.Event) -> None:
        self._stop = asyncio.Event()
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        await self._stop.wait()
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            server, to_server = await asyncio.open_unix_connection(str(self._server))
            try:
                await self._pass_on(_Line(client, to_client, server, to_server))
            finally:
                to_server.close()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            to_client.close()
            self._tasks.discard(task)

    async def _pass_on(self, line: _Line) -> None:
        back = asyncio.create_task(line.answers())
        try:
            line.to_server.write(await line.opening())
            while True:
                message = await line.question()
                mode = self._mode() if _is_commit(message) else None
                if mode != "before":
                    line.to_server.write(message)
                    await line.to_server.drain()
                if mode is not None:
                    await line.cut(mode)
                    return
        finally:
            back.cancel()
            await asyncio.gather(back, return_exceptions=True)

    def _mode(self) -> str | None:
        if self._left == 0 or self._chance.random() >= self._often:
            return None
        self._left -= 1
        mode = self._chance.choice(MODES)
        self.made[mode] += 1
        return mode


class _Line:
    """One connection: both its ends."""

    def __init__(
        self,
        client: asyncio.StreamReader,
        to_client: asyncio.StreamWriter,
        server: asyncio.StreamReader,
        to_server: asyncio.StreamWriter,
    ) -> None:
        self.client, self.to_client, self.server, self.to_server = client, to_client, server, to_server
        self._deaf = False
        self._answered = asyncio.Event()

    async def opening(self) -> bytes:
        """The client's first message, that has no kind."""
        size = await self.client.readexactly(4)
        return size + await self.client.readexactly(int.from_bytes(size) - 4)

    async def question(self) -> bytes:
        """The client's next message."""
        header = await self.client.readexactly(_HEADER.size)
        return header + await self.client.readexactly(_HEADER.unpack(header)[1] - 4)

    async def answers(self) -> None:
        """Give the client what the server says; once it is to hear no more, only note that the server is ready."""
        while True:
            header = await self.server.readexactly(_HEADER.size)
            message = header + await self.server.readexactly(_HEADER.unpack(header)[1] - 4)
            if not self._deaf:
                self.to_client.write(message)
                await self.to_client.drain()
            elif message.startswith(_READY):
                self._answered.set()

    async def cut(self, mode: str) -> None:
        """Break the line to the client without a word; to the server as the mode says."""
        self._deaf = True
        if mode == "after":
            with suppress(TimeoutError):
                await asyncio.wait_for(self._answered.wait(), 10)
        client: socket.socket = self.to_client.get_extra_info("socket")
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.to_client.transport.abort()


def _is_commit(message: bytes) -> bool:
    """Whether it asks for a commit: as a simple query, or as a statement to be parsed."""
    return message[:1] in (b"Q", b"P") and b"COMMIT" in message[5:40].upper()
