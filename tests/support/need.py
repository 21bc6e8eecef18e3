"""What a test does when a server it needs cannot be had here."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def cannot_be_had(reason: str) -> NoReturn:
    """Skip the test; fail it where ``CI`` is set, because there everything has to be tested."""
    if os.environ.get("CI", "").lower() in ("1", "true", "yes"):
        pytest.fail(f"needed on CI: {reason}", pytrace=False)
    pytest.skip(reason)
