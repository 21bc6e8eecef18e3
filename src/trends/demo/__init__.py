"""A synthetic stream of listings, for `trends demo`."""
