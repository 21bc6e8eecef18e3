"""One profile of Hypothesis for all tests: no deadlines, and a blob to repeat a failure."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings


def load_profile() -> None:
    """For every test that is collected from now on."""
    settings.register_profile(
        "trends",
        # How long an example takes is the machine's affair.
        deadline=None,
        print_blob=True,
        derandomize=False,
        max_examples=int(os.environ.get("PROPERTY_EXAMPLES", "100")),
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.load_profile("trends")
