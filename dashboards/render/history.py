"""Alerts of the past for pictures: `python history.py URL` commits what `trends simulate` finds.

In: a store, **a copy**, whose listings are counted. Out: the alerts that the rules would have
raised day by day, and the spikes, in the store's ledger. They are told to nobody.
"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, date, datetime, timedelta

from trends.alerting.ledger import ClickHouseLedger
from trends.alerting.lifecycle import Step
from trends.alerting.rules_load import load_rules
from trends.alerting.simulate import Simulation
from trends.cli.simulate import BY_DAY
from trends.errors import TrendsError
from trends.settings import environment, load_settings
from trends.store.client import connect
from trends.store.queries import first_day, newest_day

DAY = timedelta(days=1)


def main() -> int:
    """All days of the store."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url", help="of a copy of a store: http://user@host:port/database")
    try:
        changes = write_history(parser.parse_args().url)
    except TrendsError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{changes} changes of alerts\n")
    return 0


def write_history(url: str) -> int:
    """Commits the store's history of alerts; returns how many changes that are."""
    client, reader = connect(url), connect(url)
    try:
        first, newest = first_day(client), newest_day(client)
        if first is None or newest is None:
            return 0
        rules = load_rules(load_settings().rules, environment())
        used = [name for name in BY_DAY if any(name in rule.horizons for rule in rules.rules)]
        simulation = Simulation(
            reader, rules, _midnight(first) + DAY, _midnight(newest) + DAY, used
        )
        ledger = ClickHouseLedger(client)
        changes = 0
        for one in simulation:
            step = Step(alerts=(), transitions=one.transitions, updated=())
            ledger.commit(step, lambda _: [], one.at)
            ledger.observe([("", spike) for spike in one.spikes], [], one.at)
            changes += len(one.transitions)
        return changes
    finally:
        reader.close()
        client.close()


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


if __name__ == "__main__":
    sys.exit(main())
