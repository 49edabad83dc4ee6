"""How at bats end, and the states and oddities that a screen must bear; told as in ``store.demo.stories``."""

from __future__ import annotations

from store.actor import SYSTEM, Actor
from store.demo.arrival import Arrival
from store.demo.scene import Company, Story
from store.demo.told import FIT, C, D, End, M, Stories, Told
from store.instants import DAY, MINUTE
from store.operations.converting import ConvertDraft, convert
from store.operations.new_lead import NewLeadDraft, new_lead
from store.operations.receive_signal import SignalIn, receive_signal
from store.operations.record_signal import SignalDraft, record_signal
from store.operations.undo import UndoDraft, undo
from store.operations.working import (
    AmendDraft,
    ApprovalDraft,
    LeadDraft,
    NoteDraft,
    StatusDraft,
    accept,
    amend,
    approve,
    note,
    reassign,
    send_back,
    set_status,
)
from store.rules.closing import NewPerson
from store.vocabulary import (
    ActorKind,
    Direction,
    Motion,
    Status,
    Trigger,
    WithWhom,
)

ENDINGS = Stories()
IMPORT = Actor(SYSTEM.user_id, ActorKind.IMPORT)


# -- endings ---------------------------------------------------------------------------------------------------------


@ENDINGS.add(leads=3)
def approvals(told: Told) -> Story:
    """A disqualification over the threshold: one waits, and they look at our prices; one approved, one sent back."""
    scene, priya, grace = told.scene, told.priya, told.grace
    yield scene.day(9, "11:30")
    leads = []
    for name, city in (("Gigantia Retail", "Chicago"), ("Nordstrøm Energi", "Stockholm"), ("Atlas Bank", "London")):
        company = scene.company(name, city, industry="retail", size=4200)
        leads.append(told.open(M.OUTBOUND_TARGET, priya, company)[0])
    for lead in leads:
        scene.log(lead, C.CALL, D.CONVERSATION, note="has a five-year contract elsewhere", duration=150)
    yield scene.day(7, "14:00")
    scene.close(leads[1], End.BAD_FIT, reason="no_need")
    scene.close(leads[2], End.BAD_FIT, reason="competitor", competitor="Brightlane")
    yield scene.day(6, "09:30")
    scene.do(approve, grace, ApprovalDraft(leads[1], "agreed"))
    scene.do(send_back, grace, ApprovalDraft(leads[2], "their contract ends in March: find out who decides"))
    yield scene.day(1, "16:10")
    scene.log(leads[0], C.CALL, D.NOT_INTERESTED, note="nothing that runs outside their house", duration=120)
    scene.close(leads[0], End.BAD_FIT, reason="wrong_product", note="needs an on-site installation")
    yield scene.ago(40 * MINUTE)
    scene.do(record_signal, SYSTEM, SignalDraft("pricing_page", "website", lead_id=leads[0]))


@ENDINGS.add(leads=6)
def suppressed(told: Told) -> Story:
    """Asked us to stop; unsubscribed from e-mail, with and without a number left; wrong and dead numbers."""
    scene, tom = told.scene, told.tom
    yield scene.day(29, "09:40")
    stop, _ = told.open(M.OUTBOUND_TARGET, tom, scene.company())
    left = told.open(M.CAMPAIGN_RESPONSE, tom, scene.company(), "Ada|Reed|IT Manager")[0]
    firm = scene.company()
    only_mail = scene.open(_only(told, firm, NewPerson("Noor", "Haddad", "Buyer", email=f"noor@{firm.draft.domain}")))[
        0
    ]
    no_phone = scene.open(_only(told, firm, NewPerson("Kit", "Marlow", "Buyer", phone=scene.names.number(firm.place))))[
        0
    ]
    legal = told.open(M.INTENT_SIGNAL, told.ana, scene.company())[0]
    bounced = told.open(M.OUTBOUND_TARGET, told.ana, scene.company(), "Hedda|Lind|Office Manager")[0]
    yield scene.day(29, "11:00")
    scene.log(stop, C.CALL, D.DO_NOT_CONTACT, note="take me off the list")
    scene.log(left, C.EMAIL, D.UNSUBSCRIBE, by=SYSTEM)
    scene.log(only_mail, C.EMAIL, D.SENT)
    scene.log(only_mail, C.EMAIL, D.UNSUBSCRIBE, by=SYSTEM)
    scene.log(no_phone, C.CALL, D.WRONG_NUMBER)
    scene.log(legal, C.CALL, D.CONVERSATION, duration=60)
    scene.log(bounced, C.EMAIL, D.BOUNCED, direction=Direction.IN, by=SYSTEM)
    yield scene.day(28, "11:00")
    scene.log(bounced, C.CALL, D.NO_ANSWER)  # and no more
    scene.close(no_phone, End.BAD_DATA, datum="the only number is dead")
    scene.close(legal, End.SUPPRESS, reason="legal", note="their works council forbids calls")


