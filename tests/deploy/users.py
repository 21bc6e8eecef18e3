"""clickhouse/users.d, for tests: read, and loaded by the engine with one of its users acting.

The engine in a library knows one user, `default`. So the file is loaded as it is, but for three
changes: passwords are empty, `changeable_in_readonly` is left out (the library does not read the
server's setting that allows it), and `default` gets all that the acting user has.
"""

from __future__ import annotations

import copy
import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Final

from tests.deploy.files import DEPLOY

USERS_FILE: Final = DEPLOY / "clickhouse" / "users.d" / "trends.xml"
ADMINISTRATOR: Final = "administrator"
_PROGRAM: Final = """
import json, sys, chdb
connection = chdb.connect(sys.argv[1])
answers = []
for query in json.load(sys.stdin):
    try:
        answers.append([True, str(connection.query(query, "TSV"))])
    except Exception as error:
        answers.append([False, str(error)])
connection.close()
json.dump(answers, sys.stdout)
"""


def users_xml() -> ET.Element:
    """The file with users, profiles and quotas."""
    return ET.parse(USERS_FILE).getroot()


def ask(folder: Path, user: str, *queries: str) -> list[tuple[bool, str]]:
    """What the engine answers a user: whether it did it, and the result or the error.

    Args:
        folder: for data, which stay there, and configuration.
        user: one of the file, or `ADMINISTRATOR`.
        queries: asked one after the other in one connection.
    """
    configuration = folder / f"{user}.xml"
    users = folder / f"{user}-users.xml"
    users.write_bytes(ET.tostring(_with_acting(user)))
    configuration.write_text(
        f"<clickhouse><users_config>{users}</users_config></clickhouse>", encoding="utf-8"
    )
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, f"{folder / 'data'}?config-file={configuration}"],
        input=json.dumps(queries),
        capture_output=True,
        text=True,
        cwd=folder,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [(bool(fine), str(text).strip()) for fine, text in json.loads(done.stdout)]


def _with_acting(user: str) -> ET.Element:
    root = users_xml()
    for parent in root.iter():
        for element in parent.findall("changeable_in_readonly"):
            parent.remove(element)
    users, profiles, quotas = (root.find(name) for name in ("users", "profiles", "quotas"))
    assert users is not None
    assert profiles is not None
    assert quotas is not None
    acting = ET.fromstring(
        "<default><profile>default</profile><quota>default</quota>"
        "<networks><ip>::/0</ip></networks><access_management>1</access_management></default>"
    )
    for element in users:
        if element.tag == user:
            acting = copy.deepcopy(element)
            acting.tag = "default"
    users.append(acting)
    for element in users:
        ET.SubElement(element, "password")
    ET.SubElement(profiles, "default")
    ET.SubElement(quotas, "default")
    return root
