"""``python -m tests.deploy``: every overlay of deploy/kubernetes, rendered and validated.

Exit code 1 if one cannot be rendered, or a schema complains.
"""

from __future__ import annotations

import sys

from tests.deploy.files import OVERLAYS, rendered
from tests.deploy.manifests import problems


def main() -> int:
    """Checks all overlays."""
    try:
        found = [problem for overlay in OVERLAYS for problem in problems(overlay)]
    except AssertionError as error:  # what a tool says
        print(error)
        return 1
    objects = sum(len(rendered(overlay)) for overlay in OVERLAYS)
    print("\n".join([*found, f"{len(OVERLAYS)} overlays, {objects} objects, {len(found)} wrong"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