def _only(told: Told, company: Company, person: NewPerson) -> Arrival:
    return Arrival(Motion.OUTBOUND_TARGET, "target list", company.id, person=person, owner_id=told.tom.user_id)


@ENDINGS.add(leads=2)
def duplicate(told: Told) -> Story:
    """The same man twice: the second at bat is merged into the first, its touches with it."""
    scene, ana = told.scene, told.ana
    yield scene.day(9, "10:00")
    firm = scene.company("Łódź Transport", "Berlin", industry="logistics", size=140)
    first, _ = told.open(M.OUTBOUND_TARGET, ana, firm, "Władysław|Nowak|Plant Manager")
    scene.log(first, C.EMAIL, D.SENT)
    yield scene.day(7, "10:00")
    second, _ = told.open(M.CAMPAIGN_RESPONSE, told.priya, firm, "Wladek|Nowak|Plant Manager")
    scene.log(second, C.CALL, D.CONVERSATION, note="knows Ana already", duration=200)
    yield scene.day(7, "10:30")
    scene.close(second, End.DUPLICATE, duplicate_of=first)
    yield scene.day(6, "09:45")
    scene.log(first, C.EMAIL, D.SENT)


@ENDINGS.add(leads=7)
def endings(told: Told) -> Story:
    """Wrong person with the right one, existing customer, expired, brought back by the trigger it waited for."""
    scene, ana = told.scene, told.ana
    yield scene.day(34, "13:10")
    customer = scene.company("Kestrel Foods", "Manchester", industry="food and drink", size=400)
    wrong, _ = told.open(M.OUTBOUND_TARGET, ana, scene.company(size=120))
    existing, _ = told.open(M.CAMPAIGN_RESPONSE, ana, customer)
    trigger, _ = told.open(M.EVENT_FOLLOW_UP, ana, scene.company())
    expired, _ = told.open(M.DEMO_REQUEST, told.tom, scene.company())
    yield scene.day(34, "13:14")
    scene.log(wrong, C.CALL, D.WRONG_PERSON, note="purchasing moved to Leeds")
    right = NewPerson("Iris", "Calloway", "Head of Procurement", phone="+44 113 496 0911")
    scene.close(wrong, End.WRONG_PERSON, right_person=right)
    scene.count()
    scene.log(existing, C.CALL, D.CONVERSATION, note="is a customer since spring", duration=90)
    scene.close(existing, End.EXISTING, is_customer=True, reason="already_customer")
    scene.log(trigger, C.LINKEDIN, D.REPLIED, note="not before the new head of IT starts")
    scene.close(trigger, End.RE_ENGAGE, back_on=Trigger.LEADERSHIP_CHANGED)
    scene.log(expired, C.CALL, D.NO_ANSWER)  # and no more: its window closes it
    yield scene.day(5, "12:30")
    moved = SignalIn("leadership_changed", "news", contact_id=scene.lead(trigger).contact_id, words="a new head of IT")
    back = scene.do(receive_signal, SYSTEM, moved).lead_id
    assert back is not None
    scene.count()
    scene.log(back, C.EMAIL, D.SENT)
    yield scene.day(3, "15:00")
    more, _ = told.open(M.EXPANSION, ana, customer, scene.lead(existing).contact_id or "")
    scene.do(record_signal, SYSTEM, SignalDraft("page", "website", lead_id=more, points=20, high_intent=True))


