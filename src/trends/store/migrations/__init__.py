"""The schema, one numbered SQL file per step; applied in order, once each."""
