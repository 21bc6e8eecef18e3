"""Kafka by Strimzi and ClickHouse by Altinity's operator: in step with our settings."""

from __future__ import annotations

from tests.deploy.files import DEPLOY, OUR_SERVICES, of_kind, settings_of
from tests.deploy.users import users_xml
from trends.settings import load_settings
from trends.wire.topic_spec import topic_specs

FULL = "full"


def test_the_topics_are_those_that_the_services_would_make() -> None:
    variables = settings_of(FULL)
    settings = load_settings(
        partitions=variables["TRENDS_PARTITIONS"],
        replication_factor=variables["TRENDS_REPLICATION_FACTOR"],
        min_insync_replicas=variables["TRENDS_MIN_INSYNC_REPLICAS"],
    )
    topics = of_kind(FULL, "KafkaTopic")
    assert set(topics) == {spec.name for spec in topic_specs(settings)}
    for spec in topic_specs(settings):
        made = topics[spec.name]["spec"]
        assert (made["partitions"], made["replicas"]) == (spec.partitions, spec.replicas)
        assert {name: str(value) for name, value in made["config"].items()} == dict(spec.configs)


def test_topics_and_users_belong_to_the_cluster() -> None:
    (kafka,) = of_kind(FULL, "Kafka")
    for kind in ("KafkaTopic", "KafkaUser", "KafkaNodePool"):
        for item in of_kind(FULL, kind).values():
            assert item["metadata"]["labels"]["strimzi.io/cluster"] == kafka
            assert item["apiVersion"] == "kafka.strimzi.io/v1"


def test_the_services_log_in_as_the_user_that_may_use_the_topics() -> None:
    variables = settings_of(FULL)
    (listener,) = of_kind(FULL, "Kafka")["kafka"]["spec"]["kafka"]["listeners"]
    assert variables["TRENDS_KAFKA"] == f"kafka-kafka-bootstrap:{listener['port']}"
    assert (listener["tls"], variables["TRENDS_KAFKA_SECURITY"]) == (True, "SASL_SSL")
    mechanism = variables["TRENDS_KAFKA_SASL_MECHANISM"].lower()
    user = of_kind(FULL, "KafkaUser")[variables["TRENDS_KAFKA_USER"]]["spec"]
    assert listener["authentication"]["type"] == user["authentication"]["type"] == mechanism
    allowed = [
        (acl["resource"]["type"], acl["resource"]["name"], acl["resource"].get("patternType"))
        for acl in user["authorization"]["acls"]
        if "Read" in acl["operations"]
    ]
    settings = load_settings()
    wanted = [("topic", name) for name in (settings.listings_topic, settings.dead_topic)]
    wanted += [("topic", settings.spikes_topic)]
    wanted += [("group", settings.group), ("group", f"{settings.group}-alerter")]
    for kind, name in wanted:
        assert any(
            kind == of and (name.startswith(given) if how == "prefix" else name == given)
            for of, given, how in allowed
        ), name


def test_every_service_gets_the_password_and_the_authority_of_kafka() -> None:
    variables = settings_of(FULL)
    for name in OUR_SERVICES:
        pod = of_kind(FULL, "Deployment")[name]["spec"]["template"]["spec"]
        volumes = {volume["name"]: volume for volume in pod["volumes"]}
        mounts = {
            mount["name"]: mount["mountPath"] for mount in pod["containers"][0]["volumeMounts"]
        }
        assert mounts["secrets"] == variables["TRENDS_SECRETS_DIR"]
        assert variables["TRENDS_KAFKA_CA_FILE"] == f"{mounts['kafka-ca']}/ca.crt"
        assert volumes["kafka-ca"]["secret"]["secretName"] == "kafka-cluster-ca-cert"
        sources = [source["secret"] for source in volumes["secrets"]["projected"]["sources"]]
        (of_kafka,) = (each for each in sources if each["name"] == variables["TRENDS_KAFKA_USER"])
        assert of_kafka["items"] == [{"key": "password", "path": "trends_kafka_password"}]


def test_the_store_is_the_cluster_that_settings_name() -> None:
    variables = settings_of(FULL)
    ((name, installation),) = of_kind(FULL, "ClickHouseInstallation").items()
    configuration = installation["spec"]["configuration"]
    (cluster,) = configuration["clusters"]
    assert variables["TRENDS_CLICKHOUSE"] == f"http://trends@clickhouse-{name}:8123/trends"
    assert variables["TRENDS_CLICKHOUSE_CLUSTER"] == cluster["name"]
    # Otherwise servers ask each other as a user that may do everything.
    assert cluster["secret"] == {"auto": "true"}
    (keeper,) = of_kind(FULL, "ClickHouseKeeperInstallation")
    assert configuration["zookeeper"]["nodes"] == [{"host": f"keeper-{keeper}", "port": 2181}]


def test_its_users_are_those_of_the_files() -> None:
    configuration = of_kind(FULL, "ClickHouseInstallation")["trends"]["spec"]["configuration"]
    for name in ("users.d/trends.xml", "config.d/trends.xml"):
        text = (DEPLOY / "clickhouse" / name).read_text(encoding="utf-8")
        assert configuration["files"][name] == text
    given = configuration["users"]
    for user in users_xml().findall("users/*"):
        assert given[f"{user.tag}/profile"] == user.findtext("profile")
        assert given[f"{user.tag}/quota"] == user.findtext("quota")
        reference = given[f"{user.tag}/password_sha256_hex"]["valueFrom"]["secretKeyRef"]
        assert reference == {"name": "clickhouse-hashes", "key": user.tag}
    assert {key.partition("/")[0] for key in given} == {
        user.tag for user in users_xml().findall("users/*")
    }


def test_grafana_asks_the_same_store() -> None:
    grafana = of_kind(FULL, "Deployment")["grafana"]["spec"]["template"]["spec"]["containers"][0]
    variables = {each["name"]: each["value"] for each in grafana["env"]}
    (name,) = of_kind(FULL, "ClickHouseInstallation")
    assert variables["CLICKHOUSE_HOST"] == f"clickhouse-{name}"
