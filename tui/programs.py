"""A person's own phone and mail program: how somebody is reached, and handing a number or address over.

No shell reads what is handed over: the command's words are an argument list, the number or address goes into one of
them, and what could be taken for anything else is not handed over at all.
"""

from __future__ import annotations

import logging
import re
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from store.vocabulary import Channel, Reachability
from tui import present

if TYPE_CHECKING:
    from store.queries.facts import Facts

log = logging.getLogger(__name__)

_NOT_DIALLED = re.compile(r"[^\d+*#]")
# One @ between what mail programs take for letters; signs that a URI or an option begins with are none of them.
_ADDRESS = re.compile(r"[^\W_][\w.+'=~-]*@[^\W_][\w.-]*\.[^\W\d_]\w*")


@dataclass(frozen=True, slots=True)
class Way:
    """How somebody is reached: a number where ``by_phone``, else an address, as stored and as people read it."""

    value: str
    shown: str
    by_phone: bool


@dataclass(frozen=True, slots=True)
class Programs:
    """The commands of ``config.toml``, split into words, with ``{number}`` or ``{address}`` in one of them."""

    phone: tuple[str, ...] | None = None
    mail: tuple[str, ...] | None = None
    config_file: Path = Path("config.toml")

    def open(self, way: Way) -> str | None:
        """Start the program on a number or address; a sentence where that cannot be done, else None."""
        command, key, slot = (
            (self.phone, "phone_command", "number") if way.by_phone else (self.mail, "mail_command", "address")
        )
        if command is None:
            scheme = "tel" if way.by_phone else "mailto"
            return f'No program is set: write {key} = "xdg-open {scheme}:{{{slot}}}" into {self.config_file}.'
        value = dialled(way.value) if way.by_phone else written_to(way.value)
        if not value:
            return f"{way.shown} is no {slot} that a program could be given."
        return _start([word.replace(f"{{{slot}}}", value) for word in command], key)


def way_to(known: Facts, channel: Channel | None) -> Way | None:
    """The number or address to use for a step: what the channel asks for where there is one, else the other.

    What is known to be bad is left out, and an address whose person unsubscribed; a person's own number comes before
    the company's.
    """
    numbers = [
        Way(phone.number, present.phone(phone.number), True)
        for phone in sorted(known.phones, key=lambda phone: phone.of_company)
        if phone.state is not Reachability.BAD
    ]
    addresses = [
        Way(email.address, present.safe(email.address, 80), False)
        for email in known.emails
        if email.state is not Reachability.BAD and known.email_stopped_at is None
    ]
    ways = [*addresses, *numbers] if channel is Channel.EMAIL else [*numbers, *addresses]
    return ways[0] if ways else None


def dialled(number: str) -> str:
    """What of a number is dialled: its digits, and the plus before them; empty where there are none."""
    return _NOT_DIALLED.sub("", number.partition(";")[0])[:32]


def written_to(address: str) -> str:
    """An address if it is nothing but one, else empty."""
    return address if len(address) <= 254 and _ADDRESS.fullmatch(address) else ""


def _start(arguments: list[str], key: str) -> str | None:
    try:
        process = subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, ValueError) as problem:
        log.warning("%s could not be started", key, exc_info=problem)
        why = problem.strerror if isinstance(problem, OSError) else None
        return f"{present.safe(arguments[0], 60)} cannot be started ({why or 'not a program'}): mend {key}."
    threading.Thread(target=process.wait, name=key, daemon=True).start()  # so that no dead process is left behind
    return None
