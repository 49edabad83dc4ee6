"""The wall on the way in: no byte that arrives from the terminal ends the app, nothing pasted acts as keys.

Textual decodes the keyboard strictly, so one byte that is no UTF-8 (a terminal in another encoding) would end the app.
And an escape character inside a bracketed paste makes it read what follows as keys, which here log, close and convert;
not every terminal takes those out. Where the terminal itself is gone, no more keys come, and the app ends.
"""

from __future__ import annotations

import codecs
import os
import re
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from tui.terminal_end import GONE_WITHIN, die

PASTE_BEGINS, PASTE_ENDS = "\x1b[200~", "\x1b[201~"

_CONTROLS = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class SafeDecoder:
    """Turns the terminal's bytes into text, a piece at a time as they come; calls ``ended`` where none will come."""

    def __init__(self, ended: Callable[[], None] = lambda: None) -> None:
        self._ended = ended
        self._utf8 = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._pasting = False
        self._before = ""  # the last letters sent on, in which a paste may have begun
        self._held = ""  # in a paste, what may be the beginning of its end

    def decode(self, data: bytes, final: bool = False) -> str:
        """The text of these bytes; inside a paste without any control but tabs and line ends."""
        if not data and not final:
            self._ended()
        text = self._utf8.decode(data, final)
        if not self._pasting and "\x1b" not in text and "\x1b" not in self._before:
            return text
        pieces = []
        while text:
            piece, text = self._pasted(text) if self._pasting else self._typed(text)
            pieces.append(piece)
        return "".join(pieces)

    def _typed(self, text: str) -> tuple[str, str]:
        """What was typed, with the beginning of a paste if there is one, and what follows that."""
        seen = self._before + text
        at = seen.find(PASTE_BEGINS)
        if at < 0:
            self._before = seen[1 - len(PASTE_BEGINS) :]
            return text, ""
        end = at + len(PASTE_BEGINS) - len(self._before)
        self._pasting, self._before = True, ""
        return text[:end], text[end:]

    def _pasted(self, text: str) -> tuple[str, str]:
        """What was pasted, with its end if that has come, and what follows it."""
        text, self._held = self._held + text, ""
        at = text.find(PASTE_ENDS)
        if at < 0:
            held = next((size for size in range(len(PASTE_ENDS) - 1, 0, -1) if text.endswith(PASTE_ENDS[:size])), 0)
            whole = len(text) - held
            self._held = text[whole:]
            return _CONTROLS.sub("", text[:whole]), ""
        self._pasting = False
        return _CONTROLS.sub("", text[:at]) + PASTE_ENDS, text[at + len(PASTE_ENDS) :]


def read_safely() -> None:
    """Make Textual's terminal driver decode what it reads in this way."""
    with suppress(ImportError):  # not every system has this driver
        from textual.drivers import linux_driver

        vars(linux_driver)["getincrementaldecoder"] = lambda encoding: partial(SafeDecoder, _Ending())


class _Ending:
    """A terminal that is gone without a signal, as one that is not ours to control goes, is told like one with it."""

    def __init__(self) -> None:
        # What is drawn for nobody may block everything.
        self._backstop = threading.Timer(GONE_WITHIN, die, [128 + signal.SIGHUP])
        self._backstop.daemon = True

    def __call__(self) -> None:
        if not self._backstop.is_alive():
            self._backstop.start()
            os.kill(os.getpid(), signal.SIGHUP)
        self._backstop.join(0.1)  # for ever there is nothing to read
