"""One profile: as many examples as fit in a minute, and a blob to repeat a failure from a log."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "trends",
    deadline=None,
    print_blob=True,
    derandomize=False,
    max_examples=int(os.environ.get("PROPERTY_EXAMPLES", "100")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("trends")
