"""Keeps the rankings that dashboards show as `trends top` would print them now."""
