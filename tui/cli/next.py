"""``atbat next``: take the best at bat that nobody has."""

from tui.cli.users import take_next as command

__all__ = ["command"]
