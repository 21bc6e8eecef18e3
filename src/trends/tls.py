"""What checks a server's certificate and shows ours, from the files that settings name."""

from __future__ import annotations

import ssl
from pathlib import Path

from trends.errors import ConfigError


def tls_context(
    prefix: str, ca_file: Path | None, cert_file: Path | None, key_file: Path | None
) -> ssl.SSLContext:
    """For connections to one server.

    Args:
        prefix: what the variables that name the files begin with, e.g. ``TRENDS_KAFKA``.
        ca_file: certificates that the server is checked against; None: those of the system.
        cert_file, key_file: what is shown to a server that asks for a certificate.

    Raises:
        ConfigError: if a file has no certificate or key, as PEM.
    """
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except (ssl.SSLError, OSError) as error:
        raise ConfigError(
            f"{prefix}_CA_FILE={ca_file} has no certificates as PEM: {error}"
        ) from error
    if cert_file is not None:
        try:
            # Without a password here, one for an encrypted key would be asked for at the terminal.
            context.load_cert_chain(cert_file, key_file, password="")
        except (ssl.SSLError, OSError) as error:
            raise ConfigError(
                f"{prefix}_CERT_FILE={cert_file} and {prefix}_KEY_FILE={key_file} are not a "
                f"certificate and its unencrypted key as PEM: {error}"
            ) from error
    return context
