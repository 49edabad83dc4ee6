"""One row of a file as a contact: clean, typed, frozen; or rejected with its line and reason."""

from __future__ import annotations

from collections.abc import Mapping as Table
from dataclasses import dataclass, field

from store.instants import Instant
from store.intake.people import Email
from store.intake.phones import Phone


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRow:
    """A person as one row of a file tells of them. Texts are "" where the file says nothing.

    ``line`` is where the row begins in the file. ``system`` with ``external_id`` is the other system's name for it
    (None where it has none); ``digest`` is the same for the same cells. ``status``, ``lifecycle``, ``owner`` and
    ``source`` are the file's own words. ``domain_said``: a column named the domain, it was not read off an e-mail
    address. Times are instants, None where unknown; ``…_date_only`` ones are midnight in the team's zone and stand
    outside SLA figures. ``custom`` holds every other column by its header, ``notices`` says what could not be
    understood and was kept there.
    """

    line: int
    system: str
    external_id: str | None
    digest: str
    name: str
    first_name: str
    last_name: str
    title: str
    seniority: str
    emails: tuple[Email, ...]
    phones: tuple[Phone, ...]
    linkedin: str
    company: str
    company_key: str
    domain: str
    domain_said: bool
    website: str
    industry: str
    company_size: int | None
    street: str
    city: str
    state: str
    postal_code: str
    country: str
    country_code: str | None
    time_zone: str | None
    status: str
    lifecycle: str
    owner: str
    source: str
    campaign: str
    created_at: Instant | None
    created_date_only: bool
    updated_at: Instant | None
    updated_date_only: bool
    description: str
    notes: str
    opted_out_email: bool
    do_not_call: bool
    do_not_contact: bool
    converted: bool
    converted_at: Instant | None
    converted_opportunity_id: str | None
    converted_account_id: str | None
    custom: Table[str, str] = field(default_factory=dict, hash=False)
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was not taken: where it begins, why, and its cells unchanged. ``field`` names the header at fault."""

    line: int
    reason: str
    cells: tuple[str, ...]
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds where a file says nothing: the team's phone region (ISO) and zone, a source, a system's name.

    ``day_first`` settles dates like 3/4/2024; None lets the file's other dates tell.
    """

    region: str = "US"
    zone: str = "UTC"
    source: str = ""
    system: str = ""
    encoding: str = ""
    day_first: bool | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One column and what is understood of it: one of our fields, or None for a custom field. ``example``: a value."""

    position: int
    header: str
    field: str | None
    example: str = ""
    nameless: bool = False

    @property
    def meaning(self) -> str:
        """What becomes of the column, in words."""
        if self.field is None:
            return "custom field"
        return "left out" if self.field == "-" else self.field.replace("_", " ")
