"""The current facts of each customer, and the integer functions that the engine's steps use.

The columns are those of engine/facts.toml (a test compares). One partition a creditor: a live run
fills a new one and swaps it in, so nobody waits for it and nothing is left to clean up.
"""

from django.db import migrations

FACTS = """
CREATE TABLE strategy_customer_facts (
  creditor_id integer NOT NULL,
  customer_id bigint NOT NULL,
  balance bigint NOT NULL,
  overdue_balance bigint NOT NULL,
  unapplied bigint NOT NULL,
  net_balance bigint NOT NULL,
  catch_up_amount bigint NOT NULL,
  written_off_balance bigint NOT NULL,
  claimable_balance bigint NOT NULL,
  ceded_balance bigint NOT NULL,
  documented_balance bigint NOT NULL,
  held_balance bigint NOT NULL,
  disputed_balance bigint NOT NULL,
  promised_balance bigint NOT NULL,
  planned_balance bigint NOT NULL,
  open_documents integer NOT NULL,
  overdue_documents integer NOT NULL,
  max_dpd integer NOT NULL,
  weighted_dpd integer NOT NULL,
  oldest_due_on integer,
  newest_due_on integer,
  bucket_slot integer NOT NULL,
  bucket_slot_month_start integer NOT NULL,
  rolls_on integer,
  rolls_this_month bigint NOT NULL,
  critical_balance bigint NOT NULL,
  balance_slot_1 bigint NOT NULL,
  balance_slot_2 bigint NOT NULL,
  balance_slot_3 bigint NOT NULL,
  balance_slot_4 bigint NOT NULL,
  balance_slot_5 bigint NOT NULL,
  balance_slot_6 bigint NOT NULL,
  balance_slot_7 bigint NOT NULL,
  balance_slot_8 bigint NOT NULL,
  balance_slot_9 bigint NOT NULL,
  balance_slot_10 bigint NOT NULL,
  balance_slot_11 bigint NOT NULL,
  balance_slot_12 bigint NOT NULL,
  weighted_days_late_12m integer,
  on_time_share_ppm_12m integer,
  closed_documents_12m integer NOT NULL,
  last_payment_on integer,
  days_since_last_payment integer,
  customer_age_days integer,
  product text NOT NULL,
  regime text NOT NULL,
  country text NOT NULL,
  kind text NOT NULL,
  class_name text NOT NULL,
  branch text NOT NULL,
  zone text NOT NULL,
  seller text NOT NULL,
  collector text NOT NULL,
  credit_limit bigint,
  limit_use_ppm integer,
  attempts_7d integer NOT NULL,
  attempts_30d integer NOT NULL,
  attempts_90d integer NOT NULL,
  effective_7d integer NOT NULL,
  effective_30d integer NOT NULL,
  effective_90d integer NOT NULL,
  attempts_no_answer_row integer NOT NULL,
  last_contact_on integer,
  last_effective_on integer,
  reachable_channels integer NOT NULL,
  can_email boolean NOT NULL,
  can_phone boolean NOT NULL,
  can_whatsapp boolean NOT NULL,
  can_sms boolean NOT NULL,
  can_address boolean NOT NULL,
  consent text NOT NULL,
  do_not_contact boolean NOT NULL,
  hold text NOT NULL,
  next_payment_on integer,
  ledger_age_days integer NOT NULL,
  cost_to_work bigint NOT NULL,
  p_pay integer NOT NULL,
  expected_value bigint NOT NULL,
  PRIMARY KEY (creditor_id, customer_id)
) PARTITION BY LIST (creditor_id)
"""

# Inlined by the planner: they cost nothing. DuckDB and Spark have the same names as macros.
FUNCTIONS = """
CREATE SCHEMA recaudo_engine;
CREATE FUNCTION recaudo_engine.wide(bigint) RETURNS numeric
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT CAST($1 AS numeric)';
CREATE FUNCTION recaudo_engine.idiv(numeric, numeric) RETURNS bigint
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT CAST(div($1, $2) AS bigint)';
COMMENT ON FUNCTION recaudo_engine.wide(bigint) IS 'the same number in more than 64 bits';
COMMENT ON FUNCTION recaudo_engine.idiv(numeric, numeric) IS 'whole quotient, towards zero';
"""


class Migration(migrations.Migration):
    dependencies = [("strategy", "0002_borders")]
    operations = [
        migrations.RunSQL(FACTS, "DROP TABLE strategy_customer_facts"),
        migrations.RunSQL(FUNCTIONS, "DROP SCHEMA recaudo_engine CASCADE"),
    ]
