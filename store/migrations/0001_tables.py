"""Every table and index of the first schema, frozen: later schemas come by later migrations.

A test proves that migrating gives what the models declare.
"""

from typing import Any

DDL = """
CREATE TABLE "operation" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "key" TEXT NOT NULL,
    "at" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "actor_id" INTEGER NOT NULL,
    "by" TEXT NOT NULL CHECK (by IN ('person', 'rule', 'import')),
    "role" TEXT NOT NULL CHECK (role IN ('sdr', 'ae', 'lead', 'admin')),
    "override" TEXT NOT NULL,
    "undoes_id" INTEGER,
    "lead_id" INTEGER,
    FOREIGN KEY ("undoes_id") REFERENCES "operation" ("id")
);

CREATE TABLE "team" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "zone" TEXT NOT NULL,
    "country" TEXT NOT NULL,
    "region" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "written_id" INTEGER NOT NULL,
    FOREIGN KEY ("written_id") REFERENCES "operation" ("id")
);

CREATE TABLE "user" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "role" TEXT NOT NULL CHECK (role IN ('sdr', 'ae', 'lead', 'admin')),
    "team_id" INTEGER,
    "zone" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "active" INTEGER NOT NULL CHECK (active IN (0, 1)),
    "paused" INTEGER NOT NULL CHECK (paused IN (0, 1)),
    "capacity" INTEGER NOT NULL,
    "login" TEXT NOT NULL,
    "written_id" INTEGER NOT NULL,
    FOREIGN KEY ("team_id") REFERENCES "team" ("id"),
    FOREIGN KEY ("written_id") REFERENCES "operation" ("id")
);

CREATE TABLE "absence" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "user_id" INTEGER NOT NULL,
    "starts" TEXT NOT NULL,
    "ends" TEXT NOT NULL,
    "void" INTEGER NOT NULL CHECK (void IN (0, 1)),
    "written_id" INTEGER NOT NULL,
    FOREIGN KEY ("user_id") REFERENCES "user" ("id"),
    FOREIGN KEY ("written_id") REFERENCES "operation" ("id")
);

CREATE TABLE "account" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "domain" TEXT NOT NULL,
    "website" TEXT NOT NULL,
    "industry" TEXT NOT NULL,
    "size" INTEGER,
    "country" TEXT NOT NULL,
    "city" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "street" TEXT NOT NULL,
    "postal_code" TEXT NOT NULL,
    "zone" TEXT NOT NULL,
    "owner_id" INTEGER,
    "customer_since" INTEGER,
    "custom" TEXT NOT NULL,
    "merged_into_id" INTEGER,
    "created_at" INTEGER NOT NULL,
    "version" INTEGER NOT NULL,
    "void" INTEGER NOT NULL CHECK (void IN (0, 1)),
    "written_id" INTEGER NOT NULL,
    FOREIGN KEY ("owner_id") REFERENCES "user" ("id"),
    FOREIGN KEY ("merged_into_id") REFERENCES "account" ("id"),
    FOREIGN KEY ("written_id") REFERENCES "operation" ("id")
);

CREATE TABLE "alert" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "kind" TEXT NOT NULL,
    "entity" TEXT NOT NULL,
    "entity_id" INTEGER NOT NULL,
    "owner_id" INTEGER,
    "cause" TEXT NOT NULL,
    "opened_at" INTEGER NOT NULL,
    "closed_at" INTEGER,
    "void" INTEGER NOT NULL CHECK (void IN (0, 1)),
    "written_id" INTEGER NOT NULL,
    FOREIGN KEY ("owner_id") REFERENCES "user" ("id"),
    FOREIGN KEY ("written_id") REFERENCES "operation" ("id")
);

CREATE TABLE "approval" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "lead_id" INTEGER NOT NULL,
    "asked_by_id" INTEGER NOT NULL,
    "asked_at" INTEGER NOT NULL,
    "due_at" INTEGER NOT NULL,
    "outcome" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "note" TEXT NOT NULL,
    "from_stage" TEXT NOT NULL,
    "from_status" TEXT NOT NULL,
    "decided_by_id" INTEGER,
    "decided_at" INTEGER,
    "approved" INTEGER,
    "answer" TEXT NOT NULL,
    "void" INTEGER NOT NULL CHECK (void IN (0, 1)),
    "written_id" INTEGER NOT NULL,
    FOREIGN KEY ("asked_by_id") REFERENCES "user" ("id"),
    FOREIGN KEY ("decided_by_id") REFERENCES "user" ("id"),
    FOREIGN KEY ("written_id") REFERENCES "operation" ("id")
);

CREATE TABLE "contact" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "account_id" INTEGER,
    "name" TEXT NOT NULL,
    "first_name" TEXT NOT NULL,
    "last_name" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "seniority" TEXT NOT NULL,
    "persona" TEXT NOT NULL,
    "zone" TEXT NOT NULL,
    "consent" TEXT NOT NULL,
    "suppressed_at" INTEGER,
    "suppressed_why" TEXT NOT NULL,
    "email_stopped_at" INTEGER,
    "pool" TEXT NOT NULL CHECK (pool IN ('marketing', 'sales')),
    "bogus_at" INTEGER,
    "is_reference" INTEGER NOT NULL CHECK (is_reference IN (0, 1)),
    "notes" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "street" TEXT NOT NULL,
    "city" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "postal_code" TEXT NOT NULL,
    "country" TEXT NOT NULL,
    "custom" TEXT NOT NULL,
    "merged_into_id" INTEGER,
    "created_at" INTEGER NOT NULL,
    "version" INTEGER NOT NULL,
    "void" INTEGER NOT NULL CHECK (void IN (0, 1)),
    "written_id" INTEGER NOT NULL,
    FOREIGN KEY ("account_id") REFERENCES "account" ("id"),
    FOREIGN KEY ("merged_into_id") REFERENCES "contact" ("id"),
    FOREIGN KEY ("written_id") REFERENCES "operation" ("id")
);

CREATE TABLE "campaign" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "channel" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "cost" INTEGER,
    "starts" TEXT NOT NULL,
    "ends" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "void" INTEGER NOT NULL CHECK (void IN (0, 1)),
    "written_id" INTEGER NOT NULL,
    FOREIGN KEY ("written_id") REFERENCES "operation" ("id")
);

CREATE TABLE "signal" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "contact_id" INTEGER,
    "account_id" INTEGER,
    "lead_id" INTEGER,
    "opportunity_id" INTEGER,
    "campaign_id" INTEGER,
    "kind" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "at" INTEGER NOT NULL,
    "points" INTEGER NOT NULL,
    "high_intent" INTEGER NOT NULL CHECK (high_intent IN (0, 1)),
    "words" TEXT NOT NULL,
    "payload" TEXT NOT NULL,
    "decision" TEXT NOT NULL,
    "void" INTEGER NOT NULL CHECK (void IN (0, 1)),
    "written_id" INTEGER NOT NULL,
    FOREIGN KEY ("contact_id") REFERENCES "contact" ("id"),
    FOREIGN KEY ("account_id") REFERENCES "account" ("id"),
    FOREIGN KEY ("campaign_id") REFERENCES "campaign" ("id"),
    FOREIGN KEY ("written_id") REFERENCES "operation" ("id")
);

CREATE TABLE "lead" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "account_id" INTEGER,
    "contact_id" INTEGER,
    "number" INTEGER NOT NULL,
    "motion" TEXT NOT NULL CHECK (motion IN ('demo_request', 'event_follow_up', 'outbound_target', 'partner_referral', 'reactivation', 'expansion', 'intent_signal', 'campaign_response', 'rep_created')),
    "source" TEXT NOT NULL,
    "trigger" TEXT NOT NULL,
    "why" TEXT NOT NULL,
    "campaign_id" INTEGER,
    "signal_id" INTEGER,
    "owner_id" INTEGER,
    "team_id" INTEGER,
    "assigned_at" INTEGER,
    "stage" TEXT NOT NULL CHECK (stage IN ('new', 'accepted', 'attempting', 'connected', 'qualified', 'disqualified', 'converted', 'closed')),
    "status" TEXT NOT NULL CHECK (status IN ('uncontacted', 'recycled', 'attempting', 'connected', 'working', 'stale', 'qualified', 'unqualified', 'converted', 'nurture', 'disqualified')),
    "sub_status" TEXT NOT NULL,
    "open" INTEGER NOT NULL CHECK (open IN (0, 1)),
    "opened_at" INTEGER NOT NULL,
    "opened_day" TEXT NOT NULL,
    "stage_at" INTEGER NOT NULL,
    "accepted_at" INTEGER,
    "connected_at" INTEGER,
    "attempts" INTEGER NOT NULL,
    "direct_attempts" INTEGER NOT NULL,
    "partner_touches" INTEGER NOT NULL,
    "connects" INTEGER NOT NULL,
    "touches" INTEGER NOT NULL,
    "last_touch_at" INTEGER,
    "last_disposition" TEXT CHECK (last_disposition IN ('no_answer', 'busy', 'voicemail_left', 'gatekeeper', 'conversation', 'callback_requested', 'meeting_booked', 'not_interested', 'wrong_person', 'wrong_number', 'bounced', 'do_not_contact', 'unsubscribe', 'sent', 'replied', 'held', 'no_show', 'unknown')),
    "last_attempt_at" INTEGER,
    "unanswered_at" INTEGER,
    "cadence" TEXT NOT NULL,
    "cadence_step" INTEGER NOT NULL,
    "next_channel" TEXT CHECK (next_channel IN ('call', 'email', 'linkedin', 'sms', 'meeting', 'other')),
    "next_words" TEXT NOT NULL,
    "due_at" INTEGER,
    "tier" INTEGER NOT NULL,
    "callback_at" INTEGER,
    "first_touch_due_at" INTEGER,
    "first_touch_at" INTEGER,
    "expires_at" INTEGER,
    "warn_at" INTEGER,
    "extensions" INTEGER NOT NULL,
    "snoozed_until" INTEGER,
    "decision" TEXT CHECK (decision IN ('expired', 'stale', 'returned', 'convert', 'rebook', 'no_show', 'not_interested', 'wrong_person', 'bad_data', 'rejected_by_sales')),
    "decision_at" INTEGER,
    "score" INTEGER NOT NULL,
    "value" INTEGER NOT NULL,
    "need" TEXT CHECK (need IN ('yes', 'no', 'not_known')),
    "budget" TEXT CHECK (budget IN ('yes', 'no', 'not_known')),
    "authority" TEXT CHECK (authority IN ('yes', 'no', 'not_known')),
    "timeline" TEXT CHECK (timeline IN ('yes', 'no', 'not_known')),
    "learned" TEXT NOT NULL,
    "outcome" TEXT CHECK (outcome IN ('converted_to_opportunity', 'meeting_booked', 'connected_not_ready_now', 'connected_bad_fit', 'no_response', 'no_show', 'duplicate', 'wrong_person', 'bad_data', 'existing_customer_or_opportunity', 'suppress', 're_engage')),
    "reason" TEXT NOT NULL,
    "outcome_note" TEXT NOT NULL,
    "competitor" TEXT NOT NULL,
    "closed_at" INTEGER,
    "eligible_at" INTEGER,
    "eligible_on" TEXT NOT NULL,
    "merged_into_id" INTEGER,
    "rejected_at" INTEGER,
    "imported" INTEGER NOT NULL CHECK (imported IN (0, 1)),
    "rules" TEXT NOT NULL,
    "custom" TEXT NOT NULL,
    "updated_at" INTEGER NOT NULL,
    "version" INTEGER NOT NULL,
    "void" INTEGER NOT NULL CHECK (void IN (0, 1)),
    "written_id" INTEGER NOT NULL,
    FOREIGN KEY ("account_id") REFERENCES "account" ("id"),
    FOREIGN KEY ("contact_id") REFERENCES "contact" ("id"),
    FOREIGN KEY ("campaign_id") REFERENCES "campaign" ("id"),
    FOREIGN KEY ("signal_id") REFERENCES "signal" ("id"),
    FOREIGN KEY ("owner_id") REFERENCES "user" ("id"),
    FOREIGN KEY ("team_id") REFERENCES "team" ("id"),
    FOREIGN KEY ("merged_into_id") REFERENCES "lead" ("id"),
    FOREIGN KEY ("written_id") REFERENCES "operation" ("id"),
    CHECK ((stage = 'new' AND status IN ('uncontacted', 'recycled')) OR (stage = 'accepted' AND status IN ('uncontacted', 'recycled')) OR (stage = 'attempting' AND status IN ('attempting', 'stale')) OR (stage = 'connected' AND status IN ('attempting', 'connected', 'working', 'stale')) OR (stage = 'qualified' AND status IN ('working', 'stale', 'qualified')) OR (stage = 'disqualified' AND status IN ('unqualified')) OR (stage = 'converted' AND status IN ('converted')) OR (stage = 'closed' AND status IN ('nurture', 'disqualified'))),
    CHECK (open = CASE WHEN void = 1 OR stage IN ('converted', 'closed') THEN 0 ELSE 1 END),
    CHECK (contact_id IS NOT NULL OR account_id IS NOT NULL),
    CHECK (stage <> 'closed' OR (outcome IS NOT NULL AND reason <> '' AND closed_at IS NOT NULL)),
    CHECK (stage <> 'converted' OR (outcome IS NOT NULL AND closed_at IS NOT NULL)),
    CHECK (open = 0 OR owner_id IS NULL OR due_at IS NOT NULL)
);

CREATE TABLE "assignment" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "lead_id" INTEGER NOT NULL,
    "owner_id" INTEGER,
    "at" INTEGER NOT NULL,
    "rule" TEXT NOT NULL,
    "trace" TEXT NOT NULL,
    "void" INTEGER NOT NULL CHECK (void IN (0, 1)),
    "written_id" INTEGER NOT NULL,
    FOREIGN KEY ("lead_id") REFERENCES "lead" ("id"),
    FOREIGN KEY ("owner_id") REFERENCES "user" ("id"),
    FOREIGN KEY ("written_id") REFERENCES "operation" ("id")
);

CREATE TABLE "callback" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "lead_id" INTEGER NOT NULL,
    "contact_id" INTEGER,
    "promiser_id" INTEGER,
    "promised_at" INTEGER NOT NULL,
    "due_at" INTEGER NOT NULL,
    "words" TEXT NOT NULL,
    "state" TEXT NOT NULL CHECK (state IN ('open', 'kept', 'missed', 'done', 'dropped')),
    "ended_at" INTEGER,
    "kept" INTEGER,
    "void" INTEGER NOT NULL CHECK (void IN (0, 1)),
    "written_id" INTEGER NOT NULL,
    FOREIGN KEY ("contact_id") REFERENCES "contact" ("id"),
    FOREIGN KEY ("promiser_id") REFERENCES "user" ("id"),
    FOREIGN KEY ("written_id") REFERENCES "operation" ("id")
);

CREATE TABLE "change" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "operation_id" INTEGER NOT NULL,
    "entity" TEXT NOT NULL,
    "entity_id" INTEGER NOT NULL,
    "column" TEXT NOT NULL,
    "before" TEXT,
    "after" TEXT,
    FOREIGN KEY ("operation_id") REFERENCES "operation" ("id")
);

CREATE TABLE "change_secret" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "change_id" INTEGER NOT NULL,
    "salt" BLOB NOT NULL,
    "before" TEXT,
    "after" TEXT,
    FOREIGN KEY ("change_id") REFERENCES "change" ("id")
);

CREATE TABLE "clock" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "lead_id" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "started_at" INTEGER NOT NULL,
    "due_at" INTEGER NOT NULL,
    "ended_at" INTEGER,
    "met" INTEGER,
    "owner_id" INTEGER,
    "rules" TEXT NOT NULL,
    "void" INTEGER NOT NULL CHECK (void IN (0, 1)),
    "written_id" INTEGER NOT NULL,
    FOREIGN KEY ("lead_id") REFERENCES "lead" ("id"),
    FOREIGN KEY ("owner_id") REFERENCES "user" ("id"),
    FOREIGN KEY ("written_id") REFERENCES "operation" ("id")
);

CREATE TABLE "opportunity" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "account_id" INTEGER,
    "name" TEXT NOT NULL,
    "owner_id" INTEGER,
    "stage" TEXT NOT NULL CHECK (stage IN ('discovery', 'evaluation', 'proposal', 'negotiation', 'won', 'lost', 'reversed')),
    "amount" INTEGER NOT NULL,
    "currency" TEXT NOT NULL,
    "probability" INTEGER NOT NULL CHECK (probability BETWEEN 0 AND 100),
    "close_date" TEXT NOT NULL,
    "open" INTEGER NOT NULL CHECK (open IN (0, 1)),
    "opened_at" INTEGER NOT NULL,
    "closed_at" INTEGER,
    "lost_reason" TEXT NOT NULL,
    "rejected_at" INTEGER,
    "reversed_at" INTEGER,
    "merged_into_id" INTEGER,
    "source" TEXT NOT NULL,
    "custom" TEXT NOT NULL,
    "moved_at" INTEGER NOT NULL,
    "version" INTEGER NOT NULL,
    "void" INTEGER NOT NULL CHECK (void IN (0, 1)),
    "written_id" INTEGER NOT NULL,
    FOREIGN KEY ("account_id") REFERENCES "account" ("id"),
    FOREIGN KEY ("owner_id") REFERENCES "user" ("id"),
    FOREIGN KEY ("merged_into_id") REFERENCES "opportunity" ("id"),
    FOREIGN KEY ("written_id") REFERENCES "operation" ("id"),
    CHECK (open = CASE WHEN void = 1 OR stage IN ('won', 'lost', 'reversed') THEN 0 ELSE 1 END)
);

CREATE TABLE "meeting" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "lead_id" INTEGER,
    "opportunity_id" INTEGER,
    "contact_id" INTEGER,
    "booker_id" INTEGER NOT NULL,
    "host_id" INTEGER,
    "at" INTEGER NOT NULL,
    "booked_at" INTEGER NOT NULL,
    "result" TEXT NOT NULL CHECK (result IN ('booked', 'held', 'no_show', 'moved', 'cancelled')),
    "result_at" INTEGER,
    "words" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "void" INTEGER NOT NULL CHECK (void IN (0, 1)),
    "written_id" INTEGER NOT NULL,
    FOREIGN KEY ("contact_id") REFERENCES "contact" ("id"),
    FOREIGN KEY ("booker_id") REFERENCES "user" ("id"),
    FOREIGN KEY ("host_id") REFERENCES "user" ("id"),
    FOREIGN KEY ("written_id") REFERENCES "operation" ("id")
);

CREATE TABLE "conversion" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "lead_id" INTEGER NOT NULL,
    "opportunity_id" INTEGER,
    "meeting_id" INTEGER,
    "user_id" INTEGER NOT NULL,
    "at" INTEGER NOT NULL,
    "from_stage" TEXT NOT NULL,
    "from_status" TEXT NOT NULL,
    "reversed_at" INTEGER,
    "void" INTEGER NOT NULL CHECK (void IN (0, 1)),
    "written_id" INTEGER NOT NULL,
    FOREIGN KEY ("lead_id") REFERENCES "lead" ("id"),
    FOREIGN KEY ("opportunity_id") REFERENCES "opportunity" ("id"),
    FOREIGN KEY ("meeting_id") REFERENCES "meeting" ("id"),
    FOREIGN KEY ("user_id") REFERENCES "user" ("id"),
    FOREIGN KEY ("written_id") REFERENCES "operation" ("id"),
    CHECK (opportunity_id IS NOT NULL OR meeting_id IS NOT NULL)
);

CREATE TABLE "email" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "contact_id" INTEGER NOT NULL,
    "address" TEXT NOT NULL,
    "folded" TEXT NOT NULL,
    "state" TEXT NOT NULL CHECK (state IN ('valid', 'bad', 'unknown')),
    "position" INTEGER NOT NULL,
    "void" INTEGER NOT NULL CHECK (void IN (0, 1)),
    "written_id" INTEGER NOT NULL,
    FOREIGN KEY ("contact_id") REFERENCES "contact" ("id"),
    FOREIGN KEY ("written_id") REFERENCES "operation" ("id")
);

CREATE TABLE "employment" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "contact_id" INTEGER NOT NULL,
    "account_id" INTEGER NOT NULL,
    "title" TEXT NOT NULL,
    "starts" TEXT NOT NULL,
    "ends" TEXT NOT NULL,
    "void" INTEGER NOT NULL CHECK (void IN (0, 1)),
    "written_id" INTEGER NOT NULL,
    FOREIGN KEY ("contact_id") REFERENCES "contact" ("id"),
    FOREIGN KEY ("account_id") REFERENCES "account" ("id"),
    FOREIGN KEY ("written_id") REFERENCES "operation" ("id")
);

CREATE TABLE "experiment" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "starts_at" INTEGER NOT NULL,
    "ends_at" INTEGER,
    "written_id" INTEGER NOT NULL,
    FOREIGN KEY ("written_id") REFERENCES "operation" ("id")
);

CREATE TABLE "experiment_arm" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "experiment_id" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "share" INTEGER NOT NULL,
    "value" TEXT NOT NULL,
    "written_id" INTEGER NOT NULL,
    FOREIGN KEY ("experiment_id") REFERENCES "experiment" ("id"),
    FOREIGN KEY ("written_id") REFERENCES "operation" ("id")
);

CREATE TABLE "external_id" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "source" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "entity" TEXT NOT NULL,
    "entity_id" INTEGER NOT NULL
);

CREATE TABLE "hand_over" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "opportunity_id" INTEGER NOT NULL,
    "lead_id" INTEGER NOT NULL,
    "giver_id" INTEGER NOT NULL,
    "taker_id" INTEGER NOT NULL,
    "at" INTEGER NOT NULL,
    "due_at" INTEGER NOT NULL,
    "answered_at" INTEGER,
    "accepted" INTEGER,
    "reason" TEXT NOT NULL,
    "void" INTEGER NOT NULL CHECK (void IN (0, 1)),
    "written_id" INTEGER NOT NULL,
    FOREIGN KEY ("opportunity_id") REFERENCES "opportunity" ("id"),
    FOREIGN KEY ("lead_id") REFERENCES "lead" ("id"),
    FOREIGN KEY ("giver_id") REFERENCES "user" ("id"),
    FOREIGN KEY ("taker_id") REFERENCES "user" ("id"),
    FOREIGN KEY ("written_id") REFERENCES "operation" ("id")
);

CREATE TABLE "lead_contact" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "lead_id" INTEGER NOT NULL,
    "contact_id" INTEGER NOT NULL,
    "role" TEXT NOT NULL CHECK (role IN ('decision_maker', 'champion', 'economic_buyer', 'evaluator', 'influencer', 'user', 'blocker', 'other')),
    "is_primary" INTEGER NOT NULL CHECK (is_primary IN (0, 1)),
    "added_at" INTEGER NOT NULL,
    "void" INTEGER NOT NULL CHECK (void IN (0, 1)),
    "written_id" INTEGER NOT NULL,
    FOREIGN KEY ("lead_id") REFERENCES "lead" ("id"),
    FOREIGN KEY ("contact_id") REFERENCES "contact" ("id"),
    FOREIGN KEY ("written_id") REFERENCES "operation" ("id")
);

CREATE TABLE "meeting_attendee" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "meeting_id" INTEGER NOT NULL,
    "contact_id" INTEGER NOT NULL,
    "void" INTEGER NOT NULL CHECK (void IN (0, 1)),
    "written_id" INTEGER NOT NULL,
    FOREIGN KEY ("meeting_id") REFERENCES "meeting" ("id"),
    FOREIGN KEY ("contact_id") REFERENCES "contact" ("id"),
    FOREIGN KEY ("written_id") REFERENCES "operation" ("id")
);

CREATE TABLE "merge" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "entity" TEXT NOT NULL,
    "survivor_id" INTEGER NOT NULL,
    "loser_id" INTEGER NOT NULL,
    "at" INTEGER NOT NULL,
    "void" INTEGER NOT NULL CHECK (void IN (0, 1)),
    "written_id" INTEGER NOT NULL,
    FOREIGN KEY ("written_id") REFERENCES "operation" ("id")
);

CREATE TABLE "note" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "lead_id" INTEGER,
    "contact_id" INTEGER,
    "account_id" INTEGER,
    "user_id" INTEGER NOT NULL,
    "at" INTEGER NOT NULL,
    "text" TEXT NOT NULL,
    "amended_at" INTEGER,
    "void" INTEGER NOT NULL CHECK (void IN (0, 1)),
    "written_id" INTEGER NOT NULL,
    FOREIGN KEY ("contact_id") REFERENCES "contact" ("id"),
    FOREIGN KEY ("account_id") REFERENCES "account" ("id"),
    FOREIGN KEY ("user_id") REFERENCES "user" ("id"),
    FOREIGN KEY ("written_id") REFERENCES "operation" ("id")
);

CREATE TABLE "opportunity_campaign" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "opportunity_id" INTEGER NOT NULL,
    "campaign_id" INTEGER NOT NULL,
    "is_source" INTEGER NOT NULL CHECK (is_source IN (0, 1)),
    "void" INTEGER NOT NULL CHECK (void IN (0, 1)),
    "written_id" INTEGER NOT NULL,
    FOREIGN KEY ("opportunity_id") REFERENCES "opportunity" ("id"),
    FOREIGN KEY ("campaign_id") REFERENCES "campaign" ("id"),
    FOREIGN KEY ("written_id") REFERENCES "operation" ("id")
);

CREATE TABLE "opportunity_contact" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "opportunity_id" INTEGER NOT NULL,
    "contact_id" INTEGER NOT NULL,
    "role" TEXT NOT NULL CHECK (role IN ('decision_maker', 'champion', 'economic_buyer', 'evaluator', 'influencer', 'user', 'blocker', 'other')),
    "is_primary" INTEGER NOT NULL CHECK (is_primary IN (0, 1)),
    "void" INTEGER NOT NULL CHECK (void IN (0, 1)),
    "written_id" INTEGER NOT NULL,
    FOREIGN KEY ("opportunity_id") REFERENCES "opportunity" ("id"),
    FOREIGN KEY ("contact_id") REFERENCES "contact" ("id"),
    FOREIGN KEY ("written_id") REFERENCES "operation" ("id")
);

CREATE TABLE "opportunity_spell" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "opportunity_id" INTEGER NOT NULL,
    "stage" TEXT NOT NULL CHECK (stage IN ('discovery', 'evaluation', 'proposal', 'negotiation', 'won', 'lost', 'reversed')),
    "entered_at" INTEGER NOT NULL,
    "left_at" INTEGER,
    "void" INTEGER NOT NULL CHECK (void IN (0, 1)),
    "written_id" INTEGER NOT NULL,
    FOREIGN KEY ("opportunity_id") REFERENCES "opportunity" ("id"),
    FOREIGN KEY ("written_id") REFERENCES "operation" ("id")
);

CREATE TABLE "phone" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "contact_id" INTEGER,
    "account_id" INTEGER,
    "written_as" TEXT NOT NULL,
    "e164" TEXT NOT NULL,
    "digits" TEXT NOT NULL,
    "extension" TEXT NOT NULL,
    "kind" TEXT NOT NULL CHECK (kind IN ('direct', 'mobile', 'office', 'switchboard', 'home', 'other')),
    "state" TEXT NOT NULL CHECK (state IN ('valid', 'bad', 'unknown')),
    "position" INTEGER NOT NULL,
    "void" INTEGER NOT NULL CHECK (void IN (0, 1)),
    "written_id" INTEGER NOT NULL,
    FOREIGN KEY ("contact_id") REFERENCES "contact" ("id"),
    FOREIGN KEY ("account_id") REFERENCES "account" ("id"),
    FOREIGN KEY ("written_id") REFERENCES "operation" ("id"),
    CHECK ((contact_id IS NULL) <> (account_id IS NULL))
);

CREATE TABLE "seal" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "operation_id" INTEGER NOT NULL,
    "hash" TEXT NOT NULL,
    FOREIGN KEY ("operation_id") REFERENCES "operation" ("id")
);

CREATE TABLE "setting" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "value" TEXT NOT NULL
);

CREATE TABLE "stage_spell" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "lead_id" INTEGER NOT NULL,
    "stage" TEXT NOT NULL CHECK (stage IN ('new', 'accepted', 'attempting', 'connected', 'qualified', 'disqualified', 'converted', 'closed')),
    "entered_at" INTEGER NOT NULL,
    "left_at" INTEGER,
    "skipped" INTEGER NOT NULL CHECK (skipped IN (0, 1)),
    "override" INTEGER NOT NULL CHECK (override IN (0, 1)),
    "void" INTEGER NOT NULL CHECK (void IN (0, 1)),
    "written_id" INTEGER NOT NULL,
    FOREIGN KEY ("lead_id") REFERENCES "lead" ("id"),
    FOREIGN KEY ("written_id") REFERENCES "operation" ("id")
);

CREATE TABLE "status_change" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "lead_id" INTEGER NOT NULL,
    "status" TEXT NOT NULL CHECK (status IN ('uncontacted', 'recycled', 'attempting', 'connected', 'working', 'stale', 'qualified', 'unqualified', 'converted', 'nurture', 'disqualified')),
    "at" INTEGER NOT NULL,
    "override" INTEGER NOT NULL CHECK (override IN (0, 1)),
    "void" INTEGER NOT NULL CHECK (void IN (0, 1)),
    "written_id" INTEGER NOT NULL,
    FOREIGN KEY ("lead_id") REFERENCES "lead" ("id"),
    FOREIGN KEY ("written_id") REFERENCES "operation" ("id")
);

CREATE TABLE "task" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "lead_id" INTEGER,
    "opportunity_id" INTEGER,
    "contact_id" INTEGER,
    "user_id" INTEGER,
    "kind" TEXT NOT NULL,
    "words" TEXT NOT NULL,
    "due_at" INTEGER NOT NULL,
    "state" TEXT NOT NULL CHECK (state IN ('open', 'kept', 'missed', 'done', 'dropped')),
    "ended_at" INTEGER,
    "void" INTEGER NOT NULL CHECK (void IN (0, 1)),
    "written_id" INTEGER NOT NULL,
    FOREIGN KEY ("contact_id") REFERENCES "contact" ("id"),
    FOREIGN KEY ("user_id") REFERENCES "user" ("id"),
    FOREIGN KEY ("written_id") REFERENCES "operation" ("id")
);

CREATE TABLE "touch" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "lead_id" INTEGER,
    "opportunity_id" INTEGER,
    "contact_id" INTEGER,
    "account_id" INTEGER,
    "user_id" INTEGER NOT NULL,
    "at" INTEGER NOT NULL,
    "day" TEXT NOT NULL,
    "logged_at" INTEGER NOT NULL,
    "channel" TEXT NOT NULL CHECK (channel IN ('call', 'email', 'linkedin', 'sms', 'meeting', 'other')),
    "direction" TEXT NOT NULL CHECK (direction IN ('out', 'in')),
    "with_whom" TEXT NOT NULL CHECK (with_whom IN ('contact', 'partner', 'switchboard')),
    "disposition" TEXT NOT NULL CHECK (disposition IN ('no_answer', 'busy', 'voicemail_left', 'gatekeeper', 'conversation', 'callback_requested', 'meeting_booked', 'not_interested', 'wrong_person', 'wrong_number', 'bounced', 'do_not_contact', 'unsubscribe', 'sent', 'replied', 'held', 'no_show', 'unknown')),
    "attempt" INTEGER NOT NULL CHECK (attempt IN (0, 1)),
    "connect" INTEGER NOT NULL CHECK (connect IN (0, 1)),
    "automated" INTEGER NOT NULL CHECK (automated IN (0, 1)),
    "date_only" INTEGER NOT NULL CHECK (date_only IN (0, 1)),
    "imported" INTEGER NOT NULL CHECK (imported IN (0, 1)),
    "phone_id" INTEGER,
    "duration" INTEGER,
    "note" TEXT NOT NULL,
    "amended_at" INTEGER,
    "void" INTEGER NOT NULL CHECK (void IN (0, 1)),
    "written_id" INTEGER NOT NULL,
    FOREIGN KEY ("contact_id") REFERENCES "contact" ("id"),
    FOREIGN KEY ("account_id") REFERENCES "account" ("id"),
    FOREIGN KEY ("user_id") REFERENCES "user" ("id"),
    FOREIGN KEY ("phone_id") REFERENCES "phone" ("id"),
    FOREIGN KEY ("written_id") REFERENCES "operation" ("id")
);

CREATE UNIQUE INDEX "operation_key" ON "operation" ("key");

CREATE INDEX "operation_actor_id_id" ON "operation" ("actor_id", "id");

CREATE UNIQUE INDEX "user_name" ON "user" ("name");

CREATE INDEX "account_key" ON "account" ("key");

CREATE INDEX "account_domain" ON "account" ("domain");

CREATE INDEX "approval_lead_id" ON "approval" ("lead_id");

CREATE INDEX "contact_account_id_id" ON "contact" ("account_id", "id");

CREATE UNIQUE INDEX "campaign_name" ON "campaign" ("name");

CREATE INDEX "signal_contact_id_at" ON "signal" ("contact_id", "at");

CREATE INDEX "signal_lead_id_at" ON "signal" ("lead_id", "at");

CREATE UNIQUE INDEX "lead_one_open_per_contact" ON "lead" ("contact_id") WHERE open = 1;

CREATE UNIQUE INDEX "lead_one_open_per_account" ON "lead" ("account_id") WHERE open = 1 AND contact_id IS NULL;

CREATE INDEX "lead_open_of_account" ON "lead" ("account_id") WHERE open = 1;

CREATE INDEX lead_queue ON lead (owner_id, tier, due_at, score DESC, value DESC, opened_at, id, warn_at, snoozed_until, contact_id, next_channel) WHERE open = 1;

CREATE INDEX "lead_of_contact" ON "lead" ("contact_id", "opened_at");

CREATE INDEX "lead_of_account" ON "lead" ("account_id", "opened_at");

CREATE INDEX lead_expiring ON lead (owner_id, warn_at) WHERE open = 1;

CREATE INDEX "assignment_lead_id_at" ON "assignment" ("lead_id", "at");

CREATE INDEX "callback_lead_id" ON "callback" ("lead_id");

CREATE INDEX callback_open ON callback (promiser_id, due_at) WHERE state = 'open' AND void = 0;

CREATE INDEX "change_entity_entity_id_operation_id" ON "change" ("entity", "entity_id", "operation_id");

CREATE INDEX "change_operation_id" ON "change" ("operation_id");

CREATE UNIQUE INDEX "change_secret_change_id" ON "change_secret" ("change_id");

CREATE INDEX "clock_lead_id_kind" ON "clock" ("lead_id", "kind");

CREATE INDEX clock_decided ON clock (owner_id, min(due_at, coalesce(ended_at, due_at)), met) WHERE void = 0;

CREATE INDEX clock_running ON clock (due_at) WHERE met IS NULL AND void = 0;

CREATE INDEX "opportunity_open_of_account" ON "opportunity" ("account_id") WHERE open = 1;

CREATE INDEX "opportunity_open_of_owner" ON "opportunity" ("owner_id") WHERE open = 1;

CREATE INDEX "meeting_lead_id" ON "meeting" ("lead_id");

CREATE INDEX "meeting_contact_id_at" ON "meeting" ("contact_id", "at");

CREATE INDEX "meeting_booker_id_booked_at" ON "meeting" ("booker_id", "booked_at");

CREATE UNIQUE INDEX "conversion_once" ON "conversion" ("lead_id") WHERE void = 0 AND reversed_at IS NULL;

CREATE INDEX "conversion_lead_id" ON "conversion" ("lead_id");

CREATE INDEX "conversion_opportunity_id" ON "conversion" ("opportunity_id");

CREATE INDEX "email_contact_id_position" ON "email" ("contact_id", "position");

CREATE INDEX "email_folded" ON "email" ("folded");

CREATE INDEX "employment_contact_id" ON "employment" ("contact_id");

CREATE INDEX "employment_account_id" ON "employment" ("account_id");

CREATE UNIQUE INDEX "experiment_name" ON "experiment" ("name");

CREATE UNIQUE INDEX "external_id_source_kind_value_entity" ON "external_id" ("source", "kind", "value", "entity");

CREATE INDEX "external_id_entity_entity_id" ON "external_id" ("entity", "entity_id");

CREATE INDEX "hand_over_opportunity_id" ON "hand_over" ("opportunity_id");

CREATE INDEX "hand_over_taker_id_answered_at" ON "hand_over" ("taker_id", "answered_at");

CREATE UNIQUE INDEX "lead_contact_lead_id_contact_id" ON "lead_contact" ("lead_id", "contact_id") WHERE void = 0;

CREATE INDEX "lead_contact_contact_id" ON "lead_contact" ("contact_id");

CREATE INDEX "meeting_attendee_meeting_id" ON "meeting_attendee" ("meeting_id");

CREATE INDEX "merge_entity_loser_id" ON "merge" ("entity", "loser_id");

CREATE INDEX "note_contact_id_at" ON "note" ("contact_id", "at");

CREATE INDEX "note_lead_id_at" ON "note" ("lead_id", "at");

CREATE UNIQUE INDEX "opportunity_campaign_opportunity_id_campaign_id" ON "opportunity_campaign" ("opportunity_id", "campaign_id") WHERE void = 0;

CREATE UNIQUE INDEX "opportunity_contact_opportunity_id_contact_id" ON "opportunity_contact" ("opportunity_id", "contact_id") WHERE void = 0;

CREATE UNIQUE INDEX "opportunity_contact_one_primary" ON "opportunity_contact" ("opportunity_id") WHERE is_primary = 1 AND void = 0;

CREATE INDEX "opportunity_contact_contact_id" ON "opportunity_contact" ("contact_id");

CREATE INDEX "opportunity_spell_opportunity_id_entered_at" ON "opportunity_spell" ("opportunity_id", "entered_at");

CREATE INDEX "phone_contact_id_position" ON "phone" ("contact_id", "position");

CREATE INDEX "phone_account_id_position" ON "phone" ("account_id", "position");

CREATE INDEX "phone_e164" ON "phone" ("e164");

CREATE UNIQUE INDEX "seal_operation_id" ON "seal" ("operation_id");

CREATE UNIQUE INDEX "setting_name" ON "setting" ("name");

CREATE INDEX "stage_spell_lead_id_entered_at" ON "stage_spell" ("lead_id", "entered_at");

CREATE UNIQUE INDEX "stage_spell_now" ON "stage_spell" ("lead_id") WHERE left_at IS NULL AND void = 0;

CREATE INDEX "status_change_lead_id_at" ON "status_change" ("lead_id", "at");

CREATE INDEX "task_lead_id" ON "task" ("lead_id");

CREATE INDEX task_open ON task (user_id, due_at) WHERE state = 'open' AND void = 0;

CREATE INDEX touch_of_contact ON touch (contact_id, at DESC, id DESC) WHERE void = 0;

CREATE INDEX touch_of_lead ON touch (lead_id, at DESC, id DESC, contact_id) WHERE void = 0;

CREATE INDEX touch_of_day ON touch (user_id, day, attempt, connect, disposition) WHERE void = 0;

CREATE INDEX touch_amended ON touch (lead_id, amended_at) WHERE amended_at IS NOT NULL AND void = 0;
"""


def up(migrator: Any, db: Any) -> None:
    """Make the tables, then their indexes."""
    for statement in DDL.strip().rstrip(";").split(";\n\n"):
        db.execute_sql(statement)
