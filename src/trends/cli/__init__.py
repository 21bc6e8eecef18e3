"""The command `trends`: one file per command."""
