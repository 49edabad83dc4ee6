"""Small exports in HubSpot's shape: its headers in full, and only the cells a test is about."""

from __future__ import annotations

import csv
from pathlib import Path

HEADERS = {
    "contacts": (
        "Contact ID,First Name,Last Name,Email,Phone Number,Mobile Phone Number,Job Title,Lifecycle Stage,Lead Status,"
        "Create Date,Last Modified Date,Contact Owner,Lead Source,Website URL,Street Address,City,State/Region,"
        "Postal Code,Country,Associated Company Domain"
    ),
    "companies": (
        "Company ID,Company Name,Company Domain Name,Industry,Number of Employees,Annual Revenue,Phone Number,Website,"
        "Street Address,City,State/Region,Postal Code,Country,Create Date,Last Modified Date,Company Owner"
    ),
    "deals": (
        "Deal ID,Deal Name,Deal Stage,Pipeline,Amount,Close Date,Create Date,Deal Owner,Deal Type,Closed Lost Reason,"
        "Associated Company Domain,Associated Contact Email"
    ),
    "activities": (
        "Activity ID,Activity Type,Activity Date,Activity Owner,Notes/Description,Call/Meeting Title/Subject,"
        "Call Outcome,Meeting Outcome,Task Status,Task Due Date,Associated Contact Email"
    ),
}

Cells = dict[str, str]


def write(path: Path, kind: str, rows: list[Cells], *more: str) -> Path:
    """A file of that kind; ``more`` are headers of its own behind HubSpot's."""
    header = [*HEADERS[kind].split(","), *more]
    with path.open("w", encoding="utf-8", errors="surrogatepass", newline="") as file:
        written = csv.DictWriter(file, header, restval="")
        written.writeheader()
        written.writerows(rows)
    return path


def contact(name: str = "Dana Ortiz", status: str = "", created: str = "2026-09-01", **more: str) -> Cells:
    """A person, whose address is made of their name."""
    first, _, last = name.partition(" ")
    made = {"Contact ID": f"C-{first}", "First Name": first, "Last Name": last, "Email": f"{first.lower()}@acme.com"}
    dates = {"Create Date": created, "Lead Status": status, "Lead Source": "Referral"}
    return {**made, **dates, **{key.replace("_", " "): value for key, value in more.items()}}


def company(name: str = "Acme Ltd", domain: str = "acme.com", **more: str) -> Cells:
    """A company."""
    made = {"Company ID": f"CO-{domain}", "Company Name": name, "Company Domain Name": domain}
    return {**made, **{key.replace("_", " "): value for key, value in more.items()}}


def deal(stage: str = "Contract Sent", who: str = "dana", domain: str = "", number: int = 1, **more: str) -> Cells:
    """A deal of somebody at Acme, opened on 15 September 2026."""
    made = {"Deal ID": f"D-{number}", "Deal Name": f"Deal {number}", "Deal Stage": stage, "Amount": "1250.50"}
    made |= {"Create Date": "2026-09-15", "Close Date": "2026-10-01", "Associated Company Domain": domain}
    made["Associated Contact Email"] = f"{who}@acme.com" if who else ""
    return {**made, **{key.replace("_", " "): value for key, value in more.items()}}


def activity(
    kind: str = "Call", day: str = "2026-09-20", outcome: str = "", who: str = "dana", number: int = 1, **more: str
) -> Cells:
    """Something that happened with somebody at Acme; ``outcome`` goes into the column of its kind."""
    made = {"Activity ID": f"A-{number}", "Activity Type": kind, "Activity Date": day}
    made |= {"Notes/Description": f"words {number}", "Associated Contact Email": f"{who}@acme.com"}
    column = {"Call": "Call Outcome", "Meeting": "Meeting Outcome", "Task": "Task Status"}.get(kind)
    if column:
        made[column] = outcome
    return {**made, **{key.replace("_", " "): value for key, value in more.items()}}
