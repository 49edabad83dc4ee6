"""The big database that speed is measured on: made by SQL over sets, kept, and made again when the schema changes.

    python -m benchmarks.generate [LEADS]

A million at bats by default: one rep with 3,000 open ones, a pool of 680,000 that nobody has taken, the rest closed or
other reps'; within each of these, numbered as they were opened, as in life. 300,000 people, one of whom has 100,000
touches of the 5,000,000. It satisfies every constraint and the doctor; its history is one operation. It lies in
``$ATBAT_BENCH_DIR``, else ``~/.cache/atbat-bench``.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from dataclasses import astuple, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter

import apsw

from store.database import MIGRATIONS, Store, open_store
from store.instants import DAY, HOUR, MINUTE, Instant, instant
from store.operations.init import TeamDraft, UserDraft, create_store
from store.operations.scoring import total_of
from store.rules.business import Calendar
from store.vocabulary import Motion, Outcome, UserRole

NOW: Instant = instant(datetime(2026, 10, 20, 15, 0, tzinfo=UTC))  # the moment at which the data is up to date
REP = "Priya N."
LONGEST_CONTACT = 1  # whose timeline is the longest
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of everything; ``own`` are the first rep's open at bats, ``each`` those of every other rep."""

    leads: int = 1_000_000
    contacts: int = 300_000
    touches: int = 5_000_000
    own: int = 3_000
    pool: int = 680_000
    longest: int = 100_000
    reps: int = 40
    each: int = 120

    @classmethod
    def of(cls, leads: int) -> Sizes:
        """The same shape at another size, from a thousand on."""
        if leads < 1_000:
            raise ValueError("the shape needs a thousand at bats at least")
        share = leads / 1_000_000

        def part(whole: int, least: int) -> int:
            return max(least, round(whole * share))

        return cls(
            leads,
            part(300_000, 60),
            part(5_000_000, 400),
            part(3_000, 20),
            part(680_000, 100),
            part(100_000, 40),
            reps=part(40, 2),
            each=min(120, part(12_000, 3)),
        )

    @property
    def owned(self) -> int:
        """Open at bats that somebody has."""
        return self.own + self.reps * self.each

    @property
    def alone(self) -> int:
        """Of the pool, at bats on a company alone: a person has at most one open."""
        return self.pool - (self.contacts - self.owned)


def bench_database(sizes: Sizes | None = None, say: Say = lambda line: None) -> Path:
    """The database of these sizes, made now unless it lies there from before."""
    sizes = sizes or Sizes()
    folder = Path(os.environ.get("ATBAT_BENCH_DIR") or Path.home() / ".cache" / "atbat-bench")
    path = folder / f"leads-{sizes.leads}-{_version(sizes)}.db"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}")
        try:
            generate(fresh, sizes, say)
            fresh.replace(path)
        finally:
            for leftover in ("", "-wal", "-shm", ".lock"):
                Path(f"{fresh}{leftover}").unlink(missing_ok=True)
    return path


def _version(sizes: Sizes) -> str:
    """Changes with the schema, the rules, the sizes and this file."""
    sources = [*sorted(MIGRATIONS.glob("[0-9]*.py")), MIGRATIONS.with_name("rules.toml"), Path(__file__)]
    made_of = b"".join(source.read_bytes() for source in sources) + repr(astuple(sizes)).encode()
    return hashlib.sha256(made_of).hexdigest()[:12]


def generate(path: Path, sizes: Sizes, say: Say = lambda line: None) -> None:
    """Make the database at ``path``, which must not exist; ``say`` hears what is done and how long it took."""
    users = [UserDraft(REP), *(UserDraft(f"Rep {number}") for number in range(1, sizes.reps + 1))]
    users += [UserDraft("Marcus L.", UserRole.AE), UserDraft("Grace O.", UserRole.LEAD)]
    create_store(path, TeamDraft("Bench", "UTC", users=users), NOW - 800 * DAY)
    store = open_store(path)
    try:
        connection = store.connection
        for pragma, value in (
            ("foreign_keys", 0),
            ("journal_mode", "off"),
            ("synchronous", 0),
            ("cache_size", -400_000),
            ("locking_mode", "exclusive"),
        ):
            connection.pragma(pragma, value)
        _fill(store, sizes, say)
        connection.pragma("locking_mode", "normal")
        connection.pragma("journal_mode", "wal")
    finally:
        store.close()


