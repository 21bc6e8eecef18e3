"""Messages as Grafana would send them: templates run by Go, on alerts as our rules give them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

from tests.support.need import cannot_be_had

PROGRAM: Final = Path(__file__).parent / "gotemplates" / "main.go"
Json = dict[str, Any]
START: Final = "2025-11-03T09:30:00Z"


def program(folder: Path) -> Path:
    """The program, built into a folder."""
    go = shutil.which("go") or cannot_be_had("go, to run templates of messages")
    built = folder / "gotemplates"
    # Its standard library is all it takes.
    environment = {**os.environ, "GOFLAGS": "", "GOPROXY": "off", "GO111MODULE": "off"}
    done = subprocess.run(
        [go, "build", "-o", str(built), str(PROGRAM)],
        capture_output=True,
        text=True,
        timeout=300,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return built


def told(
    built: Path, templates: list[str], text: str, *alerts: Json, group_by: tuple[str, ...] = ()
) -> str:
    """What ``text``, a setting of a contact point, becomes for a group of alerts.

    Raises:
        ValueError: where Grafana would send nothing.
    """
    call = {"text": text, "data": message(list(alerts), group_by)}
    done = subprocess.run(
        [str(built)],
        input=json.dumps({"templates": templates, "calls": [call]}),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    answer = json.loads(done.stdout)
    if answer["errors"][0]:
        raise ValueError(answer["errors"][0])
    said: str = answer["texts"][0]
    return said


def message(alerts: list[Json], group_by: tuple[str, ...] = ()) -> Json:
    """A group of alerts as a contact point gets it."""
    common = _common([alert["Labels"] for alert in alerts])
    return {
        "Receiver": "somebody",
        "Status": "firing" if any(a["Status"] == "firing" for a in alerts) else "resolved",
        "Alerts": alerts,
        "GroupLabels": {key: common[key] for key in group_by},
        "CommonLabels": common,
        "CommonAnnotations": _common([alert["Annotations"] for alert in alerts]),
        "ExternalURL": "https://grafana.example.org/",
    }


def alert(labels: dict[str, str], annotations: dict[str, str], *, over: bool = False) -> Json:
    """One alert; labels without a value are dropped, as the alert manager does."""
    return {
        "Status": "resolved" if over else "firing",
        "Labels": {key: value for key, value in labels.items() if value},
        "Annotations": annotations,
        "StartsAt": START,
        "EndsAt": "2025-11-03T10:00:00Z" if over else "0001-01-01T00:00:00Z",
        "SilenceURL": "https://grafana.example.org/alerting/silence/new?a=b&matcher=x",
        "DashboardURL": "https://grafana.example.org/d/trends-pipeline?from=1&to=2",
        "PanelURL": "https://grafana.example.org/d/trends-pipeline?from=1&to=2&viewPanel=21",
    }


def _common(of: list[dict[str, str]]) -> dict[str, str]:
    """What all have alike."""
    first, *others = of
    return {
        key: value
        for key, value in first.items()
        if all(other.get(key) == value for other in others)
    }
