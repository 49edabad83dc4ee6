"""Companies as files name them: the key two spellings share, and the domain that belongs to a company alone."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

_NOBODYS_SITE = frozenset(
    ("linkedin.com", "facebook.com", "twitter.com", "x.com", "instagram.com", "youtube.com", "goo.gl", "bit.ly")
)
_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


@lru_cache(maxsize=16_384)
def company_key(name: str) -> str:
    """The name folded to letters, digits and single blanks, without accents and legal form; "" for no name."""
    from cleanco import basename

    bare = basename(name) or name
    plain = unicodedata.normalize("NFKD", bare.casefold().replace("&", " and "))
    kept = "".join(letter if letter.isalnum() else " " for letter in plain if not _silent(letter))
    return " ".join(kept.split()) or name.casefold().strip()


def site_domain(address: str) -> str:
    """The domain of a website or a bare domain, without ``www.``; "" where the text names none of a company's own."""
    text = address.strip()
    try:
        host = urlsplit(text if "://" in text else f"//{text}").hostname or ""
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    except ValueError:  # UnicodeError is one too
        return ""
    host = host.rstrip(".").removeprefix("www.")
    return host if _HOST.fullmatch(host) and len(host) < 254 and host not in _NOBODYS_SITE else ""


def mail_domain(key: str) -> str:
    """The domain of a folded e-mail address where it is a company's; "" for free mail."""
    domain = key.rpartition("@")[2]
    return "" if domain in free_mail() else domain


@lru_cache(maxsize=1)
def free_mail() -> frozenset[str]:
    """The domains whose addresses say nothing about where somebody works."""
    text = Path(__file__).with_name("free_mail.txt").read_text("utf-8")
    return frozenset(line for line in text.splitlines() if not line.startswith("#"))


def _silent(letter: str) -> bool:
    return letter in "'’." or unicodedata.combining(letter) != 0
