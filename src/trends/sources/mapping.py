"""From a file's own field names to the wire's.

Comes in: the user's mapping (``text=abstract``) and records as a file has them. Goes out: the same
records under the wire's names, with every unknown field kept. Never does: look at values, beyond
whether there is one.
"""

from __future__ import annotations

from collections.abc import Mapping

from trends.errors import ConfigError

WIRE_FIELDS = (
    "id",
    "source",
    "title",
    "text",
    "url",
    "published_at",
    "listed_at",
    "authors",
    "author_count",
    "organization",
    "upvotes",
    "tags",
    "language",
)
"""Fields of a listing that mean something; any other field is carried along as it is."""

ALIASES: Mapping[str, tuple[str, ...]] = {
    "title": ("name", "repo", "headline"),
    "text": ("abstract", "description", "summary", "body"),
    "url": ("link",),
    "published_at": ("published", "published_on", "date"),
    "listed_at": ("listed_on",),
    "organization": ("organisation", "company"),
    "language": ("lang",),
}
"""Wire field -> names that other people give it, best first.

Used where a record lacks the wire field and the user has not mapped it. Only names that can
hardly mean anything else: a wrong guess is worse than a field that is merely carried along.
"""

_NAMES_SHOWN_MAX = 60


def parse_mapping(text: str) -> dict[str, str]:
    """``text=abstract,listed_at=listed_on`` as ``{wire field: source field}``.

    Raises:
        ConfigError: a pair without ``=`` or with an empty side, an unknown or repeated wire field.
    """
    mapping: dict[str, str] = {}
    for pair in text.split(",") if text.strip() else ():
        wire, equals, source = (part.strip() for part in pair.partition("="))
        if not (wire and equals and source):
            raise ConfigError(
                f"field mapping {pair.strip()!r} is not of the form FIELD=SOURCE_FIELD, "
                "e.g. text=abstract,listed_at=listed_on"
            )
        if wire in mapping:
            raise ConfigError(f"the field mapping gives {wire!r} more than once: {text!r}")
        mapping[wire] = source
    check_mapping(mapping)
    return mapping


def check_mapping(mapping: Mapping[str, str]) -> None:
    """Refuse a mapping to fields that a listing does not have.

    Raises:
        ConfigError: names the unknown field and lists the wire's fields.
    """
    for wire in mapping:
        if wire not in WIRE_FIELDS:
            raise ConfigError(
                f"field mapping: a listing has no field {wire!r}; "
                f"the fields are {', '.join(WIRE_FIELDS)}"
            )


class FieldMap:
    """One file's renaming, which also knows what of the user's mapping has not been met yet.

    Args:
        mapping: ``{wire field: source field}``; a source field is moved, not copied (map it to
            two wire fields to have it in both).
        source: the value of ``source`` for records that have none.
        origin: the file's name, for errors.
    """

    def __init__(self, mapping: Mapping[str, str], *, source: str, origin: str) -> None:
        check_mapping(mapping)
        self._moves = tuple(mapping.items())
        self._unmet = set(mapping.values())
        self._names: dict[str, None] = {}  # in order of appearance
        taken = set(mapping.values())
        self._aliases = tuple(
            (wire, tuple(name for name in names if name not in taken))
            for wire, names in ALIASES.items()
            if wire not in mapping
        )
        self._source = source
        self._origin = origin

    @property
    def complete(self) -> bool:
        """Whether each mapped source field has occurred at least once."""
        return not self._unmet

    def saw(self, names: Mapping[str, object]) -> None:
        """Note the fields of a record or the columns of a table."""
        self._unmet.difference_update(names)
        self._names.update(dict.fromkeys(names))

    def check_met(self) -> None:
        """Refuse a file whose records lack a mapped source field altogether.

        Raises:
            ConfigError: names the missing fields and lists those that are there.
        """
        # A file without a single readable record says nothing about its fields.
        if self._unmet and self._names:
            unmet = ", ".join(repr(name) for name in sorted(self._unmet))
            names = list(self._names)
            shown = ", ".join(names[:_NAMES_SHOWN_MAX])
            more = ", ..." if len(names) > _NAMES_SHOWN_MAX else ""
            raise ConfigError(
                f"{self._origin}: no record has the mapped field {unmet}; "
                f"the fields there are {shown}{more}"
            )

    def apply(self, record: dict[str, object]) -> dict[str, object]:
        """``record`` under the wire's names; changes and returns ``record`` itself.

        A null is no value: it neither hides an alias nor reaches the wire as a field of a listing.
        """
        if self._unmet:
            self.saw(record)
        if self._moves:
            self._move(record)
        if None in record.values():
            for name in WIRE_FIELDS:
                if name in record and record[name] is None:
                    del record[name]
        for wire, names in self._aliases:
            if wire not in record:
                for name in names:
                    if record.get(name) is not None:
                        record[wire] = record.pop(name)
                        break
        if "source" not in record:
            record["source"] = self._source
        return record

    def _move(self, record: dict[str, object]) -> None:
        moved = {wire: record[name] for wire, name in self._moves if name in record}
        for _, name in self._moves:
            record.pop(name, None)
        for wire, value in moved.items():
            if wire in record:
                # The user prefers another field; what stood there is kept, not lost.
                record[f"original_{wire}"] = record[wire]
            record[wire] = value
