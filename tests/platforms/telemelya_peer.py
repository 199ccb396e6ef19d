"""PyPI's `telemelya`, a Telegram stand-in somebody else wrote, as a program: `python -m tests.platforms.telemelya_peer PORT`.

What it keeps its state in is replaced: Redis by fakeredis, the store for pictures by one that takes everything and gives nothing back.
"""

from __future__ import annotations

import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import uvicorn
from fakeredis import TcpFakeServer


class Shelf(BaseHTTPRequestHandler):
    """As much of S3 as a start and an upload need."""

    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        """Every bucket is there."""
        self._take()

    def do_PUT(self) -> None:
        """Every object is taken."""
        self._take()

    def _take(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the library's own name
        """Nothing is worth a line."""


def main(port: int) -> None:
    """Serve until killed."""
    redis = TcpFakeServer(("127.0.0.1", 0))
    shelf = ThreadingHTTPServer(("127.0.0.1", 0), Shelf)
    for server in (redis, shelf):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    os.environ |= {
        "REDIS_URL": f"redis://127.0.0.1:{redis.server_address[1]}/0",
        "MINIO_ENDPOINT": f"127.0.0.1:{shelf.server_address[1]}",
        "STRICT_EDIT": "true",
    }
    # By its name: it reads the environment when it is imported.
    uvicorn.run("telemelya.server.app:app", host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    main(int(sys.argv[1]))
