"""A mail over SMTP, within a deadline; a server's answers become `Unavailable` or `Refused`."""

from __future__ import annotations

import contextlib
import logging
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Final

from trends.alerting.notify.mail import MailWriter, domain_of
from trends.alerting.notify.notifier import Delivery
from trends.alerting.rules_notifiers import EmailConfig, Tls
from trends.clock import Clock
from trends.errors import Unavailable
from trends.http.errors import Refused
from trends.http.text import clean

CONNECT_TIMEOUT_S: Final = 10.0
_log = logging.getLogger(__name__)


class EmailNotifier:
    """Mails through one server, with a connection for each mail."""

    def __init__(self, name: str, config: EmailConfig, clock: Clock) -> None:
        self.name = name
        self._config = config
        self._clock = clock
        self._writer = MailWriter(name, config)
        self._who = f"mail server {config.host}:{config.port_used} of {name}"

    def send(self, delivery: Delivery) -> None:
        mail = self._writer.mail(delivery, self._clock.now())
        deadline = _Deadline(self._config.timeout_s)
        try:
            with deadline:
                self._transmit(mail, deadline)
        except (smtplib.SMTPException, OSError, ValueError) as error:
            if deadline.passed:
                late = f"{self._who}: not done within {self._config.timeout_s:g} s"
                raise Unavailable(late) from error
            raise self._translated(error) from error

    def _transmit(self, mail: EmailMessage, deadline: _Deadline) -> None:
        with self._connected(deadline) as client:
            if self._config.tls is Tls.STARTTLS:
                client.starttls(context=ssl.create_default_context())
            if self._config.username and self._config.password:
                client.login(self._config.username, self._config.password.get_secret_value())
            refused = client.send_message(mail)
        for address, (code, reason) in refused.items():
            # The others have it: at another try they would get it twice.
            _log.warning("%s refuses mail to %s: %s %s", self._who, address, code, _said(reason))

    @contextlib.contextmanager
    def _connected(self, deadline: _Deadline) -> Iterator[smtplib.SMTP]:
        config = self._config
        timeout_s = min(CONNECT_TIMEOUT_S, config.timeout_s)
        # Its own way to find this machine's name can wait for a name server.
        us = domain_of(config.sender)
        connect = _ImplicitTls if config.tls is Tls.IMPLICIT else _Plain
        client = connect(deadline, config.host, config.port_used, us, timeout_s)
        try:
            yield client
            # It has the mail; how it says goodbye changes nothing.
            with contextlib.suppress(smtplib.SMTPException, OSError):
                client.quit()
        finally:
            client.close()

    def _translated(self, error: Exception) -> Exception:
        match error:
            case smtplib.SMTPRecipientsRefused():
                answers = [(code, _said(reason)) for code, reason in error.recipients.values()]
                told = "; ".join(f"{code} {said}" for code, said in dict.fromkeys(answers))
                passing = any(code < 500 for code, _ in answers)
                message = f"{self._who} refuses every recipient: {told}"
                return Unavailable(message) if passing else Refused(message)
            case smtplib.SMTPAuthenticationError() if error.smtp_code >= 500:
                said = _said(error.smtp_error)
                return Refused(
                    f"{self._who} refuses the login: {error.smtp_code} {said}; "
                    "change username or password"
                )
            case smtplib.SMTPResponseException():
                message = f"{self._who} answered {error.smtp_code}: {_said(error.smtp_error)}"
                return Refused(message) if 500 <= error.smtp_code < 600 else Unavailable(message)
            case smtplib.SMTPNotSupportedError():
                return Refused(f"{self._who}: {clean(str(error))} Change tls, username or from.")
            case smtplib.SMTPException() | OSError():
                return Unavailable(f"{self._who}: {clean(str(error)) or type(error).__name__}")
            case _:
                return Refused(f"{self._who}: the mail cannot be written: {clean(str(error))}")


class _Deadline:
    """Ends a client's connection when time is up, whatever it is doing.

    A socket's own timeout starts anew with every byte, which a server can send one by one.
    """

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self.client: smtplib.SMTP | None = None
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._timer.join()

    def _end(self) -> None:
        self.passed = True
        sock = self.client.sock if self.client else None
        if sock is not None:
            # Past TLS, which would wait for the other side. It may just have been closed.
            with contextlib.suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)


class _Plain(smtplib.SMTP):
    """Known to its deadline before it connects, because the greeting, too, can take for ever."""

    def __init__(
        self, deadline: _Deadline, host: str, port: int, local_hostname: str, timeout_s: float
    ) -> None:
        deadline.client = self
        super().__init__(host, port, local_hostname, timeout=timeout_s)


class _ImplicitTls(smtplib.SMTP_SSL):
    """The same over TLS."""

    def __init__(
        self, deadline: _Deadline, host: str, port: int, local_hostname: str, timeout_s: float
    ) -> None:
        deadline.client = self
        super().__init__(
            host, port, local_hostname, timeout=timeout_s, context=ssl.create_default_context()
        )


def _said(reason: bytes | str) -> str:
    return clean(reason.decode("utf-8", "replace") if isinstance(reason, bytes) else reason)
