"""The deployable processes, one folder each: settings, build, run."""
