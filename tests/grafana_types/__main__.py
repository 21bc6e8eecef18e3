"""``python -m tests.grafana_types [FILES]``: what Grafana's types say of dashboards.

Exit code 1 if they complain; 0, with a word, where there is no npm, unless ``CI`` is set.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from tests.grafana_types.tsc import install, npm, type_problems

ROOT = Path(__file__).parents[2]


def main(files: list[str]) -> int:
    """Checks the files, or all dashboards."""
    npm_path = npm()
    if npm_path is None:
        print("types of dashboards are not checked: there is no npm", file=sys.stderr)
        return 1 if os.environ.get("CI", "").lower() in ("1", "true", "yes") else 0
    paths = [Path(file) for file in files] or sorted((ROOT / "dashboards").glob("*.json"))
    install(npm_path)
    problems = type_problems(
        {str(path): json.loads(path.read_text(encoding="utf-8")) for path in paths}
    )
    print("\n".join([*problems, f"{len(paths)} dashboards, {len(problems)} complaints of types"]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
