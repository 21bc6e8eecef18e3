"""The decorator of kernels: compiled by numba when first called, without the interpreter's lock.

Machine code is kept on disk between runs. numba asks only whether the file of a function has
changed, not the constants and functions it takes from others, and stale code would count by old
rules; so the folder is named after the content of every file that a kernel could depend on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from numba import config, njit

PACKAGES: Final = ("trends.analysis", "trends.counting")
FINGERPRINT_CHARS: Final = 16

F = TypeVar("F", bound=Callable[..., Any])


def fingerprint() -> str:
    """Changes whenever the source of a kernel, or of what it uses, does."""
    digest = hashlib.sha256()
    for package in PACKAGES:
        for file in sorted(files(package).iterdir(), key=lambda file: file.name):
            if file.name.endswith(".py"):
                digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:FINGERPRINT_CHARS]


_FOLDER: Final = str(Path(__file__).parent / "__pycache__" / f"kernels-{fingerprint()}")


def native(function: F) -> F:
    """Compiles ``function``, which takes and gives numbers and arrays alone."""
    # numba looks at this setting while it decorates; where the folder cannot be written, it uses
    # one in the user's home.
    settings = vars(config)
    before = settings["CACHE_DIR"]
    settings["CACHE_DIR"] = before or _FOLDER
    try:
        return cast(F, njit(cache=True, nogil=True)(function))
    finally:
        settings["CACHE_DIR"] = before
