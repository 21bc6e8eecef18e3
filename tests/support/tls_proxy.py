"""TLS in front of a server that has none: decrypts, and passes on."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.support.certificates import Authority
from trends.embedded.ports import LOOPBACK

CHUNK_BYTES = 1 << 16


@contextmanager
def tls_proxy(
    target: tuple[str, int], authority: Authority, wants_certificate_of: Path | None = None
) -> Iterator[int]:
    """The port of a proxy to ``target``, with the authority's certificate.

    Args:
        target: host and port that are spoken to without TLS.
        authority: whose server certificate is shown.
        wants_certificate_of: a client must show a certificate that this file's authority signed.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.cert_file, authority.key_file)
    if wants_certificate_of is not None:
        context.load_verify_locations(wants_certificate_of)
        context.verify_mode = ssl.CERT_REQUIRED
        # Here a client hears within the handshake that it is refused; later it may hear nothing.
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    with ExitStack() as resources:
        listener = resources.enter_context(socket.create_server((LOOPBACK, 0)))
        threads: list[threading.Thread] = []
        accepting = threading.Thread(
            target=_accept, args=(listener, context, target, threads), daemon=True
        )
        accepting.start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            accepting.join()
            for thread in threads:
                thread.join(10)


def _accept(
    listener: socket.socket,
    context: ssl.SSLContext,
    target: tuple[str, int],
    threads: list[threading.Thread],
) -> None:
    while True:
        try:
            plain, _ = listener.accept()
        except OSError:
            return
        thread = threading.Thread(target=_serve, args=(plain, context, target), daemon=True)
        thread.start()
        threads.append(thread)


def _serve(plain: socket.socket, context: ssl.SSLContext, target: tuple[str, int]) -> None:
    # Whoever refuses the other's certificate ends the connection; that is what tests look at.
    with (
        plain,
        contextlib.suppress(OSError),
        context.wrap_socket(plain, server_side=True) as client,
        socket.create_connection(target) as server,
    ):
        back = threading.Thread(target=_pump, args=(server, client), daemon=True)
        back.start()
        _pump(client, server)
        back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(CHUNK_BYTES):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
