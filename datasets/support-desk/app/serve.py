"""The sample app behind an address, as a real one would be: `python app/serve.py --port 8765`.

    POST /answer  {"question": "…", "top_k": 3, "stream": true}

answers with an event stream, or with one JSON object where `stream` is false.
"""

import argparse
import contextlib
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.desk import reply

MAX_REQUEST = 1_000_000
"""Bytes."""


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:  # the name that http.server looks for
        if self.path != "/answer":
            self._send_json(404, {"error": f"There is nothing at {self.path}; ask /answer."})
            return
        try:
            size = min(int(self.headers.get("Content-Length", 0)), MAX_REQUEST)
            asked = json.loads(self.rfile.read(size))
            question, top_k, stream = (
                str(asked["question"]),
                int(asked.get("top_k", 1)),
                bool(asked.get("stream", True)),
            )
            if not 1 <= top_k <= 10:
                raise ValueError("top_k is a number from 1 to 10")
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            self._send_json(400, {"error": f"That is no request: {problem}."})
            return
        pieces = [piece if isinstance(piece, dict) else {"text": piece} for piece in reply(question, top_k)]
        if stream:
            self._send_events(pieces)
        else:
            self._send_json(200, _together(pieces))

    def _send_events(self, pieces: list[dict[str, Any]]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Connection", "close")
        self.end_headers()
        for piece in pieces:
            self.wfile.write(f"data: {json.dumps(piece)}\n\n".encode())
            self.wfile.flush()
        self.wfile.write(b"data: [DONE]\n\n")

    def _send_json(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as http.server names it
        """Quiet: one line an answer helps nobody."""


def _together(pieces: list[dict[str, Any]]) -> dict[str, Any]:
    whole: dict[str, Any] = {}
    for piece in pieces:
        whole |= piece
    return whole | {"text": "".join(piece.get("text", "") for piece in pieces)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=8765, help="0 takes a free one")
    with ThreadingHTTPServer(("127.0.0.1", parser.parse_args().port), Handler) as server:
        sys.stdout.write(f"http://127.0.0.1:{server.server_port}/answer (ctrl+c ends it)\n")
        sys.stdout.flush()
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()


if __name__ == "__main__":
    main()
