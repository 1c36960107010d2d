"""The least that an honest receiver does: decode what is wanted, commit with FULL, acknowledge.

No meaning, no sessions: what this reaches is what meaning is measured against.
"""

import queue
import socket
import sqlite3
import sys
import threading
from concurrent.futures import Future
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from helicone_otel.mapping import WANTED_ATTRIBUTES
from helicone_otel.model import Encoding
from helicone_otel.otlp import decode

Rows = list[tuple[str, str, str, int, int, bytes]]


class Writer:
    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        for pragma in ("page_size = 16384", "journal_mode = WAL", "synchronous = FULL"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute(
            "CREATE TABLE span (trace_id TEXT, span_id TEXT, name TEXT, start_ns INT, end_ns INT,"
            " raw BLOB, PRIMARY KEY (trace_id, span_id))"
        )
        self._waiting: queue.SimpleQueue[tuple[Rows, Future[None]]] = queue.SimpleQueue()
        threading.Thread(target=self._run, daemon=True).start()

    def write(self, rows: Rows) -> None:
        done: Future[None] = Future()
        self._waiting.put((rows, done))
        done.result()

    def _run(self) -> None:
        while True:
            group = [self._waiting.get()]
            while not self._waiting.empty():
                group.append(self._waiting.get())
            self._connection.execute("BEGIN IMMEDIATE")
            for rows, _ in group:
                self._connection.executemany("INSERT INTO span VALUES (?, ?, ?, ?, ?, ?)", rows)
            self._connection.execute("COMMIT")
            for _, done in group:
                done.set_result(None)


def application(path: Path) -> Starlette:
    writer = Writer(path)

    def store(body: bytes) -> None:
        found = decode(body, Encoding.PROTOBUF, wanted=WANTED_ATTRIBUTES, max_spans=50_000)
        writer.write(
            [(s.trace_id, s.span_id, s.name, s.start_ns, s.end_ns, s.raw) for s in found.spans]
        )

    async def receive(request: Request) -> Response:
        await run_in_threadpool(store, await request.body())
        return Response(media_type="application/x-protobuf")

    return Starlette(routes=[Route("/v1/traces", receive, methods=["POST"])])


if __name__ == "__main__":
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"helicone-otel is ready: http://127.0.0.1:{listener.getsockname()[1]} ", flush=True)
    config = uvicorn.Config(application(Path(sys.argv[1])), http="httptools", log_level="error")
    uvicorn.Server(config).run(sockets=[listener])
