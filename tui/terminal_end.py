"""The end that a signal forces when the app cannot end by itself."""

from __future__ import annotations

import logging
import os

GONE_WITHIN = 2.0
"""Seconds from a signal to the end of the process."""

log = logging.getLogger(__name__)

# Alternate screen, mouse, bracketed paste, focus and key reports off; cursor on.
_PLAIN_TERMINAL = (
    b"\x1b[?1049l\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?2004l\x1b[?1004l\x1b[<u\x1b[?25h\x1b[0m"
)


def die(code: int) -> None:
    """The last resort of a signal: a plain terminal, and gone."""
    try:
        import termios

        os.write(1, _PLAIN_TERMINAL)
        attributes = termios.tcgetattr(0)
        attributes[0] |= termios.ICRNL | termios.IXON
        attributes[3] |= termios.ECHO | termios.ICANON | termios.ISIG | termios.IEXTEN
        termios.tcsetattr(0, termios.TCSANOW, attributes)
    except Exception:  # the terminal is gone: nothing to restore
        log.info("the terminal was gone")
    os._exit(code)
