"""The database's door to the network: the embedded server listens on a Unix socket only."""

from __future__ import annotations

import asyncio
import socket
import threading
from pathlib import Path

from engine.store.store import KEEPALIVE, SILENT_MS

PORT = 5432


def open_door(host: str, folder: Path) -> None:
    """Relay every connection to `host` to the server in `folder`, in a thread of its own, until this process ends."""
    opened = threading.Event()
    threading.Thread(target=lambda: asyncio.run(_serve(host, folder, opened)), daemon=True).start()
    if not opened.wait(10):
        raise RuntimeError(f"nothing can listen on {host}:{PORT}")


async def _serve(host: str, folder: Path, opened: threading.Event) -> None:
    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _notice_silence(writer.get_extra_info("socket"))
        try:
            inner_reader, inner_writer = await asyncio.open_unix_connection(str(folder / f".s.PGSQL.{PORT}"))
        except OSError:
            writer.close()
            return
        await asyncio.gather(_pour(reader, inner_writer), _pour(inner_reader, writer))

    server = await asyncio.start_server(relay, host, PORT)
    opened.set()
    async with server:
        await server.serve_forever()


def _notice_silence(line: socket.socket) -> None:
    """What the application asks of a server it reaches by TCP (`engine.store.store.KEEPALIVE`); over a Unix socket,
    behind this door, the server cannot do it."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, name in (
        (socket.TCP_KEEPIDLE, "keepalives_idle"),
        (socket.TCP_KEEPINTVL, "keepalives_interval"),
        (socket.TCP_KEEPCNT, "keepalives_count"),
    ):
        line.setsockopt(socket.IPPROTO_TCP, option, KEEPALIVE[name])
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENT_MS)


async def _pour(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    try:
        while chunk := await source.read(65536):
            target.write(chunk)
            await target.drain()
    except OSError:
        pass
    finally:
        target.close()
