"""A certificate authority of a test's own, made by ``openssl``."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.support.need import cannot_be_had


class Authority:
    """Signs certificates for servers on this machine; all files in ``folder``.

    Attributes:
        ca_file: its own certificate (PEM).
        cert_file, key_file: of a server that is ``localhost`` and ``127.0.0.1``.
    """

    def __init__(self, folder: Path) -> None:
        if shutil.which("openssl") is None:
            cannot_be_had("no openssl to make certificates")
        folder.mkdir(parents=True, exist_ok=True)
        self.ca_file, self._ca_key = folder / "ca.pem", folder / "ca.key"
        self.cert_file, self.key_file = folder / "server.pem", folder / "server.key"
        common = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
        _openssl(
            *("req", "-x509", *common, "-days", "2", "-subj", "/CN=authority of a test"),
            *("-keyout", str(self._ca_key), "-out", str(self.ca_file)),
        )
        _openssl(
            *("req", "-x509", *common, "-days", "2", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
            *("-addext", "basicConstraints=critical,CA:FALSE"),
            *("-CA", str(self.ca_file), "-CAkey", str(self._ca_key)),
            *("-keyout", str(self.key_file), "-out", str(self.cert_file)),
        )


def _openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=60)
