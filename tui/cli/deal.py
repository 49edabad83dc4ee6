"""``atbat deal NUMBER``: change one opportunity."""

from tui.cli.deals import change as command

__all__ = ["command"]