def _fill(store: Store, sizes: Sizes, say: Say) -> None:
    connection = store.connection
    kept = store.rows(
        "SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL"
        " AND tbl_name NOT LIKE '%schema_migration%' AND tbl_name NOT LIKE '%\\_%\\_%' ESCAPE '\\'"
        " ORDER BY type"
    )
    searches = store.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%USING fts5(%'")
    connection.execute("BEGIN")
    for kind, name, _ in kept:
        connection.execute(f'DROP {kind} "{name}"')
    _words(store)
    numbers = {**{name: getattr(sizes, name) for name in Sizes.__slots__}, "owned": sizes.owned, "alone": sizes.alone}
    numbers["closed"] = sizes.leads - sizes.contacts - max(sizes.alone, 0)
    numbers.update(now=NOW, day=DAY, hour=HOUR, minute=MINUTE, rep=2, digest=store.rules.digest)
    for what, sql in SCRIPT:
        began = perf_counter()
        for statement in sql.split(";"):
            if statement.strip():
                connection.execute(statement, numbers)
        say(f"{perf_counter() - began:6.1f} s  {what}")
    for _, name, sql in kept:
        began = perf_counter()
        connection.execute(sql)
        if perf_counter() - began > 1:
            say(f"{perf_counter() - began:6.1f} s  {name}")
    began = perf_counter()
    _score(store)
    say(f"{perf_counter() - began:6.1f} s  scores")
    for (search,) in searches:
        began = perf_counter()
        connection.execute(f"INSERT INTO {search} ({search}) VALUES ('rebuild')")
        say(f"{perf_counter() - began:6.1f} s  {search}")
    connection.execute("COMMIT")  # and no ANALYZE: nobody's own database has had one


def _score(store: Store) -> None:
    """Give every open at bat the score of its facts and signals."""
    rows = store.rows("SELECT contact_id, account_id, updated_at, id FROM lead WHERE open = 1")
    scored = ((total_of(store, *row), row[-1]) for row in rows)
    store.connection.executemany("UPDATE lead SET score = ? WHERE id = ?", scored)


def _words(store: Store) -> None:
    """The words and numbers that the script draws on, as temporary tables."""
    from faker.providers.person.en_US import Provider

    connection = store.connection
    connection.create_scalar_function("mix", _mix, 2, deterministic=True)
    firms = "Lantern Harbour Meadow Anchor Falcon Copper Orchard Summit Beacon Willow Granite Juniper Cobalt Thistle"
    trades = "Logistics Foods Energy Systems Retail Paper Insurance Motors Textiles Media Clinics Freight Tools Labs"
    for name, words in (
        ("first", sorted(set(Provider.first_names))),
        ("last", sorted(set(Provider.last_names))),
        ("firm", firms.split()),
        ("trade", trades.split()),
        ("job", ["CFO", "COO", "VP Operations", "Head of IT", "Plant Manager", "Buyer", "Managing Director"]),
        ("place", ["America/New_York", "America/Chicago", "America/Los_Angeles", "Europe/London", "Europe/Berlin"]),
    ):
        connection.execute(f"CREATE TEMP TABLE {name} (n INTEGER PRIMARY KEY, word TEXT)")
        connection.executemany(f"INSERT INTO temp.{name} VALUES (?, ?)", list(enumerate(words)))
    rules = store.rules
    connection.execute("CREATE TEMP TABLE motion (n INTEGER PRIMARY KEY, motion TEXT, cadence TEXT, source TEXT)")
    connection.executemany(
        "INSERT INTO temp.motion VALUES (?, ?, ?, ?)",
        [(n, motion, rules.cadence_of(motion).key, f"source {n % 5}") for n, motion in enumerate(Motion)],
    )
    connection.execute(
        "CREATE TEMP TABLE ending (n INTEGER PRIMARY KEY, outcome TEXT, status TEXT, reason TEXT, connected, back)"
    )
    endings = [ending for share, ending in _ENDINGS for _ in range(share)]
    assert len(endings) == 100
    connection.executemany(
        "INSERT INTO temp.ending VALUES (?, ?, ?, ?, ?, ?)",
        [
            (n, outcome, status, rules.outcomes[outcome].default_reason, connected, back)
            for n, (outcome, status, connected, back) in enumerate(endings)
        ],
    )
    connection.execute("CREATE TEMP TABLE qualifying (n INTEGER PRIMARY KEY, at INTEGER, due INTEGER)")
    calendar = Calendar(store.zone, store.calendar.hours)
    convert = rules.sla.convert
    days = [
        instant(datetime.combine(date(2026, 10, day), datetime.min.time(), UTC)) + 11 * HOUR for day in range(12, 17)
    ]
    connection.executemany(
        "INSERT INTO temp.qualifying VALUES (?, ?, ?)",
        [(n, at, calendar.add(at, convert)) for n, at in enumerate(days)],
    )


def _mix(*numbers: apsw.SQLiteValue) -> int:
    """A number below 2^31 that looks random, the same for the same row and salt."""
    row, salt = numbers
    assert isinstance(row, int)
    assert isinstance(salt, int)
    return ((row * 2654435761 + salt * 40503) ^ (row * 97 + salt) << 9) >> 3 & 0x7FFFFFFF


# Of a hundred: outcome, status, whether it connected, days until it may come back.
_ENDINGS = (
    (46, (Outcome.NO_RESPONSE, "nurture", 0, 90)),
    (15, (Outcome.NOT_READY, "nurture", 1, 120)),
    (15, (Outcome.BAD_FIT, "disqualified", 1, None)),
    (6, (Outcome.WRONG_PERSON, "disqualified", 0, None)),
    (5, (Outcome.BAD_DATA, "disqualified", 0, None)),
    (3, (Outcome.RE_ENGAGE, "nurture", 1, 150)),
    (7, (Outcome.CONVERTED, "converted", 1, None)),
    (3, (Outcome.MEETING_BOOKED, "converted", 1, 30)),
)
_COUNTING = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {})"

