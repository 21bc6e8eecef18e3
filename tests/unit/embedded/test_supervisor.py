from __future__ import annotations

import pytest

from tests.unit.embedded.fakes import World, state_of, status_of
from trends.embedded.process import ProcessState
from trends.errors import ConfigError, Unavailable


def test_a_process_starts_only_when_what_it_needs_is_ready(world: World) -> None:
    world.not_ready = {"broker"}
    supervisor = world.supervisor(
        world.spec("processor", depends_on=("broker", "clickhouse")),
        world.spec("broker"),
        world.spec("clickhouse"),
    )

    def broker_becomes_ready_after_a_second() -> None:
        assert "processor launched" not in world.events or not world.not_ready
        if world.clock.monotonic_s() > 1:
            world.not_ready.clear()

    world.after_pause = broker_becomes_ready_after_a_second
    assert supervisor.start()
    assert world.happened() == ["broker launched", "clickhouse launched", "processor launched"]
    assert world.clock.monotonic_s() > 1
    assert {status.state for status in supervisor.status()} == {ProcessState.RUNNING}


def test_a_start_that_fails_stops_what_it_started_and_shows_the_log(world: World) -> None:
    supervisor = world.supervisor(
        world.spec("broker"), world.spec("processor", depends_on=("broker",))
    )
    world.exits_at_once = {"processor": 1}
    (world.folder / "processor.log").write_text("line one\nno such topic\n")
    with pytest.raises(Unavailable, match=r"(?s)processor.*exit code 1.*no such topic"):
        supervisor.start()
    assert world.happened()[-2:] == ["broker SIGTERM", "broker gone"]
    assert state_of(supervisor, "broker") is ProcessState.STOPPED


@pytest.mark.parametrize("code", [2, 3, 127])
def test_a_start_that_no_retry_can_mend_is_a_configuration_error(world: World, code: int) -> None:
    supervisor = world.supervisor(world.spec("processor"))
    world.exits_at_once = {"processor": code}
    with pytest.raises(ConfigError, match=f"exit code {code}"):
        supervisor.start()


def test_a_process_that_never_gets_ready_is_killed_and_named(world: World) -> None:
    supervisor = world.supervisor(world.spec("broker", ready_timeout_s=5))
    world.not_ready = {"broker"}
    with pytest.raises(Unavailable, match="broker did not start: not ready within 5 s"):
        supervisor.start()
    assert "broker SIGKILL" in world.happened()


def test_a_stop_requested_during_the_start_stops_everything(world: World) -> None:
    supervisor = world.supervisor(world.spec("broker"))
    world.not_ready = {"broker"}
    world.after_pause = lambda: supervisor.request_stop() if not supervisor.stop_requested else None
    assert supervisor.start() is False
    assert world.happened() == ["broker launched", "broker SIGTERM", "broker gone"]


def test_stop_ends_each_process_after_those_that_need_it(world: World) -> None:
    supervisor = world.supervisor(
        world.spec("broker"),
        world.spec("processor", depends_on=("broker",)),
        world.spec("web", depends_on=("processor",)),
    )
    supervisor.start()
    world.happened()
    supervisor.stop()
    assert world.happened() == [
        f"{name} {event}"
        for name in ("web", "processor", "broker")
        for event in ("SIGTERM", "gone")
    ]
    assert {status.state for status in supervisor.status()} == {ProcessState.STOPPED}
    assert {status.pid for status in supervisor.status()} == {None}


def test_a_process_that_ignores_the_stop_signal_is_killed_after_its_time(world: World) -> None:
    supervisor = world.supervisor(world.spec("broker", stop_timeout_s=7))
    supervisor.start()
    world.ignores_signals = {"broker"}
    began_s = world.clock.monotonic_s()
    supervisor.stop()
    assert world.happened()[-3:] == ["broker SIGTERM", "broker SIGKILL", "broker gone"]
    assert world.clock.monotonic_s() - began_s == pytest.approx(7, abs=0.1)


def test_the_second_request_to_stop_does_not_wait(world: World) -> None:
    supervisor = world.supervisor(world.spec("broker", stop_timeout_s=1000))
    supervisor.start()
    world.ignores_signals = {"broker"}
    supervisor.request_stop()
    world.after_pause = supervisor.request_stop
    supervisor.run()
    assert "broker SIGKILL" in world.happened()
    assert world.clock.monotonic_s() < 1


def test_run_keeps_going_until_the_stop(world: World) -> None:
    supervisor = world.supervisor(world.spec("broker"))
    supervisor.start()
    world.after_pause = lambda: supervisor.request_stop() if world.clock.monotonic_s() > 5 else None
    supervisor.run()
    assert world.clock.monotonic_s() > 5
    assert state_of(supervisor, "broker") is ProcessState.STOPPED


def test_every_change_is_told_once(world: World) -> None:
    supervisor = world.supervisor(world.spec("broker"))
    supervisor.start()
    world.tick_for(supervisor, 3)
    supervisor.stop()
    states = [statuses[0].state for statuses in world.recorded]
    assert states == [ProcessState.STARTING, ProcessState.RUNNING, ProcessState.STOPPED]


def test_a_record_that_cannot_be_written_stops_nothing(world: World) -> None:
    def full_disk(_: object) -> None:
        raise Unavailable("disk full")

    supervisor = world.supervisor(world.spec("broker"))
    supervisor._on_change = full_disk
    assert supervisor.start()
    assert status_of(supervisor, "broker").pid is not None


@pytest.mark.parametrize(
    ("needs", "message"),
    [
        ({"broker": ("web",), "web": ("broker",)}, "need each other"),
        ({"broker": ("nowhere",)}, "needs nowhere"),
    ],
)
def test_needs_that_cannot_be_met_are_refused(
    world: World, needs: dict[str, tuple[str, ...]], message: str
) -> None:
    specs = [world.spec(name, depends_on=wanted) for name, wanted in needs.items()]
    with pytest.raises(ConfigError, match=message):
        world.supervisor(*specs)


def test_two_processes_with_one_name_are_refused(world: World) -> None:
    with pytest.raises(ConfigError, match="share a name: web"):
        world.supervisor(world.spec("web"), world.spec("web"))
