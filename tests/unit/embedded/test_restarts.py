from __future__ import annotations

import itertools

import pytest

from tests.unit.embedded.fakes import World, state_of, status_of
from trends.embedded.process import ProcessState, RestartPolicy
from trends.errors import ConfigError, Unavailable

CALM = RestartPolicy(delay_s=1, delay_max_s=4, crashes_max=1000)


def test_a_process_that_crashes_is_started_again(world: World) -> None:
    supervisor = world.supervisor(world.spec("processor"))
    supervisor.start()
    first_pid = status_of(supervisor, "processor").pid
    world.children["processor"].code = -9
    world.tick_for(supervisor, 1)
    status = status_of(supervisor, "processor")
    assert status.state is ProcessState.RUNNING
    assert (status.restarts, status.last_exit) == (1, "signal SIGKILL")
    assert status.pid != first_pid


def test_the_wait_doubles_with_each_crash_up_to_its_ceiling(world: World) -> None:
    supervisor = world.supervisor(world.spec("processor", restart=CALM))
    supervisor.start()
    world.exits_at_once = {"processor": 1}
    world.children["processor"].code = 1
    starts_s: list[float] = []
    while len(starts_s) < 5:
        world.happened()
        supervisor.tick()
        if "processor launched" in world.happened():
            starts_s.append(world.clock.monotonic_s())
        world.clock.advance(0.1)
    waits_s = [round(later - earlier) for earlier, later in itertools.pairwise(starts_s)]
    assert waits_s == [2, 4, 4, 4]


def test_a_long_quiet_run_forgets_the_crashes_before_it(world: World) -> None:
    supervisor = world.supervisor(world.spec("processor", restart=CALM))
    supervisor.start()
    for _ in range(6):
        world.children["processor"].code = 1
        world.tick_for(supervisor, 5)
    world.tick_for(supervisor, 70)
    world.children["processor"].code = 1
    supervisor.tick()
    detail = status_of(supervisor, "processor").detail
    assert detail is not None
    assert "starts again after 1 s" in detail


def test_a_process_that_keeps_crashing_is_given_up_and_the_rest_stays_up(world: World) -> None:
    supervisor = world.supervisor(world.spec("broker"), world.spec("processor"))
    supervisor.start()
    world.exits_at_once = {"processor": 1}
    world.children["processor"].code = 1
    (world.folder / "processor.log").write_text("out of memory\n")
    world.tick_for(supervisor, 60)
    status = status_of(supervisor, "processor")
    assert status.state is ProcessState.FAILED
    assert status.detail is not None
    assert "exit code 1, 5 times in 60 s" in status.detail
    assert "out of memory" in status.detail
    assert world.happened().count("processor launched") == 5
    assert state_of(supervisor, "broker") is ProcessState.RUNNING
    assert world.recorded[-1][1].state is ProcessState.FAILED


@pytest.mark.parametrize("code", [2, 3])
def test_an_exit_code_that_says_useless_is_not_tried_again(world: World, code: int) -> None:
    supervisor = world.supervisor(world.spec("processor"))
    supervisor.start()
    world.children["processor"].code = code
    world.tick_for(supervisor, 60)
    assert state_of(supervisor, "processor") is ProcessState.FAILED
    assert world.happened().count("processor launched") == 1


def test_which_exit_codes_are_useless_to_retry_can_be_set(world: World) -> None:
    policy = RestartPolicy(no_restart_exit_codes=frozenset({9}))
    supervisor = world.supervisor(world.spec("processor", restart=policy))
    supervisor.start()
    world.children["processor"].code = 2
    world.tick_for(supervisor, 5)
    assert state_of(supervisor, "processor") is ProcessState.RUNNING
    world.children["processor"].code = 9
    world.tick_for(supervisor, 5)
    assert state_of(supervisor, "processor") is ProcessState.FAILED


def test_a_service_that_leaves_by_itself_is_started_again(world: World) -> None:
    supervisor = world.supervisor(world.spec("processor"))
    supervisor.start()
    world.children["processor"].code = 0
    world.tick_for(supervisor, 2)
    assert status_of(supervisor, "processor").restarts == 1


