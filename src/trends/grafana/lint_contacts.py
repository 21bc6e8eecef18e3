"""What is wrong with contact points: what they lack, misspell, or should not tell. Pure.

In: a contact point as its file has it. Out: findings. Settings of mail, Slack and webhooks are
known as Grafana's sources have them (it ignores what it does not know); others are not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from trends.grafana.environment import variables_in
from trends.grafana.finding import Finding, is_object, objects
from trends.grafana.lint_dashboard import UID

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Type:
    """Settings of one type of receiver.

    Attributes:
        needed: one of each must be there.
        secret: must not stand in a file.
        others: may be there.
    """

    needed: tuple[frozenset[str], ...]
    secret: frozenset[str]
    others: frozenset[str]

    @property
    def all(self) -> frozenset[str]:
        return self.secret.union(self.others, *self.needed)


_TYPES: Final = {
    "email": _Type(
        (frozenset({"addresses"}),),
        frozenset(),
        frozenset({"singleEmail", "subject", "message"}),
    ),
    "slack": _Type(
        (frozenset({"url", "token"}),),
        frozenset({"url", "token"}),
        frozenset({"recipient", "text", "title", "username", "icon_emoji", "icon_url", "color"})
        | {"mentionChannel", "mentionUsers", "mentionGroups", "endpointUrl", "footer"},
    ),
    "webhook": _Type(
        (frozenset({"url"}),),
        # The address of a webhook is often all it takes to use it.
        frozenset({"url", "password", "authorization_credentials"}),
        frozenset({"httpMethod", "maxAlerts", "username", "authorization_scheme", "title"})
        | {"message", "headers", "payload", "tlsConfig", "hmacConfig", "http_config"},
    ),
}
_KEYS: Final = frozenset({"uid", "type", "settings", "disableResolveMessage"})


def lint_contact_point(point: Json, path: str) -> Iterator[Finding]:
    """What is wrong with a contact point."""
    if not point.get("name"):
        yield Finding(f"{path}.name", "must be there")
    listed = list(objects(point.get("receivers"), f"{path}.receivers"))
    if not listed:
        yield Finding(f"{path}.receivers", "nobody receives anything")
    for at, receiver in listed:
        if not UID.fullmatch(str(receiver.get("uid") or "")):
            yield Finding(f"{at}.uid", "must be at most 40 letters, digits, - and _")
        for key in sorted(set(receiver) - _KEYS):
            yield Finding(f"{at}.{key}", "is nothing that a receiver has")
        settings = receiver.get("settings")
        if not receiver.get("type"):
            yield Finding(f"{at}.type", "must be there")
        if not is_object(settings):
            yield Finding(f"{at}.settings", "must be there")
        elif receiver.get("type") in _TYPES:
            yield from _settings(settings, f"{at}.settings", _TYPES[receiver["type"]])


def _settings(settings: Json, path: str, type_: _Type) -> Iterator[Finding]:
    for any_of in type_.needed:
        if not any(settings.get(key) for key in any_of):
            yield Finding(path, f"must have {' or '.join(sorted(any_of))}")
    if settings.get("token") and not settings.get("recipient"):
        yield Finding(path, "must have recipient: a token alone names no channel")
    for key, value in settings.items():
        if key not in type_.all:
            yield Finding(f"{path}.{key}", "is nothing that Grafana knows; it would ignore it")
        elif key in type_.secret and not variables_in(str(value)):
            yield Finding(f"{path}.{key}", "is a secret: name a variable of the environment")
