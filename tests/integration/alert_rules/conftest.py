"""One store for all tests of alert rules; each finds it empty."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.observed import Observed


@pytest.fixture(scope="package")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Observed]:
    # Kafka's client warns while it is loaded, which pytest forgives tests, but not this file.
    from tests.support.observed import observed_store

    with observed_store(tmp_path_factory.mktemp("rules")) as store:
        yield store


@pytest.fixture
def store(whole: Observed) -> Observed:
    whole.clear()
    return whole
