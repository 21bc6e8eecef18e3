"""What the schemas of Kubernetes say of what kustomize makes of the overlays."""

from __future__ import annotations

import kubernetes_validate

from tests.deploy.files import rendered

VERSION = "1.37"
# Kinds of operators, whose schemas no package has; tests look at what matters in them.
WITHOUT_SCHEMA = {
    "ClickHouseInstallation",
    "ClickHouseKeeperInstallation",
    "Kafka",
    "KafkaNodePool",
    "KafkaTopic",
    "KafkaUser",
    "PodMonitor",
}


def problems(overlay: str) -> list[str]:
    """What is wrong with an overlay's objects; each names the object."""
    found = []
    for item in rendered(overlay):
        name = f"{overlay}: {item['kind']} {item['metadata']['name']}"
        try:
            kubernetes_validate.validate(item, VERSION, strict=True)
        except kubernetes_validate.SchemaNotFoundError:
            if item["kind"] not in WITHOUT_SCHEMA:
                found.append(f"{name}: there is no schema of this kind")
        except kubernetes_validate.ValidationError as error:
            # The rest is the whole schema, and the whole object.
            found.append(f"{name}: {str(error).partition(chr(10))[0]}")
    return found
