"""One value holds all that a service shows, and nothing is shared between two."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from trends import __version__
from trends.clock import ManualClock
from trends.errors import Unavailable
from trends.metrics.vitals import KAFKA, PARTITIONS, STORE, Vitals

START = datetime(2025, 3, 1, tzinfo=UTC)


def vitals_of(service: str = "processor") -> Vitals:
    return Vitals(service, ManualClock(START), (KAFKA, STORE, PARTITIONS))


def test_it_says_which_service_it_is() -> None:
    labels = {"service": "processor", "version": __version__}
    assert vitals_of().registry.get_sample_value("trends_build_info", labels) == 1


def test_two_services_in_one_process_share_nothing() -> None:
    one, other = vitals_of("one"), vitals_of("other")
    one.away(STORE, Unavailable("gone"))
    label = {"dependency": STORE}
    assert one.registry.get_sample_value("trends_retries_total", label) == 1
    assert other.registry.get_sample_value("trends_retries_total", label) == 0


def test_conditions_are_shown_as_they_are_at_the_scrape() -> None:
    vitals = vitals_of()

    def ready(condition: str) -> float | None:
        return vitals.registry.get_sample_value("trends_ready", {"condition": condition})

    assert [ready(each) for each in (KAFKA, STORE, PARTITIONS)] == [0, 0, 0]
    vitals.readiness.meet(PARTITIONS)
    assert [ready(each) for each in (KAFKA, STORE, PARTITIONS)] == [0, 0, 1]


def test_asking_notes_whether_the_server_answers() -> None:
    vitals = vitals_of()
    with vitals.asking(STORE):
        pass
    assert STORE not in vitals.readiness.missing
    with pytest.raises(Unavailable), vitals.asking(STORE):
        raise Unavailable("gone")
    assert vitals.readiness.missing[STORE] == "gone"


def test_an_error_that_is_no_absence_says_nothing_of_the_server() -> None:
    vitals = vitals_of()
    vitals.answered(STORE)
    with pytest.raises(ValueError, match="mine"), vitals.asking(STORE):
        raise ValueError("mine")
    assert STORE not in vitals.readiness.missing