@ENDINGS.add(leads=2)
def already_in_talks(told: Told) -> Story:
    """Somebody new at a company whose opportunity is open."""
    scene, tom = told.scene, told.tom
    yield scene.day(26, "10:00")
    firm = scene.company("Brücken & Partner", "Berlin", industry="construction", size=220)
    one, _ = told.open(M.DEMO_REQUEST, tom, firm, value=1_800_000)
    yield scene.now + 2 * MINUTE
    scene.log(one, C.CALL, D.CONVERSATION, note="knows exactly what he wants", duration=700)
    draft = ConvertDraft(one, answers=FIT, amount=1_800_000, probability=40, close_date=scene.iso(45))
    made = scene.do(convert, tom, draft).made
    assert made is not None
    yield scene.day(16, "10:00")
    two, _ = told.open(M.INTENT_SIGNAL, told.ana, firm)
    yield scene.now + 30 * MINUTE
    scene.close(two, End.EXISTING, opportunity_id=made["opportunity_id"])
    scene.do(
        record_signal,
        SYSTEM,
        SignalDraft("reply", "e-mail", opportunity_id=made["opportunity_id"], points=15, words="asks for references"),
    )


# -- states and oddities ---------------------------------------------------------------------------------------------


@ENDINGS.add(leads=7)
def statuses(told: Told) -> Story:
    """Stale by rule, one to decide and two that nobody decided on; gone quiet; set by hand; two to bring back now."""
    scene, priya, ana = told.scene, told.priya, told.ana
    yield scene.day(45, "15:00")
    given_up, _ = told.open(M.OUTBOUND_TARGET, told.tom, scene.company())
    scene.log(given_up, C.EMAIL, D.SENT)
    gone_cold, _ = told.open(M.PARTNER_REFERRAL, ana, scene.company())
    scene.log(gone_cold, C.CALL, D.CONVERSATION, duration=330, note="will think about it")
    yield scene.day(28, "11:00")
    promised, _ = told.open(M.CAMPAIGN_RESPONSE, told.tom, scene.company())
    scene.log(promised, C.CALL, D.CONVERSATION, note="ask me again in October", duration=100)
    scene.close(promised, End.NOT_READY, reason="timing", back_at=scene.day(2, "09:00"))
    budget, _ = told.open(M.EVENT_FOLLOW_UP, priya, scene.company("Larkspur Dairy", "Denver", size=160))
    scene.log(budget, C.CALL, D.CONVERSATION, note="the new budget opens in the middle of October", duration=340)
    scene.close(budget, End.NOT_READY, reason="no_budget", back_at=scene.day(1, "09:00"))
    yield scene.ago(32 * DAY)
    stale, _ = told.open(M.PARTNER_REFERRAL, priya, scene.company(), "Gil|Santos|Head of Logistics")
    scene.log(stale, C.CALL, D.CONVERSATION, duration=330, note="wants to see it after the summer")
    yield scene.day(9, "11:00")
    by_hand, _ = told.open(M.REP_CREATED, told.tom, scene.company(), why="their rival is a customer")
    quiet, _ = told.open(M.DEMO_REQUEST, ana, scene.company())
    yield scene.now + 3 * MINUTE
    scene.log(by_hand, C.CALL, D.CONVERSATION, duration=130)
    scene.log(quiet, C.CALL, D.CONVERSATION, duration=260)
    yield scene.day(1, "14:15")
    scene.do(set_status, told.tom, StatusDraft(by_hand, Status.STALE, why="their line has been dead since"))


