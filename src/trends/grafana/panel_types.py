"""Grafana's panels: which there are, which ask for data and which show numbers. Pure."""

from __future__ import annotations

from typing import Final

WITHOUT_DATA: Final = frozenset({"text", "annolist", "dashlist", "alertlist", "news"})
"""They ask no data source."""
WITHOUT_UNIT: Final = WITHOUT_DATA | {"logs", "nodeGraph", "state-timeline", "status-history"}
"""They show no numbers, or none with a scale."""
PANEL_TYPES: Final = WITHOUT_UNIT | {
    "barchart",
    "bargauge",
    "canvas",
    "candlestick",
    "gauge",
    "geomap",
    "heatmap",
    "histogram",
    "piechart",
    "stat",
    "table",
    "timeseries",
    "trend",
    "xychart",
}
FIELD_PROPERTIES: Final = frozenset(
    {
        "actions",
        "color",
        "decimals",
        "description",
        "displayName",
        "fieldMinMax",
        "filterable",
        "links",
        "mappings",
        "max",
        "min",
        "noValue",
        "nullValueMode",
        "thresholds",
        "unit",
    }
)
"""What an override can set beside ``custom.*``, which is the panel's own."""
MATCHERS: Final = frozenset(
    {"byName", "byNames", "byRegexp", "byRegexpOrNames", "byType", "byTypes", "byFrameRefID"}
    | {"byValue", "numeric", "time", "first", "firstTimeField"}
)
TRANSFORMATIONS: Final = frozenset(
    {
        "calculateField",
        "concatenate",
        "configFromData",
        "convertFieldType",
        "convertFrameType",
        "extractFields",
        "fieldLookup",
        "filterByRefId",
        "filterByValue",
        "filterFieldsByName",
        "formatString",
        "formatTime",
        "filterFrames",
        "groupBy",
        "groupToNestedTable",
        "groupingToMatrix",
        "heatmap",
        "histogram",
        "joinByField",
        "joinByLabels",
        "labelsToFields",
        "limit",
        "merge",
        "organize",
        "partitionByValues",
        "prepareTimeSeries",
        "reduce",
        "regression",
        "renameByRegex",
        "rowsToFields",
        "seriesToRows",
        "smoothing",
        "sortBy",
        "spatial",
        "timeSeriesTable",
        "transpose",
    }
)
