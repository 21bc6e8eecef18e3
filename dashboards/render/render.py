"""Draws the dashboards as pictures, from a store's data: `python render.py URL [NAME ...]`.

In: the store's address, and the built page. Out: PNG files in docs/images, and what could not be
drawn on stderr; exit code 1 if there was any.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from browser import find_browser, shoot
from layout import height_of
from picture import View, empty_panels, picture_of
from views import views

from trends.errors import TrendsError
from trends.grafana.contract import Columns, Rows
from trends.store.client import connect, translated

HERE: Final = Path(__file__).parent
IMAGES: Final = HERE.parents[1] / "docs" / "images"
MAX_BYTES: Final = 150_000


def main() -> int:
    """Every view, or those named."""
    given = _parser().parse_args()
    wanted = [
        view
        for view in views(_utc(given.end), given.alert)
        if not given.names or view.file in given.names
    ]
    images: Path = given.out
    images.mkdir(parents=True, exist_ok=True)
    problems: list[str] = []
    try:
        browser = find_browser()
        client = connect(given.url)
        try:
            for view in wanted:
                problems += _draw(view, client, browser, images, given.dashboards)
        finally:
            client.close()
    except TrendsError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
    return 1 if problems else 0


def _draw(view: View, client: Any, browser: str, images: Path, dashboards: Path) -> list[str]:
    slowest = (0.0, "")

    def run(sql: str) -> tuple[Columns, Rows]:
        nonlocal slowest
        started = time.perf_counter()
        with translated():
            result = client.query(sql)
        slowest = max(slowest, (time.perf_counter() - started, sql))
        types = [type_.name for type_ in result.column_types]
        return list(zip(result.column_names, types, strict=True)), result.result_rows

    dashboard = json.loads((dashboards / f"{view.dashboard}.json").read_text(encoding="utf-8"))
    picture, problems = picture_of(dashboard, view, run)
    target = images / f"{view.file}.png"
    size = (view.width, height_of([each["panel"] for each in picture["panels"]]))
    told = shoot(browser, HERE / "build", picture, size, target)
    _shrink(target)
    sys.stdout.write(
        f"{target.name}: {size[0]} x {size[1]}, {target.stat().st_size / 1000:.0f} kB, "
        f"slowest query {1_000 * slowest[0]:.0f} ms\n"
    )
    problems = [f"{view.file}: {problem}" for problem in [*problems, *told]]
    problems += [f"{view.file}: {title}: no rows" for title in empty_panels(picture)]
    if target.stat().st_size > MAX_BYTES:
        problems.append(f"{view.file}: larger than {MAX_BYTES // 1_000} kB")
    return problems


def _shrink(target: Path) -> None:
    """Fewer colours, where pngquant is there to choose them."""
    tool = shutil.which("pngquant")
    if tool:
        subprocess.run(
            [
                tool,
                "--force",
                "--skip-if-larger",
                "--strip",
                "--speed=1",
                "--quality=60-95",
                f"--output={target}",
                "128",
                str(target),
            ],
            check=False,
        )


def _utc(at: datetime | None) -> datetime:
    return datetime.now(UTC) if at is None else at.replace(tzinfo=at.tzinfo or UTC)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url", help="of the store: http://user@host:port/database")
    parser.add_argument("names", nargs="*", help="of pictures; all of them by default")
    parser.add_argument("--end", type=datetime.fromisoformat, help="end of the range (now)")
    parser.add_argument("--alert", default="", help="id of the alert that is shown closely")
    parser.add_argument("--out", type=Path, default=IMAGES, help="folder for the pictures")
    parser.add_argument("--dashboards", type=Path, default=HERE.parent, help="folder of the JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main())
