from __future__ import annotations

import base64

import pytest
from multidict import CIMultiDict

from trends.embedded.clickhouse.errors import QueryError
from trends.embedded.clickhouse.request import QueryRequest, parse_request
from trends.embedded.clickhouse.users import User, Users


def parse(query_string: str = "", method: str = "POST", **headers: str) -> QueryRequest:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return parse_request(method, query_string, CIMultiDict(named))


def test_parameters_settings_and_the_rest_are_told_apart() -> None:
    request = parse(
        "query=SELECT%201&database=d&param_x=a%27b%0A&max_threads=2&wait_end_of_query=1"
        "&client_protocol_version=54405&buffer_size=1&query_id=q&default_format=CSV"
    )
    assert request.url_query == "SELECT 1"
    assert request.database == "d"
    assert request.parameters == {"x": "a'b\n"}
    assert request.settings == {"max_threads": "2"}
    assert request.query_id == "q"
    assert request.format == "CSV"
    assert not request.read_only


def test_the_header_wins_over_the_url_for_the_format() -> None:
    assert parse("default_format=CSV", x_clickhouse_format="JSON").format == "JSON"


@pytest.mark.parametrize(("method", "read_only"), [("GET", True), ("HEAD", True), ("POST", False)])
def test_safe_methods_are_read_only(method: str, read_only: bool) -> None:
    assert parse(method=method).read_only is read_only


@pytest.mark.parametrize(
    ("query_string", "headers", "user", "password"),
    [
        ("", {}, "default", ""),
        ("user=a&password=b", {}, "a", "b"),
        ("password=b", {}, "default", "b"),
        ("", {"X_ClickHouse_User": "a", "X_ClickHouse_Key": "b"}, "a", "b"),
        ("", {"Authorization": "Basic " + base64.b64encode(b"a:b:c").decode()}, "a", "b:c"),
    ],
)
def test_credentials(query_string: str, headers: dict[str, str], user: str, password: str) -> None:
    found = parse(query_string, **headers).credentials
    assert (found.user, found.password) == (user, password)


def test_a_password_is_not_shown() -> None:
    assert "hush" not in repr(parse("user=a&password=hush"))
    assert "hush" not in repr(User("a", "hush"))


@pytest.mark.parametrize(
    ("query_string", "headers", "code"),
    [
        ("session_id=x", {}, 48),
        ("compress=1", {}, 48),
        ("decompress=1", {}, 48),
        ("role=x", {}, 512),
        ("bad%20name=1", {}, 115),
        ("param_=1", {}, 36),
        ("query=%ff", {}, 36),
        ("query_id=a%0Ab", {}, 36),
        ("user=a", {"X_ClickHouse_User": "a"}, 516),
        ("", {"Authorization": "Bearer x"}, 516),
        ("", {"Authorization": "Basic !"}, 516),
    ],
)
def test_refused_requests(query_string: str, headers: dict[str, str], code: int) -> None:
    with pytest.raises(QueryError) as caught:
        parse(query_string, **headers)
    assert caught.value.code == code


def test_empty_or_off_values_of_unsupported_parameters_are_fine() -> None:
    parse("session_id=&compress=0&decompress=0&role=")


def test_users_are_told_from_their_names_and_passwords() -> None:
    users = Users([User("default", "pw"), User("reader", reader=True)])
    assert users.authenticate(parse("user=default&password=pw").credentials).reader is False
    assert users.authenticate(parse("user=reader").credentials).reader is True
    for wrong in (
        "user=default",
        "user=default&password=px",
        "user=nobody",
        "user=reader&password=x",
    ):
        with pytest.raises(QueryError) as caught:
            users.authenticate(parse(wrong).credentials)
        assert (caught.value.code, caught.value.status) == (516, 403)