SCRIPT = (
    (
        "companies and people",
        f"""
        CREATE TEMP TABLE num (j INTEGER PRIMARY KEY);
        {_COUNTING.format("max(:longest, 200)")} INSERT INTO temp.num SELECT i FROM n;
        {_COUNTING.format("max(:alone, :contacts / 3)")}
        INSERT INTO account (id, name, key, domain, website, industry, size, country, city, state, street, postal_code,
            zone, owner_id, custom, created_at, version, void, written_id)
        SELECT i, f.word || ' ' || t.word || ' ' || i, lower(f.word || ' ' || t.word || ' ' || i),
            lower(f.word || t.word || i) || '.example', '', lower(t.word), 5 + mix(i, 1) % 900, 'US', '', '', '', '',
            p.word, NULL, '', :now - 790 * :day, 0, 0, 1
        FROM n JOIN firm f ON f.n = mix(i, 2) % 14 JOIN trade t ON t.n = mix(i, 3) % 14 JOIN place p ON p.n = i % 5;
        {_COUNTING.format(":contacts")}
        INSERT INTO contact (id, account_id, name, first_name, last_name, title, seniority, persona, zone, consent,
            suppressed_why, pool, is_reference, notes, source, street, city, state, postal_code, country, custom,
            created_at, version, void, written_id)
        SELECT i, 1 + mix(i, 4) % (:contacts / 3), f.word || ' ' || l.word, f.word, l.word, j.word, '', '',
            p.word, '', '', 'sales', 0, '', 'source 1', '', '', '', '', 'US', '', :now - 780 * :day, 0, 0, 1
        FROM n JOIN first f ON f.n = mix(i, 5) % (SELECT count(*) FROM first)
            JOIN last l ON l.n = mix(i, 6) % (SELECT count(*) FROM last)
            JOIN job j ON j.n = mix(i, 7) % 7 JOIN place p ON p.n = i % 5""",
    ),
    (
        "numbers, addresses, employers",
        """
        INSERT INTO phone (contact_id, written_as, e164, digits, extension, kind, state, position, void, written_id)
        SELECT id, '+1 ' || (200 + id % 700) || ' 555 ' || substr('0000' || (id / 700), -4),
            '+1' || (200 + id % 700) || '555' || substr('0000' || (id / 700), -4),
            '1' || (200 + id % 700) || '555' || substr('0000' || (id / 700), -4), '', 'direct', 'valid', 0, 0, 1
        FROM contact;
        INSERT INTO email (contact_id, address, folded, state, position, void, written_id)
        SELECT c.id, lower(c.first_name || '.' || c.last_name) || c.id || '@' || a.domain,
            lower(c.first_name || '.' || c.last_name) || c.id || '@' || a.domain, 'unknown', 0, 0, 1
        FROM contact c JOIN account a ON a.id = c.account_id;
        INSERT INTO employment (contact_id, account_id, title, starts, ends, void, written_id)
        SELECT id, account_id, title, '2024-01-01', '', 0, 1 FROM contact;
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20)
        INSERT INTO campaign (id, name, channel, source, cost, starts, ends, version, void, written_id)
        SELECT i, 'Campaign ' || i, 'webinar', 'source ' || i % 5, 100000 * i, '2025-01-01', '2026-12-31', 0, 0, 1
        FROM n""",
    ),
    (
        "the plan of every at bat",
        f"""
        CREATE TEMP TABLE plan (id INTEGER PRIMARY KEY, kind TEXT, contact_id, account_id, owner_id, motion INTEGER,
            opened_at, span, lag, k INTEGER DEFAULT 0, connected INTEGER DEFAULT 0, ending INTEGER, due_at,
            number INTEGER);
        {_COUNTING.format(":contacts")}
        INSERT INTO temp.plan (id, kind, contact_id, account_id, owner_id, motion, opened_at, span, due_at)
        SELECT i,
            CASE WHEN i > :owned THEN 'new' ELSE CASE i % 20 WHEN 0 THEN 'new' WHEN 2 THEN 'new' WHEN 3 THEN 'new'
                WHEN 4 THEN 'working' WHEN 5 THEN 'callback' WHEN 6 THEN 'expired' WHEN 7 THEN 'qualified'
                ELSE 'attempting' END END,
            i, c.account_id,
            CASE WHEN i <= :own THEN :rep WHEN i <= :owned THEN :rep + 1 + (i - :own - 1) / :each END,
            CASE WHEN i > :owned THEN CASE WHEN i % 50 = 0 THEN 0 WHEN i % 2 THEN 2 ELSE 7 END
                WHEN i % 20 = 0 THEN 0 WHEN i % 20 = 2 THEN 7 WHEN i % 20 = 3 THEN 2 ELSE mix(i, 8) % 9 END,
            :now - 40 * :day + i * 864000 / :contacts * 1000000,
            CASE i % 20 WHEN 7 THEN 10 * :day ELSE 30 * :day - (mix(i, 22) % (27 * 86400)) * 1000000 END,
            :now + (mix(i, 10) % (CASE WHEN i > :owned THEN 20 ELSE 12 END * 86400)) * 1000000
                - CASE WHEN i > :owned THEN 10 ELSE 2 END * :day
        FROM n JOIN contact c ON c.id = i;
        {_COUNTING.format(":alone")}
        INSERT INTO temp.plan (id, kind, account_id, motion, opened_at, span, due_at)
        SELECT :contacts + i, 'new', i, CASE WHEN i % 50 = 0 THEN 0 WHEN i % 2 THEN 2 ELSE 7 END,
            :now - 40 * :day + i * 864000 / :alone * 1000000, 0,
            :now - 10 * :day + (mix(i, 12) % 1728000) * 1000000
        FROM n WHERE :alone > 0;
        {_COUNTING.format(":leads - :contacts - max(:alone, 0)")}
        INSERT INTO temp.plan (id, kind, contact_id, owner_id, motion, opened_at, span, ending, connected, account_id)
        SELECT x.id, 'closed', x.contact_id, :rep + mix(x.i, 13) % (:reps + 1), mix(x.i, 14) % 9,
            :now - 660 * :day + x.i * 600 * 86400 / :closed * 1000000,
            4 * :day + (mix(x.i, 16) % (12 * 86400)) * 1000000, e.n, e.connected, c.account_id
        FROM (SELECT i, :contacts + max(:alone, 0) + i AS id,
                     CASE WHEN i <= 3 THEN 1 ELSE 2 + mix(i, 17) % (:contacts - 1) END AS contact_id FROM n) x
        JOIN ending e ON e.n = mix(x.i, 18) % 100 JOIN contact c ON c.id = x.contact_id;
        UPDATE temp.plan SET lag = 1000000 * (10 + mix(id, 23) % CASE mix(id, 24) % 5 WHEN 0 THEN 290 WHEN 1 THEN 1800
            WHEN 2 THEN 7200 WHEN 3 THEN 43200 ELSE 172000 END);
        UPDATE temp.plan SET connected = 1 WHERE kind IN ('working', 'qualified');
        UPDATE temp.plan SET number = 1 WHERE contact_id IS NULL;
        CREATE TEMP TABLE numbered AS SELECT id, row_number() OVER (PARTITION BY contact_id ORDER BY opened_at, id) AS n
        FROM temp.plan WHERE contact_id IS NOT NULL;
        CREATE INDEX temp.numbered_id ON numbered (id, n);
        UPDATE temp.plan SET number = (SELECT n FROM numbered WHERE numbered.id = plan.id) WHERE number IS NULL""",
    ),
    (
        "how often each was touched",
        """
        CREATE TEMP TABLE touched AS
        SELECT id, row_number() OVER (ORDER BY id) - 1 AS rank, count(*) OVER () AS total
        FROM temp.plan WHERE kind <> 'new' AND contact_id <> 1;
        CREATE INDEX temp.touched_id ON touched (id);
        UPDATE temp.plan SET k = (SELECT (:touches - :longest) / total + (rank < (:touches - :longest) % total)
            + CASE WHEN rank / 2 * 2 + 1 >= total THEN 0
                   ELSE (1 - 2 * (rank % 2)) * min(rank / 2 % 7, (:touches - :longest) / total - 1) END
            FROM touched WHERE touched.id = plan.id)
        WHERE kind <> 'new' AND contact_id <> 1;
        UPDATE temp.plan SET k = :longest / 4 + CASE WHEN id = 1 THEN :longest % 4 ELSE 0 END WHERE contact_id = 1;
        CREATE TEMP TABLE times AS SELECT id, opened_at + lag AS first_at,
            opened_at + lag + (k - 1) * ((span - lag) / max(k - 1, 1)) AS last_at, opened_at + span AS end_at,
            (span - lag) / max(k - 1, 1) AS gap FROM temp.plan WHERE k > 0;
        CREATE INDEX temp.times_id ON times (id)""",
    ),
    (
        "at bats",
        """
        INSERT INTO lead (id, account_id, contact_id, number, motion, source, "trigger", why, campaign_id, owner_id,
            team_id, assigned_at, stage, status, sub_status, open, opened_at, opened_day, stage_at, accepted_at,
            connected_at, attempts, direct_attempts, partner_touches, connects, touches, last_touch_at,
            last_disposition, last_attempt_at, cadence, cadence_step, next_channel, next_words, due_at, tier,
            callback_at, first_touch_due_at, first_touch_at, expires_at, warn_at, extensions, decision, decision_at,
            score, value, need, budget, authority, timeline, learned, outcome, reason, outcome_note, competitor,
            closed_at, eligible_at, eligible_on, imported, rules, custom, updated_at, version, void, written_id)
        SELECT p.id, p.account_id, p.contact_id, p.number, m.motion, m.source, '', '',
            CASE WHEN p.motion = 7 THEN 1 + p.id % 20 END, p.owner_id, 1,
            CASE WHEN p.owner_id IS NOT NULL THEN p.opened_at END,
            CASE p.kind WHEN 'new' THEN 'new' WHEN 'working' THEN 'connected' WHEN 'qualified' THEN 'qualified'
                WHEN 'closed' THEN iif(e.status = 'converted', 'converted', 'closed') ELSE 'attempting' END,
            CASE p.kind WHEN 'new' THEN iif(p.number > 1, 'recycled', 'uncontacted') WHEN 'working' THEN 'working'
                WHEN 'qualified' THEN 'qualified' WHEN 'closed' THEN e.status ELSE 'attempting' END,
            '', p.kind <> 'closed', p.opened_at, date(p.opened_at / 1000000, 'unixepoch'),
            CASE p.kind WHEN 'new' THEN p.opened_at WHEN 'working' THEN t.last_at WHEN 'qualified' THEN q.at
                WHEN 'closed' THEN t.end_at ELSE t.first_at END,
            t.first_at, CASE WHEN p.connected THEN t.last_at END,
            p.k, p.k, 0, p.connected, p.k, t.last_at,
            CASE WHEN p.k = 0 THEN NULL WHEN p.connected THEN 'conversation'
                ELSE iif(p.k % 3, 'no_answer', 'sent') END,
            t.last_at, m.cadence, min(p.k, 6), CASE WHEN p.kind <> 'closed' THEN iif(p.id % 3, 'call', 'email') END, '',
            CASE p.kind WHEN 'closed' THEN NULL WHEN 'qualified' THEN q.due ELSE p.due_at END,
            CASE p.kind WHEN 'new' THEN iif(p.motion = 0, 2, 4) WHEN 'callback' THEN 1 WHEN 'expired' THEN 3
                WHEN 'qualified' THEN 3 ELSE 5 END,
            CASE WHEN p.kind = 'callback' THEN p.due_at END,
            CASE WHEN p.motion IN (0, 7) THEN iif(p.kind = 'new', p.due_at, p.opened_at + 5 * :minute) END,
            t.first_at,
            p.opened_at + 45 * :day, p.opened_at + 43 * :day, 0,
            CASE WHEN p.kind = 'expired' THEN 'expired' END, CASE WHEN p.kind = 'expired' THEN p.due_at END,
            mix(p.id, 19) % 100, CASE WHEN mix(p.id, 20) % 3 THEN 0 ELSE mix(p.id, 21) % 40 * 100000 END,
            iif(p.kind = 'qualified' OR e.outcome = 'converted_to_opportunity', 'yes', NULL),
            iif(p.kind = 'qualified' OR e.outcome = 'converted_to_opportunity', 'yes', NULL),
            iif(p.kind = 'qualified' OR e.outcome = 'converted_to_opportunity', 'yes', NULL),
            iif(p.kind = 'qualified' OR e.outcome = 'converted_to_opportunity', 'not_known', NULL),
            '', e.outcome, coalesce(e.reason, ''), '', '', CASE WHEN p.kind = 'closed' THEN t.end_at END,
            t.end_at + e.back * :day, '', 0, :digest, '', p.opened_at, 1, 0, 1
        FROM temp.plan p JOIN motion m ON m.n = p.motion LEFT JOIN times t ON t.id = p.id
            LEFT JOIN ending e ON e.n = p.ending LEFT JOIN qualifying q ON p.kind = 'qualified' AND q.n = p.id / 20 % 5
        ORDER BY p.id""",
    ),
    (
        "touches",
        """
        INSERT INTO touch (lead_id, contact_id, account_id, user_id, at, day, logged_at, channel, direction, with_whom,
            disposition, attempt, connect, automated, date_only, imported, duration, note, void, written_id)
        SELECT p.id, p.contact_id, p.account_id, p.owner_id, t.first_at + (n.j - 1) * t.gap,
            date((t.first_at + (n.j - 1) * t.gap) / 1000000, 'unixepoch'), t.first_at + (n.j - 1) * t.gap,
            iif(n.j % 3 OR (p.connected AND n.j = p.k), 'call', 'email'), 'out', 'contact',
            CASE WHEN p.connected AND n.j = p.k THEN 'conversation' WHEN n.j % 3 THEN 'no_answer' ELSE 'sent' END,
            1, p.connected AND n.j = p.k, 0, 0, 0, iif(n.j % 3, 30 + n.j % 200, NULL),
            iif(p.connected AND n.j = p.k, 'good talk', ''), 0, 1
        FROM temp.plan p JOIN times t ON t.id = p.id JOIN num n ON n.j <= p.k
        WHERE p.k > 0 ORDER BY p.id, n.j;
        INSERT INTO dial_count (lead_id, user_id, dials, connects, meetings)
        SELECT lead_id, user_id, count(*), sum(connect), 0 FROM touch WHERE channel = 'call' GROUP BY lead_id, user_id
        """,
    ),
    (
        "stages, statuses, owners, groups",
        """
        INSERT INTO stage_spell (lead_id, stage, entered_at, left_at, skipped, override, void, written_id)
        SELECT id, stage, entered_at, left_at, 0, 0, 0, 1 FROM (
            SELECT l.id, 0 AS step, 'new' AS stage, l.opened_at AS entered_at, l.first_touch_at AS left_at FROM lead l
            UNION ALL SELECT id, 1, 'accepted', first_touch_at, first_touch_at FROM lead WHERE touches > 0
            UNION ALL SELECT id, 2, 'attempting', first_touch_at, coalesce(connected_at, closed_at) FROM lead
                WHERE touches > 0
            UNION ALL SELECT id, 3, 'connected', connected_at,
                iif(stage = 'qualified', stage_at, closed_at) FROM lead WHERE connected_at IS NOT NULL
            UNION ALL SELECT id, 4, 'qualified', stage_at, NULL FROM lead WHERE stage = 'qualified'
            UNION ALL SELECT id, 4, 'qualified', closed_at, closed_at FROM lead
                WHERE outcome = 'converted_to_opportunity'
            UNION ALL SELECT id, 5, 'disqualified', closed_at, closed_at FROM lead WHERE status = 'disqualified'
            UNION ALL SELECT id, 6, stage, closed_at, NULL FROM lead WHERE open = 0) ORDER BY id, step;
        UPDATE lead SET entered = way.entered FROM (
            SELECT lead_id, max(stage = 'attempting') + 2 * max(stage = 'connected') + 4 * max(stage = 'qualified')
                + 8 * max(stage = 'converted') AS entered FROM stage_spell GROUP BY lead_id) way
            WHERE way.lead_id = lead.id AND way.entered > 0;
        INSERT INTO status_change (lead_id, status, at, override, void, written_id)
        SELECT id, status, at, 0, 0, 1 FROM (
            SELECT id, 0 AS step, iif(number > 1, 'recycled', 'uncontacted') AS status, opened_at AS at FROM lead
            UNION ALL SELECT id, 1, 'attempting', first_touch_at FROM lead WHERE touches > 0
            UNION ALL SELECT id, 2, 'connected', connected_at FROM lead
                WHERE connected_at IS NOT NULL AND status <> 'working'
            UNION ALL SELECT id, 3, status, stage_at FROM lead WHERE status NOT IN ('uncontacted', 'recycled',
                'attempting')) ORDER BY id, step;
        INSERT INTO assignment (lead_id, owner_id, at, rule, trace, void, written_id)
        SELECT id, owner_id, opened_at, iif(owner_id IS NULL, 'unrouted', 'round robin'), '', 0, 1 FROM lead;
        INSERT INTO lead_contact (lead_id, contact_id, role, is_primary, added_at, void, written_id)
        SELECT id, contact_id, 'other', 1, opened_at, 0, 1 FROM lead WHERE contact_id IS NOT NULL""",
    ),
    (
        "promises, clocks, signals, opportunities, meetings",
        """
        INSERT INTO callback (lead_id, contact_id, promiser_id, promised_at, due_at, words, state, void, written_id)
        SELECT id, contact_id, owner_id, last_touch_at, callback_at, '', 'open', 0, 1 FROM lead
        WHERE callback_at IS NOT NULL;
        INSERT INTO clock (lead_id, kind, started_at, due_at, ended_at, met, owner_id, rules, void, written_id)
        SELECT id, 'first_touch', opened_at, first_touch_due_at, first_touch_at, first_touch_at <= first_touch_due_at,
            owner_id, :digest, 0, 1 FROM lead WHERE first_touch_due_at IS NOT NULL;
        INSERT INTO clock (lead_id, kind, started_at, due_at, ended_at, met, owner_id, rules, void, written_id)
        SELECT id, kind, started_at, due_at, ended_at, ended_at <= due_at, owner_id, :digest, 0, 1 FROM (
            SELECT id, owner_id, 'accept' AS kind, opened_at AS started_at, opened_at + 2 * :day AS due_at,
                first_touch_at AS ended_at FROM lead WHERE open = 0 AND first_touch_due_at IS NULL
            UNION ALL SELECT id, owner_id, 'connect', first_touch_at, first_touch_at + 5 * :day,
                coalesce(connected_at, closed_at) FROM lead WHERE open = 0 AND first_touch_due_at IS NOT NULL
            UNION ALL SELECT id, owner_id, 'qualify', connected_at, connected_at + 10 * :day, closed_at FROM lead
                WHERE open = 0 AND connected_at IS NOT NULL) ORDER BY id;
        INSERT INTO experiment (id, name, subject, starts_at, ends_at, written_id)
        VALUES (1, 'Two cadences', 'cadence', :now - 300 * :day, :now - 60 * :day, 1);
        INSERT INTO experiment_arm (id, experiment_id, name, share, value, written_id)
        VALUES (1, 1, 'as before', 50, '', 1), (2, 1, 'more calls', 50, '', 1);
        INSERT INTO experiment_assignment (lead_id, experiment_id, arm_id, at, void, written_id)
        SELECT id, 1, 1 + mix(id, 25) % 2, opened_at, 0, 1 FROM lead
        WHERE opened_at BETWEEN :now - 300 * :day AND :now - 60 * :day;
        INSERT INTO signal (contact_id, account_id, lead_id, campaign_id, kind, source, at, points, high_intent, words,
            payload, decision, void, written_id)
        SELECT contact_id, account_id, id, campaign_id, 'form', source, opened_at, 20, motion = 'demo_request', '', '',
            'opened an at bat', 0, 1 FROM lead WHERE first_touch_due_at IS NOT NULL AND contact_id IS NOT NULL;
        INSERT INTO opportunity (id, account_id, name, owner_id, stage, amount, currency, probability, close_date, open,
            opened_at, closed_at, lost_reason, source, custom, moved_at, version, void, written_id)
        SELECT id, account_id, 'Opportunity ' || id, owner_id, iif(id % 3, 'lost', 'won'), 500000 + value, 'USD', 20,
            date(closed_at / 1000000, 'unixepoch', '+40 days'), 0, closed_at, closed_at + 30 * :day,
            iif(id % 3, 'no_budget', ''), source, '', closed_at, 0, 0, 1
        FROM lead WHERE outcome = 'converted_to_opportunity';
        INSERT INTO hand_over (opportunity_id, lead_id, giver_id, taker_id, at, due_at, answered_at, accepted, reason,
            void, written_id)
        SELECT id, id, owner_id, (SELECT id FROM "user" WHERE role = 'ae'), closed_at, closed_at + :day,
            closed_at + 2 * :hour, 1, '', 0, 1
        FROM lead WHERE outcome = 'converted_to_opportunity';
        UPDATE account SET customer_since = won.at
            FROM (SELECT account_id, min(closed_at) AS at FROM opportunity WHERE stage = 'won' GROUP BY account_id) won
            WHERE account.id = won.account_id;
        INSERT INTO opportunity_spell (opportunity_id, stage, entered_at, left_at, void, written_id)
        SELECT id, stage, at, left_at, 0, 1 FROM (
            SELECT id, 0 AS step, 'discovery' AS stage, opened_at AS at, closed_at AS left_at FROM opportunity
            UNION ALL SELECT id, 1, stage, closed_at, NULL FROM opportunity) ORDER BY id, step;
        INSERT INTO opportunity_contact (opportunity_id, contact_id, role, is_primary, void, written_id)
        SELECT id, contact_id, 'champion', 1, 0, 1 FROM lead WHERE outcome = 'converted_to_opportunity';
        INSERT INTO meeting (id, lead_id, contact_id, booker_id, host_id, at, booked_at, result, result_at, words,
            version, void, written_id)
        SELECT id, id, contact_id, owner_id, owner_id, closed_at + 2 * :day, closed_at, iif(id % 4, 'held', 'no_show'),
            closed_at + 2 * :day + :hour, '', 0, 0, 1 FROM lead WHERE outcome = 'meeting_booked';
        INSERT INTO conversion (lead_id, opportunity_id, meeting_id, user_id, at, from_stage, from_status, void,
            written_id)
        SELECT id, iif(outcome = 'meeting_booked', NULL, id), iif(outcome = 'meeting_booked', id, NULL), owner_id,
            closed_at, 'connected', 'working', 0, 1 FROM lead WHERE stage = 'converted'""",
    ),
)


if __name__ == "__main__":
    wanted = Sizes.of(int(sys.argv[1].replace("_", ""))) if len(sys.argv) > 1 else Sizes()
    started = perf_counter()
    made = bench_database(wanted, print)
    print(f"{made}: {made.stat().st_size / 1e9:.2f} GB, {perf_counter() - started:.0f} s")