@ENDINGS.add(leads=5)
def odd_names(told: Told) -> Story:
    """Names a screen must bear: brackets that look like markup, right to left, wide, combining, very long."""
    scene = told.scene
    yield scene.day(1, "16:05")
    for company, city, person in (
        ("[b]Bold[/b] Brands", "New York", "Max|[red]Power|VP Sales"),
        ("شركة النور للتجارة", "London", "ليلى|حداد|CFO"),
        ("東京流通サービス", "Tokyo", "翔太|𠮷田|IT Manager"),
        ("Zoë & Ångström", "Stockholm", "Zoe\u0308|A\u030angstro\u0308m|Owner"),
        (
            "The Extraordinarily Long and Well-Meaning Cooperative of Independent Wholesalers",
            "Denver",
            "Maximiliana-Theodora|von und zu Hohenfels-Wittgenstein|Deputy Assistant Director of Regional Procurement",
        ),
    ):
        told.open(M.OUTBOUND_TARGET, told.priya, scene.company(company, city, industry="retail"), person)


@ENDINGS.add(leads=4)
def beginnings(told: Told) -> Story:
    """A company without a person, nobody's at bat accepted, one taken over, one from an inbound call."""
    scene, priya = told.scene, told.priya
    yield scene.day(3, "11:20")
    told.open(M.INTENT_SIGNAL, told.tom, scene.company(), None, trigger="the company looks for logistics software")
    taken, _ = told.open(M.OUTBOUND_TARGET, None, scene.company())
    scene.do(accept, told.ana, LeadDraft(taken))
    over, _ = told.open(M.EVENT_FOLLOW_UP, told.tom, scene.company())
    yield scene.day(2, "10:50")
    scene.do(note, told.ana, NoteDraft(taken, "ask their assistant first"))
    scene.do(reassign, priya, LeadDraft(over))
    scene.log(over, C.EMAIL, D.SENT)
    yield scene.day(1, "14:20")
    caller = scene.somebody(scene.company("Quillfeather Press", "Boston", industry="media", size=35), "Amy|Quill|Owner")
    called = NewLeadDraft(
        Motion.CAMPAIGN_RESPONSE, "inbound call", company="Quillfeather Press", person=caller, note="read about us"
    )
    scene.do(new_lead, priya, called)
    scene.count()


@ENDINGS.add(leads=3)
def touches(told: Told) -> Story:
    """Amended, entered the day after, a text message, one from another system's log, and a slip that was undone."""
    scene, priya = told.scene, told.priya
    yield scene.day(3, "13:00")
    one, _ = told.open(M.CAMPAIGN_RESPONSE, priya, scene.company())
    two, _ = told.open(M.EVENT_FOLLOW_UP, priya, scene.company())
    three, _ = told.open(M.PARTNER_REFERRAL, told.tom, scene.company())
    scene.log(one, C.CALL, D.VOICEMAIL_LEFT, note="left a mesage")
    touch_id = scene.store.value("SELECT max(id) FROM touch")
    scene.do(amend, priya, AmendDraft(touch_id, note="left a message with the number"))
    scene.log(three, C.OTHER, D.CONVERSATION, with_whom=WithWhom.PARTNER, note="the partner calls him tonight")
    yield scene.day(2, "09:10")
    scene.log(two, C.EMAIL, D.SENT, at=scene.day(3, "14:40"))
    scene.log(two, C.SMS, D.SENT, note="short, with the link")
    scene.log(three, C.CALL, D.UNKNOWN, by=IMPORT, at=scene.day(3, "17:05"), note="from the log of the old phones")
    yield scene.day(0, "09:20")
    scene.log(one, C.CALL, D.NOT_INTERESTED)
    scene.do(undo, priya, UndoDraft())
    scene.log(one, C.CALL, D.NO_ANSWER)
