"""Countries by the names that files use for them, and the time zones they have; from the time zone database."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from importlib.resources import files

# Everyday and formal names that differ from the table's own. Keys are folded as by _folded.
_ALSO = """
    AE uae, AQ antarctica the territory south of deg s, AS american samoa, BA bosnia,
    BL st barthelemy, BN brunei darussalam, BO bolivia plurinational state of, BV bouvet island bouvetoya,
    CD dr congo, CD democratic republic of the congo, CF central african republic, CG congo, CG republic of the congo,
    CI cote divoire, CV cabo verde, CZ czechia, DE deutschland, ES espana, FK falkland islands malvinas,
    FM micronesia, GB uk, GB great britain, GB united kingdom, GB england, GB scotland, GB wales, GB northern ireland,
    GB united kingdom of great britain and northern ireland, HR hrvatska, IO british indian ocean territory,
    IO british indian ocean territory chagos archipelago, IR iran islamic republic of, IT italia,
    KG kyrgyz republic, KN st kitts and nevis, KP north korea, KR south korea, KR republic of korea, KR korea,
    LA laos, LA lao peoples democratic republic, LY libyan arab jamahiriya, MD moldova republic of, MF st martin,
    MK macedonia, MM myanmar, MM burma, MO macao, NL the netherlands, NL holland, PM st pierre and miquelon,
    PN pitcairn islands, PS palestine state of, PS palestinian territory, RU russian federation, SH st helena,
    SJ svalbard and jan mayen islands, SK slovak republic, SK slovakia slovak republic, ST sao tome and principe,
    SY syrian arab republic, SZ swaziland, TC turks and caicos islands, TF french southern territories,
    TL timor leste, TR turkiye, TW taiwan, TZ united republic of tanzania, TZ tanzania united republic of,
    US usa, US united states of america, US united states minor outlying islands, VA holy see vatican city state,
    VC st vincent and the grenadines, VE venezuela bolivarian republic of, VG british virgin islands, VN viet nam,
    VI us virgin islands, VI united states virgin islands, WS samoa
"""


@lru_cache(maxsize=4096)
def country_code(name: str) -> str | None:
    """The two letters (ISO 3166-1) of a country given by name or by its two letters; None when unknown."""
    folded = _folded(name)
    if len(folded) == 2 and folded != "uk":
        return folded.upper() if folded.upper() in _codes() else None
    return _names().get(folded)


def only_zone(code: str) -> str | None:
    """The time zone of a country (two letters) that has just one; None for the others."""
    zones = _zones().get(code, ())
    return zones[0] if len(zones) == 1 else None


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    names = {_folded(name): code for code, name in _table("iso3166.tab")}
    for entry in " ".join(_ALSO.split()).split(", "):
        code, name = entry.split(" ", 1)
        names[name] = code
    return names


@lru_cache(maxsize=1)
def _codes() -> frozenset[str]:
    return frozenset(code for code, _ in _table("iso3166.tab"))


@lru_cache(maxsize=1)
def _zones() -> dict[str, tuple[str, ...]]:
    zones: dict[str, tuple[str, ...]] = {}
    for code, _, zone in ((*row, "")[:3] for row in _table("zone.tab")):
        zones[code] = (*zones.get(code, ()), zone)
    return zones


def _table(name: str) -> list[tuple[str, ...]]:
    text = files("tzdata").joinpath("zoneinfo", name).read_text("utf-8")
    return [tuple(line.split("\t")) for line in text.splitlines() if line and not line.startswith("#")]


def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold()).replace("&", " and ")
    kept = (letter for letter in plain if letter not in "'’." and not unicodedata.combining(letter))
    words = "".join(letter if letter.isalpha() else " " for letter in kept).split()
    return " ".join("st" if word == "saint" else word for word in words)
