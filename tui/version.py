"""The program's version, kept apart so that asking for it costs nothing."""

__version__ = "0.1.0"