def test_a_process_with_one_thing_to_do_may_end(world: World) -> None:
    once = RestartPolicy(after_success=False)
    supervisor = world.supervisor(world.spec("migrate", restart=once))
    world.exits_at_once = {"migrate": 0}
    assert supervisor.start()
    world.tick_for(supervisor, 5)
    assert state_of(supervisor, "migrate") is ProcessState.STOPPED
    assert world.happened() == ["migrate launched", "migrate gone"]


def test_the_reader_is_restarted_after_the_broker_whose_log_is_gone(world: World) -> None:
    supervisor = world.supervisor(
        world.spec("broker"),
        world.spec("clickhouse"),
        world.spec("processor", depends_on=("clickhouse",), restart_with=("broker",)),
        world.spec("web", depends_on=("processor",)),
    )
    supervisor.start()
    world.happened()
    world.not_ready = {"broker"}
    world.children["broker"].code = -11
    world.tick_for(supervisor, 5)
    assert state_of(supervisor, "processor") is ProcessState.WAITING
    assert status_of(supervisor, "processor").detail == "waits for broker"
    world.not_ready.clear()
    world.tick_for(supervisor, 1)
    assert world.happened() == [
        "broker gone",
        "processor SIGTERM",
        "processor gone",
        "broker launched",
        "processor launched",
    ]
    assert state_of(supervisor, "web") is ProcessState.RUNNING


def test_a_restart_travels_along_the_chain(world: World) -> None:
    supervisor = world.supervisor(
        world.spec("broker"),
        world.spec("processor", restart_with=("broker",)),
        world.spec("alerter", restart_with=("processor",)),
    )
    supervisor.start()
    world.children["broker"].code = 1
    world.tick_for(supervisor, 3)
    assert [status.restarts for status in supervisor.status()] == [1, 1, 1]
    # A restart that follows from another's crash is not a crash of its own.
    assert status_of(supervisor, "processor").last_exit == "exit code 0"


def test_a_process_that_stops_answering_is_killed_and_started_again(world: World) -> None:
    spec = world.spec("broker", health_every_s=5, health_failures_max=3)
    supervisor = world.supervisor(spec)
    supervisor.start()
    world.not_ready = {"broker"}
    world.tick_for(supervisor, 14)
    assert "broker SIGKILL" not in world.happened()
    world.tick_for(supervisor, 1.5)
    assert "broker SIGKILL" in world.happened()
    world.not_ready.clear()
    world.tick_for(supervisor, 1)
    status = status_of(supervisor, "broker")
    assert (status.state, status.restarts) == (ProcessState.RUNNING, 1)
    assert status.last_exit == "did not answer 3 times in a row"


def test_a_single_missed_answer_is_forgiven(world: World) -> None:
    answers = itertools.cycle([True, False])
    spec = world.spec(
        "broker", ready=lambda: next(answers), health_every_s=5, health_failures_max=2
    )
    supervisor = world.supervisor(spec)
    supervisor.start()
    world.tick_for(supervisor, 60)
    assert status_of(supervisor, "broker").restarts == 0


def test_a_probe_that_raises_means_not_ready(world: World) -> None:
    def refuses() -> bool:
        raise ConnectionRefusedError("not yet")

    supervisor = world.supervisor(world.spec("broker", ready=refuses, ready_timeout_s=1))
    with pytest.raises(Unavailable, match="not ready within 1 s"):
        supervisor.start()


def test_a_launch_that_the_system_refuses_is_tried_again(world: World) -> None:
    supervisor = world.supervisor(world.spec("processor"))
    supervisor.start()
    world.cannot_launch = {"processor": Unavailable("no more processes")}
    world.children["processor"].code = 1
    world.tick_for(supervisor, 1)
    assert status_of(supervisor, "processor").last_exit == "no more processes"
    world.cannot_launch.clear()
    world.tick_for(supervisor, 3)
    assert state_of(supervisor, "processor") is ProcessState.RUNNING


def test_a_launch_that_is_configured_wrongly_is_not(world: World) -> None:
    world.cannot_launch = {"processor": ConfigError("cannot write the log")}
    with pytest.raises(ConfigError, match="cannot write the log"):
        world.supervisor(world.spec("processor")).start()
