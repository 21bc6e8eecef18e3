"""`trends kafka-topics`: the topics in Kafka as they should be, as they are, and made so."""

from __future__ import annotations

from typing import Annotated, Final

import typer
from kafka.admin import KafkaAdminClient

from trends.cli.errors import EXIT_WRONG, reported
from trends.cli.options import DataDir, OutputFormat
from trends.cli.output import Format, out, plain, print_json, say
from trends.cli.stack import broker_access
from trends.clock import SystemClock
from trends.settings import load_settings
from trends.wire.topic_spec import Difference, TopicSpec, TopicState, differences, topic_specs
from trends.wire.topic_state import change, topic_state
from trends.wire.topics import admin, new_topic, translated

MISSING = "not there"
UNTOLD = "not told"
CLOCK: Final = SystemClock()
LOOKS: Final = 20
LOOK_EVERY_S: Final = 0.25


@reported
def kafka_topics_command(
    apply: Annotated[
        bool,
        typer.Option(
            "--apply", help="Make them so: create, change configurations, add partitions."
        ),
    ] = False,
    data_dir: DataDir = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Compare the topics of listings, dead letters and spikes with what settings want.

    Shows partitions, replicas and configurations, wanted and real. Nothing is changed without
    --apply, and nothing is ever taken away. Exit code 1 when something is otherwise than wanted.
    """
    settings = load_settings(data_dir=data_dir)
    rows: list[dict[str, object]] = []
    left: list[Difference] = []
    with admin(broker_access(settings)) as client:
        for spec in topic_specs(settings):
            with translated():
                state = topic_state(client, spec.name)
                if apply and _left(spec, state):
                    state = _made_so(client, spec, state)
            rows += _rows(spec, state)
            left += _left(spec, state)
    if output is Format.JSON:
        print_json({"as_wanted": not left, "topics": rows})
    else:
        _print(rows)
        for each in left:
            say(f"{each}" + (f": {each.obstacle}" if each.obstacle else ""))
        if any(not each.obstacle for each in left) and not apply:
            say("`trends kafka-topics --apply` makes it so")
    if left:
        raise typer.Exit(EXIT_WRONG)


def _made_so(
    client: KafkaAdminClient, spec: TopicSpec, state: TopicState | None
) -> TopicState | None:
    """The state after changing what can be; brokers take a moment to see it themselves."""
    if state is None:
        client.create_topics([new_topic(spec)])
    else:
        change(client, spec, differences(spec, state))
    for _ in range(LOOKS):
        state = topic_state(client, spec.name)
        if all(each.obstacle for each in _left(spec, state)):
            break
        CLOCK.sleep(LOOK_EVERY_S)
    return state


def _rows(spec: TopicSpec, state: TopicState | None) -> list[dict[str, object]]:
    found = {} if state is None else {each.what: each for each in differences(spec, state)}
    wanted = {
        "partitions": str(spec.partitions),
        "replicas": str(spec.replicas),
        **spec.configs,
    }
    rows: list[dict[str, object]] = []
    for what, value in wanted.items():
        difference = found.get(what)
        rows.append(
            {
                "topic": spec.name,
                "what": what,
                "wanted": value,
                "real": _real(state, what),
                "as_wanted": state is not None and difference is None,
                "obstacle": difference.obstacle or None if difference else None,
            }
        )
    return rows


def _real(state: TopicState | None, what: str) -> str | None:
    """None where there is no topic, or the broker does not tell."""
    if state is None:
        return None
    if what == "partitions":
        return str(state.partitions)
    if what == "replicas":
        return str(state.replicas)
    return None if state.configs is None else state.configs.get(what)


def _left(spec: TopicSpec, state: TopicState | None) -> list[Difference]:
    if state is None:
        return [Difference(spec.name, "topic", "there", MISSING)]
    return differences(spec, state)


def _print(rows: list[dict[str, object]]) -> None:
    topic = None
    for row in rows:
        if row["topic"] != topic:
            topic = row["topic"]
            out.print(plain(str(topic)), style="bold", markup=False)
        real = row["real"] or UNTOLD
        mark = "  " if row["as_wanted"] else "! "
        text = f"{mark}{row['what']}: {row['wanted']}"
        out.print(text if row["as_wanted"] else f"{text} (real: {real})", markup=False)
    if any(row["real"] is None and row["as_wanted"] for row in rows):
        say("the broker does not tell all configurations; what it does not tell is taken as wanted")
