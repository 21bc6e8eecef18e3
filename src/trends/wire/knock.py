"""Asks a Kafka whether it would let us in, and if not, why.

In: an address, user, certificates. Out: nothing, or an error that says which setting is wrong. Done
before a client of kafka-python is made: that says only after half a minute that it could not
connect, logs the reason at most, and leaves a thread and its sockets behind each time. Sends what a
client sends first: TLS, ApiVersions, the SASL exchange or a request for metadata.
"""

from __future__ import annotations

import socket
import ssl
import struct
from typing import Any, Final

from kafka.errors import KafkaError
from kafka.net.sasl import get_sasl_mechanism

from trends.errors import ConfigError, Unavailable
from trends.wire.access import KafkaAccess
from trends.wire.frames import ask_for_brokers, exchange, string

TIMEOUT_S: Final = 10.0

_API_VERSIONS: Final = (18, 0)
_SASL_HANDSHAKE: Final = (17, 1)
_SASL_AUTHENTICATE: Final = (36, 0)
_UNSUPPORTED_MECHANISM: Final = 33
_NOT_ASKED_FOR: Final = 34
_CLIENT_ID: Final = b"trends-knock"
_LOGIN: Final = "TRENDS_KAFKA_USER and TRENDS_KAFKA_PASSWORD"


def knock(access: KafkaAccess, timeout_s: float = TIMEOUT_S) -> None:
    """Returns when one of the servers has let us in.

    Raises:
        ConfigError: if one that answers does not, with the settings that are wrong; if an address
            is none.
        Unavailable: if none answers.
    """
    refused: ConfigError | None = None
    away: list[str] = []
    context = access.tls()
    for server, (host, port) in zip(access.servers, access.addresses, strict=True):
        try:
            with socket.create_connection((host, port), timeout_s) as plain:
                with _secured(plain, host, server, context) as connection:
                    _log_in(connection, access, server)
                return
        except ConfigError as error:
            refused = refused or error
        except (OSError, ValueError, struct.error) as error:
            away.append(f"{server}: {error}")
    raise refused or Unavailable(
        f"Kafka: no answer at {'; '.join(away)} (spoken to with "
        f"TRENDS_KAFKA_SECURITY={access.security})"
    )


def _secured(
    plain: socket.socket, host: str, server: str, context: ssl.SSLContext | None
) -> socket.socket:
    if context is None:
        return plain
    try:
        return context.wrap_socket(plain, server_hostname=host)
    except ssl.SSLCertVerificationError as error:
        raise ConfigError(
            f"Kafka at {server} shows a certificate that is not trusted: {error.verify_message}; "
            "set TRENDS_KAFKA_CA_FILE to the certificate of the authority that signed it"
        ) from error
    except (ssl.SSLEOFError, ConnectionResetError) as error:
        raise OSError("it ended the connection during the TLS handshake") from error
    except ssl.SSLError as error:
        raise _no_tls(server, error) from error


def _log_in(connection: socket.socket, access: KafkaAccess, server: str) -> None:
    try:
        exchange(connection, _API_VERSIONS, _CLIENT_ID, b"")
        if access.has_sasl:
            _authenticate(connection, access, server)
        else:
            # Whoever wants a login first ends the connection now.
            ask_for_brokers(connection, _CLIENT_ID)
    except ssl.SSLEOFError as error:
        raise OSError("it ended the connection") from error
    except ssl.SSLError as error:  # how a server says that it wants a certificate of ours
        raise _no_tls(server, error) from error


def _no_tls(server: str, error: ssl.SSLError) -> ConfigError:
    return ConfigError(
        f"Kafka at {server} does not agree on TLS: {error.reason or error}; look at the port in "
        "TRENDS_KAFKA, TRENDS_KAFKA_SECURITY and, if it wants a certificate, TRENDS_KAFKA_CERT_FILE"
    )


def _authenticate(connection: socket.socket, access: KafkaAccess, server: str) -> None:
    asked = string(access.mechanism.encode())
    code, offered = _handshake_answer(exchange(connection, _SASL_HANDSHAKE, _CLIENT_ID, asked))
    if code == _NOT_ASKED_FOR:
        raise ConfigError(
            f"Kafka at {server} asks for no login on this port; "
            f"TRENDS_KAFKA_SECURITY={access.security} or the port in TRENDS_KAFKA is wrong"
        )
    if code == _UNSUPPORTED_MECHANISM or access.mechanism not in offered:
        raise ConfigError(
            f"Kafka at {server} does not take TRENDS_KAFKA_SASL_MECHANISM={access.mechanism}; it "
            f"takes {', '.join(offered) or 'none'}"
        )
    options = access.client_options()
    login: Any = get_sasl_mechanism(access.mechanism)(host=server, **options)
    try:
        while not login.is_done():
            token = login.auth_bytes()
            request = struct.pack(">i", len(token)) + token
            login.receive(_token(exchange(connection, _SASL_AUTHENTICATE, _CLIENT_ID, request)))
    except (KafkaError, ValueError) as error:
        raise ConfigError(
            f"Kafka at {server} refuses the user {access.user!r}: {error}; correct {_LOGIN}"
        ) from error
    if not login.is_authenticated():
        raise ConfigError(f"Kafka at {server} refuses the user {access.user!r}; correct {_LOGIN}")


def _handshake_answer(answer: bytes) -> tuple[int, list[str]]:
    """Error code, and the mechanisms that the server takes."""
    code, count = struct.unpack_from(">hi", answer)
    names, at = [], 6
    for _ in range(count):
        (size,) = struct.unpack_from(">h", answer, at)
        names.append(answer[at + 2 : at + 2 + size].decode())
        at += 2 + size
    return code, names


def _token(answer: bytes) -> bytes:
    """What the server says in the SASL exchange.

    Raises:
        ValueError: with the server's words, if it ends the exchange.
    """
    code, size = struct.unpack_from(">hh", answer)
    at = 4 + max(size, 0)
    if code:
        raise ValueError(answer[4:at].decode(errors="replace") or f"error {code}")
    (length,) = struct.unpack_from(">i", answer, at)
    return answer[at + 4 : at + 4 + max(length, 0)]
