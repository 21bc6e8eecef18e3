"""SMTP servers on loopback: one that keeps mail, and some that misbehave."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from trends.embedded.ports import choose_ports


@dataclass
class Mailbox:
    """What a server took, and what it answers to each step instead of taking it."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[Envelope] = field(default_factory=list)
    refused_recipients: dict[str, str] = field(default_factory=dict)
    answer_to_data: str = "250 kept"

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if address in self.refused_recipients:
            return self.refused_recipients[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if self.answer_to_data.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            mail = message_from_bytes(content, policy=default)
            assert isinstance(mail, EmailMessage)
            self.mails.append(mail)
            self.envelopes.append(envelope)
        return self.answer_to_data

    def login(self, _server: Any, _session: Any, _envelope: Any, _kind: Any, data: Any) -> Any:
        assert isinstance(data, LoginPassword)
        return AuthResult(success=data.password == b"right", handled=False)


@contextlib.contextmanager
def mail_server(certificate: ssl.SSLContext | None = None, **options: Any) -> Iterator[Mailbox]:
    """A server that keeps mail while the block runs; with a certificate it wants STARTTLS."""
    # None of those that outgoing connections of other tests are given.
    mailbox = Mailbox(port=choose_ports(["smtp"])["smtp"])
    controller = Controller(
        mailbox,
        hostname="127.0.0.1",
        port=mailbox.port,
        tls_context=certificate,
        require_starttls=certificate is not None,
        authenticator=mailbox.login,
        auth_require_tls=certificate is not None,
        **options,
    )
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()


@contextlib.contextmanager
def raw_server(behave: Callable[[socket.socket, threading.Event], None]) -> Iterator[int]:
    """Does what ``behave`` does with each connection; gives the port."""
    stopping = threading.Event()

    class Connection(socketserver.BaseRequestHandler):
        """One of them."""

        def handle(self) -> None:
            with contextlib.suppress(ConnectionError):
                behave(self.request, stopping)

    class Server(socketserver.ThreadingTCPServer):
        """Waits for its threads when it ends."""

        allow_reuse_address = True

    with Server(("127.0.0.1", 0), Connection) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            stopping.set()
            server.shutdown()
            thread.join()
