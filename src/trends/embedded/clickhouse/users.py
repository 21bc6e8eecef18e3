"""Who may come in, and what they are.

In: credentials. Out: a `User`, or an authentication error. Never says which half was wrong.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field

from trends.embedded.clickhouse.errors import Code, QueryError
from trends.embedded.clickhouse.request import Credentials


@dataclass(frozen=True, slots=True)
class User:
    """A user of the server.

    Attributes:
        name: as given by the client.
        password: compared as it is; empty means that only an empty one is right.
        reader: may only read, within the limits of `reader_policy`.
        database: the current database if a request names none.
    """

    name: str
    password: str = field(default="", repr=False)
    reader: bool = False
    database: str | None = None


class Users:
    """The users of one server."""

    def __init__(self, users: Iterable[User]) -> None:
        self._by_name = {user.name: user for user in users}

    def authenticate(self, credentials: Credentials) -> User:
        """The user, if name and password fit.

        Raises:
            QueryError: code 516.
        """
        user = self._by_name.get(credentials.user)
        expected = user.password if user else ""
        same = hmac.compare_digest(expected.encode(), credentials.password.encode())
        if user is None or not same:
            raise QueryError.of(
                Code.AUTHENTICATION_FAILED,
                f"{credentials.user}: Authentication failed: password is incorrect, or there is "
                "no user with such name.",
            )
        return user
