"""A page served to Chromium, and its picture taken.

In: the built page and its data. Out: a PNG, and what the page says it could not draw.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from trends.errors import ConfigError, Fatal

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "chrome")
DRAWING_MS: Final = 15_000
TIMEOUT_S: Final = 120.0
_TYPES: Final = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
# Grafana's icons are not in its packages; these stand in for those that panels show.
_ICON: Final = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">{}</svg>'
_ICONS: Final = {
    "info-circle": '<path d="M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm0 2a8 8 0 1 1 0 16 8 8 0 0 1 '
    '0-16zm-1 3h2v2h-2zm0 4h2v6h-2z"/>',
    "arrow-down": '<path d="M11 4h2v12l5-5 1.4 1.4L12 20l-7.4-7.6L6 11l5 5z"/>',
    "arrow-up": '<path d="M13 20h-2V8l-5 5-1.4-1.4L12 4l7.4 7.6L18 13l-5-5z"/>',
    "angle-down": '<path d="M12 16 5 9l1.4-1.4 5.6 5.6 5.6-5.6L19 9z"/>',
}


def find_browser() -> str:
    """Path of a Chromium.

    Raises:
        ConfigError: if there is none.
    """
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        raise ConfigError("no Chromium here; install Debian's package chromium or the like")
    return found


def shoot(
    browser: str, page: Path, picture: Mapping[str, Any], size: tuple[int, int], target: Path
) -> list[str]:
    """Draws ``picture`` into ``target``; returns what the page could not draw.

    Raises:
        Fatal: if the browser fails, or the page never ends.
    """
    told: list[str] = []
    ended = threading.Event()
    with (
        _serving(page, json.dumps(picture).encode(), told, ended) as url,
        TemporaryDirectory() as profile,
    ):
        command = [
            browser,
            "--headless=new",
            "--no-sandbox",
            "--hide-scrollbars",
            "--disable-gpu",
            "--force-device-scale-factor=1",
            "--lang=en-US",
            f"--user-data-dir={profile}",
            f"--window-size={size[0]},{size[1]}",
            f"--virtual-time-budget={DRAWING_MS}",
            f"--screenshot={target}",
            url,
        ]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise Fatal(f"{browser} took more than {TIMEOUT_S:.0f} s") from error
    if done.returncode != 0 or not target.exists():
        raise Fatal(f"{browser} took no picture: {done.stderr.strip()[-500:]}")
    if not ended.is_set():
        raise Fatal("the page did not end; open it in a browser and look at the console")
    return told


@contextmanager
def _serving(page: Path, picture: bytes, told: list[str], ended: threading.Event) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.strip("/") or "index.html"
            file = page / name
            if name == "picture.json":
                self._answer(200, "application/json", picture)
            elif name.endswith(".svg"):
                shape = _ICONS.get(Path(name).stem, "")
                self._answer(200, "image/svg+xml", _ICON.format(shape).encode())
            elif file.parent == page and file.is_file():
                self._answer(200, _TYPES.get(file.suffix, "text/plain"), file.read_bytes())
            else:
                self._answer(404, "text/plain", b"")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            told.extend(json.loads(body))
            ended.set()
            self._answer(204, "text/plain", b"")

        def _answer(self, status: int, type_: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", type_)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - theirs
            """Nothing: the page itself tells."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
