"""Take in a signal: whom it is from, what it does, and doing it. Everything that comes in comes through here.

What decides is ``store.rules.intake``; see docs/model.md, "Intake of signals".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from hashlib import blake2b

from store.actor import SYSTEM_USER_ID, Actor
from store.errors import Refusal
from store.instants import MINUTE, Instant
from store.intake.clean import clean_line, clean_note
from store.models import Campaign, Contact, ExternalId
from store.operations.recognise import Recognised, Who, enrich, recognise
from store.operations.signal_does import does
from store.operations.signal_facts import Came, facts_of
from store.operations.transaction import Done, Transaction, operation
from store.rules.intake import Does, decide
from store.rules.routing import POOL
from store.ruleset import RuleSet, signal_key
from store.vocabulary import ActorKind, Motion, UserRole

OUTSIDE = Actor(SYSTEM_USER_ID, ActorKind.IMPORT, UserRole.ADMIN)
"""Whoever hands signals over where nobody in person does: a program."""

_EARLY = 5 * MINUTE  # by so much another computer's clock may be ahead
SIGNAL, DIGEST = "signal", "signal digest"  # kinds of external id: what its source calls a signal, else what it says


@dataclass(frozen=True, slots=True)
class SignalIn:
    """A signal as it came in, in words from outside; ``at`` is when it happened (None: now).

    Whose it is: ``contact_id`` or, where no person is known, ``account_id``; else a name with an e-mail or phone.
    ``record`` is what ``system`` calls the person, ``fields`` more that it tells of them (``recognise.ENRICHING``).
    ``external_id`` is what its source calls the signal: one that came before changes nothing. Without one, what it
    says tells it apart, with its time or, where it has none, the team's day. By hand (``by_hand``) each is new.
    """

    kind: str
    source: str
    contact_id: int | None = None
    account_id: int | None = None
    name: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    company: str = ""
    domain: str = ""
    system: str = ""
    record: str = ""
    external_id: str = ""
    at: Instant | None = None
    campaign: str = ""
    motion: Motion | None = None
    words: str = ""
    payload: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Received(Done):
    """What a signal did: ``decision`` in words, ``name`` whose it is, ``new`` where nobody knew them.

    ``owner`` has the at bat it went to; empty where nobody has it. ``near`` names people who may be the same as this
    one: nobody was merged, somebody should look. ``warnings`` say what was not understood of it.
    """

    does: Does = Does.RECORDED
    decision: str = ""
    name: str = ""
    owner: str = ""
    new: bool = False
    near: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@operation("receive_signal")
def receive_signal(tx: Transaction, draft: SignalIn) -> Done:
    """Recognise whose a signal is, take in what it tells of them, and do what the table of intake says.

    The same signal twice changes nothing. Raises Refusal without a kind, a source, a name, an e-mail or phone, or
    for one from the future.
    """
    draft, warnings = _understood(tx, _cleaned(tx, draft))
    at = tx.now if draft.at is None else min(draft.at, tx.now)
    identity = _identity(tx, draft, at)
    if identity is not None and (known := tx.store.row(_KNOWN, identity)) is not None:
        decision, lead_id, *ids = known
        made = dict(zip(("signal_id", "contact_id", "account_id"), (each or 0 for each in ids), strict=True))
        said = "That signal was recorded already."
        return Received(0, said, lead_id, repeated=True, decision=decision, made=made)
    contact_id, account_id, new, near = _whose(tx, draft, at)
    points = tx.rules.score.points_of(draft.kind)
    came = Came(
        contact_id=contact_id,
        account_id=account_id,
        kind=draft.kind,
        source=draft.source,
        at=at,
        points=points,
        high_intent=tx.rules.score.is_high_intent(draft.kind),
        words=draft.words,
        payload=draft.payload,
        campaign_id=_campaign(tx, draft),
        motion=draft.motion,
    )
    facts, place = facts_of(tx.store, came, tx.now)
    decision = decide(facts, tx.rules)
    signal_id, lead_id = does(tx, came, facts, place, decision)
    if identity is not None:
        source, kind, value = identity
        known_by = {"source": source, "kind": kind, "value": value}
        tx.insert_many(ExternalId, [{**known_by, "entity": "signal", "entity_id": signal_id}])
    name = _name(tx, contact_id, account_id)
    made = {"signal_id": signal_id, "contact_id": contact_id or 0, "account_id": account_id or 0}
    owner = _owner(tx, lead_id)
    goes = f", {_goes(tx, lead_id, owner)}" if decision.does in (Does.OPENS, Does.EXPANSION) else ""
    done = tx.done(f"{name}: {decision.words}{goes}", lead_id=lead_id, made=made)
    return Received(
        done.operation_id,
        done.sentence,
        done.lead_id,
        done.undo_until,
        made=made,
        does=decision.does,
        decision=decision.words,
        name=name,
        owner=owner,
        new=new,
        near=near,
        warnings=warnings,
    )


_KNOWN = """
SELECT s.decision, s.lead_id, s.id, s.contact_id, s.account_id FROM external_id e JOIN signal s ON s.id = e.entity_id
WHERE e.source = ? AND e.kind = ? AND e.value = ? AND e.entity = 'signal'"""


def _cleaned(tx: Transaction, draft: SignalIn) -> SignalIn:
    """The draft with its words cleaned; raises Refusal for what cannot be kept."""
    limit = tx.rules.limits.name
    kind = clean_line(draft.kind, field="kind", limit=limit)
    source = clean_line(draft.source, field="source", limit=limit)
    if not kind:
        raise Refusal("What did they do? Give the kind of signal.", "kind")
    if not source:
        raise Refusal("A signal needs a name, an e-mail or phone, and a source: no source.", "source")
    if draft.at is not None and draft.at > tx.now + _EARLY:
        raise Refusal("A signal cannot be in the future.", "at")
    return replace(
        draft,
        kind=kind,
        source=source,
        words=clean_note(draft.words, field="words", limit=tx.rules.limits.note),
        payload=clean_note(draft.payload, field="payload", limit=tx.rules.limits.note),
        campaign=clean_line(draft.campaign, field="campaign", limit=limit),
        system=clean_line(draft.system, field="system", limit=limit),
        external_id=clean_line(draft.external_id, field="id", limit=limit, joiners=False),
    )


def _understood(tx: Transaction, draft: SignalIn) -> tuple[SignalIn, tuple[str, ...]]:
    """The draft without the fields that mean nothing here, and a sentence for each, and for a kind that is misspelt."""
    fields, warnings = dict(draft.fields), []
    if meant := _meant(signal_key(draft.kind), tx.rules):
        warnings.append(f"No rule names the kind {draft.kind}: did you mean {meant}?")
    for name, is_one, example in (("country", _is_country, "DE or Germany"), ("time_zone", _is_zone, "Europe/Berlin")):
        value = fields.get(name, "").strip()
        if value and not is_one(value):
            del fields[name]
            warnings.append(f"{name} {value} is not known and was left out: write it like {example}.")
    return replace(draft, fields=fields), tuple(warnings)


def _meant(kind: str, rules: RuleSet) -> str:
    """The kind of the rules that one which no rule names is most like; empty for none."""
    from difflib import get_close_matches

    intake = rules.intake
    known = {*rules.score.points, *rules.score.high_intent_signals, *intake.motions, *intake.by_hand, "replied"}
    return "" if kind in known else next(iter(get_close_matches(kind, sorted(known), 1, 0.8)), "")


def _is_country(value: str) -> bool:
    from store.intake.countries import country_code

    return country_code(value) is not None


def _is_zone(value: str) -> bool:
    from zoneinfo import available_timezones

    return value.casefold() in {zone.casefold() for zone in available_timezones()}


def _identity(tx: Transaction, draft: SignalIn, at: Instant) -> tuple[str, str, str] | None:
    """By what this signal is known again: source, kind and value of its external id; None for one by hand."""
    if draft.by_hand:
        return None
    source = draft.system or draft.source
    if draft.external_id:
        return source, SIGNAL, draft.external_id
    said = {**asdict(draft), "fields": dict(draft.fields), "at": tx.today(at) if draft.at is None else at}
    text = json.dumps(said, sort_keys=True, ensure_ascii=False)
    return source, DIGEST, blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _whose(tx: Transaction, draft: SignalIn, at: Instant) -> tuple[int | None, int | None, bool, tuple[str, ...]]:
    """The person and the company, whether the person is new, and who may be the same."""
    who = Who(
        draft.name,
        draft.first_name,
        draft.last_name,
        draft.email,
        draft.phone,
        draft.company,
        draft.domain,
        draft.system,
        draft.record,
        draft.fields,
    )
    if draft.contact_id is not None:
        found = Recognised(_survivor(tx, draft.contact_id), new=False)
        enrich(tx, found.contact_id, who, draft.source, at)
    elif draft.account_id is not None:
        return None, draft.account_id, False, ()
    else:
        found = recognise(tx, who, draft.source, at)
    return found.contact_id, tx.get(Contact, found.contact_id)["account_id"], found.new, found.near


def _survivor(tx: Transaction, contact_id: int) -> int:
    """Who somebody merged lives on in."""
    contact = tx.get(Contact, contact_id)
    while contact["merged_into_id"] is not None:
        contact = tx.get(Contact, contact["merged_into_id"])
    if contact["void"]:
        raise Refusal("That person was undone.", "contact_id")
    return int(contact["id"])


def _campaign(tx: Transaction, draft: SignalIn) -> int | None:
    """The campaign of this name, whatever its case; one that nobody entered yet is added, to be filled in."""
    if not draft.campaign:
        return None
    known = tx.store.value("SELECT id FROM campaign WHERE lower(name) = lower(?) AND void = 0", (draft.campaign,))
    return int(known) if known is not None else tx.insert(Campaign, name=draft.campaign, source=draft.source)


def _owner(tx: Transaction, lead_id: int | None) -> str:
    """Whose an at bat is, by name."""
    sql = 'SELECT u.name FROM lead l JOIN "user" u ON u.id = l.owner_id WHERE l.id = ?'
    return str(tx.store.value(sql, (lead_id,)) or "")


def _goes(tx: Transaction, lead_id: int | None, owner: str) -> str:
    """Whose a new at bat is, or where it waits for somebody."""
    if owner:
        return f"{owner}’s"
    sql = "SELECT rule FROM assignment WHERE lead_id = ? AND void = 0 ORDER BY id DESC LIMIT 1"
    if tx.store.value(sql, (lead_id,)) == POOL:
        return "in the team’s pool: whoever takes the next one has it"
    return "unrouted: nobody is free, the team lead is told"


def _name(tx: Transaction, contact_id: int | None, account_id: int | None) -> str:
    table, row_id = ("contact", contact_id) if contact_id is not None else ("account", account_id)
    return str(tx.store.value(f"SELECT name FROM {table} WHERE id = ?", (row_id,)))
