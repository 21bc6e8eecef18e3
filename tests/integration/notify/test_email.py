"""Mail through a real server: kept as written, and every refusal told for what it is."""

from __future__ import annotations

import logging
import shutil
import socket
import ssl
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tests.integration.notify.conftest import Build
from tests.integration.notify.mail_server import mail_server, raw_server
from tests.unit.alerting.transitions import delivery, spike, transition
from trends.errors import Unavailable
from trends.http.errors import Refused

TIMEOUT_S = 0.6
GIVEN_UP_S = 10.0  # without a limit: 20 s, so long some servers here go on


def fields(port: int, **more: Any) -> dict[str, Any]:
    usual = {
        "type": "email",
        "host": "127.0.0.1",
        "port": port,
        "tls": "none",
        "from": "Trends <trends@example.org>",
        "to": ["a@example.org", "b@example.org"],
        "timeout": "5s",
    }
    return {**usual, **more}


def test_a_mail_arrives_as_written(build: Build) -> None:
    with mail_server() as box:
        build(**fields(box.port)).send(sent := delivery(transition(spike(name="世界 model"))))
    (mail,) = box.mails
    assert mail["Subject"] == "[warning] taking off: 世界 model - 14 listings, 3.1 expected"
    assert mail["X-Trends-Delivery"] == sent.id
    assert box.envelopes[0].mail_from == "trends@example.org"
    assert box.envelopes[0].rcpt_tos == ["a@example.org", "b@example.org"]
    text = mail.get_body(("plain",))
    assert text is not None
    assert "14 of 220 listings" in text.get_content()


def test_a_login_is_made(build: Build) -> None:
    with mail_server() as box:
        build(**fields(box.port, username="me", password="right")).send(delivery())
    assert len(box.mails) == 1


def test_a_wrong_password_is_refused_and_not_told(build: Build) -> None:
    with mail_server() as box, pytest.raises(Refused, match=r"refuses the login: 535") as caught:
        build(**fields(box.port, username="me", password="wr0ng")).send(delivery())
    assert "wr0ng" not in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "error"),
    [("554 no spam here", Refused), ("451 later please", Unavailable), ("421 bye", Unavailable)],
)
def test_an_answer_to_the_mail_decides(build: Build, answer: str, error: type[Exception]) -> None:
    with mail_server() as box:
        box.answer_to_data = answer
        with pytest.raises(error, match=f"answered {answer[:3]}: {answer[4:]}"):
            build(**fields(box.port)).send(delivery())


@pytest.mark.parametrize(
    ("answer", "error"), [("550 unknown", Refused), ("450 greylisted", Unavailable)]
)
def test_a_server_that_knows_no_recipient_decides(
    build: Build, answer: str, error: type[Exception]
) -> None:
    with mail_server() as box:
        box.refused_recipients = {"a@example.org": answer, "b@example.org": answer}
        with pytest.raises(error, match=f"refuses every recipient: {answer}$"):
            build(**fields(box.port)).send(delivery())


def test_who_is_refused_alone_is_named_in_the_log(
    build: Build, caplog: pytest.LogCaptureFixture
) -> None:
    logger = logging.getLogger("trends.alerting.notify.smtp")
    logger.addHandler(caplog.handler)
    try:
        with mail_server() as box:
            box.refused_recipients = {"a@example.org": "550 unknown"}
            build(**fields(box.port)).send(delivery())
    finally:
        logger.removeHandler(caplog.handler)
    assert box.envelopes[0].rcpt_tos == ["b@example.org"]
    assert "refuses mail to a@example.org: 550 unknown" in caplog.messages[0]


def test_a_server_without_the_tls_that_is_asked_for_is_refused(build: Build) -> None:
    with mail_server() as box, pytest.raises(Refused, match=r"STARTTLS.*Change tls"):
        build(**fields(box.port, tls="starttls")).send(delivery())
    assert box.mails == []


def test_nobody_there_is_unavailable(build: Build, closed_port: int) -> None:
    with pytest.raises(Unavailable, match=f"mail server 127.0.0.1:{closed_port} of it"):
        build(**fields(closed_port)).send(delivery())


def test_a_host_without_an_address_is_unavailable(build: Build) -> None:
    with pytest.raises(Unavailable, match=r"no-such-host\.invalid"):
        build(**fields(25, host="no-such-host.invalid")).send(delivery())


def hang(_connection: socket.socket, stopping: threading.Event) -> None:
    stopping.wait(30)


def close(_connection: socket.socket, _stopping: threading.Event) -> None:
    pass


def trickle(connection: socket.socket, stopping: threading.Event) -> None:
    for _ in range(1_000):
        connection.sendall(b"2")
        if stopping.wait(0.02):
            return


def trickle_later(connection: socket.socket, stopping: threading.Event) -> None:
    connection.sendall(b"220 hello\r\n")
    connection.recv(1_000)
    trickle(connection, stopping)


def garbage(connection: socket.socket, _stopping: threading.Event) -> None:
    connection.sendall(b"\x00\xff\x00 no mail here\r\n")


@pytest.mark.parametrize("tls", ["none", "starttls", "implicit"])
@pytest.mark.parametrize("behave", [hang, close, trickle, trickle_later, garbage])
def test_a_server_that_misbehaves_is_unavailable_in_time(
    behave: Any, tls: str, build: Build
) -> None:
    with raw_server(behave) as port:
        notifier = build(**fields(port, tls=tls, timeout=f"{TIMEOUT_S}s"))
        began_s = time.monotonic()
        with pytest.raises(Unavailable, match="mail server 127"):
            notifier.send(delivery())
        assert time.monotonic() - began_s < GIVEN_UP_S


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A file with a certificate for 127.0.0.1 and its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl to make a certificate")
    file = tmp_path / "server.pem"
    options = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost".split()
    extra = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(file), "-out", "-"]
    made = subprocess.run([openssl, *options, *extra], check=True, capture_output=True)
    with file.open("ab") as end:
        end.write(made.stdout)
    return file


def context_of(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_starttls_with_a_trusted_certificate(
    build: Build, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with mail_server(context_of(certificate)) as box:
        build(**fields(box.port, tls="starttls", username="me", password="right")).send(delivery())
    assert len(box.mails) == 1


def test_a_certificate_that_nobody_vouches_for_is_not_accepted(
    build: Build, certificate: Path
) -> None:
    with mail_server(context_of(certificate)) as box:
        notifier = build(**fields(box.port, tls="starttls", username="me", password="right"))
        with pytest.raises(Unavailable, match="CERTIFICATE_VERIFY_FAILED"):
            notifier.send(delivery())
    assert box.mails == []
