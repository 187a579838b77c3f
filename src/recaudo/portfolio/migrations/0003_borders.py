"""Borders between creditors, rows that are only added, and dated rows that move their document."""

from django.db import migrations

from recaudo.access.tenancy import creditor_key, only_added, owned_keys

REFUSE = """
CREATE FUNCTION recaudo_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%: %', TG_ARGV[0], TG_TABLE_NAME USING ERRCODE = 'RC001';
END $$;
"""

# One seller and one collector a customer and day.
ASSIGNMENT_SPAN = """
ALTER TABLE portfolio_assignment ADD CONSTRAINT portfolio_assignment_span CHECK
  (until_on IS NULL OR until_on > from_on);
ALTER TABLE portfolio_assignment ADD CONSTRAINT portfolio_assignment_one_at_a_time EXCLUDE USING gist
  (customer_id WITH =, role WITH =, daterange(from_on, until_on) WITH &&);
"""

# The newest dated row counts: by day, then by id. The documents are locked first, in id order, so
# that two at once do not both look before the other has written.
DATED_ROWS = """
CREATE FUNCTION recaudo_move_due_date() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM portfolio_document WHERE id IN (SELECT document_id FROM new_rows)
    ORDER BY id FOR NO KEY UPDATE;
  UPDATE portfolio_document d SET due_on = n.due_on
  FROM (SELECT DISTINCT ON (document_id) document_id, due_on FROM new_rows
        ORDER BY document_id, id DESC) n
  WHERE d.id = n.document_id;
  RETURN NULL;
END $$;

CREATE TRIGGER portfolio_duedate_moves AFTER INSERT ON portfolio_duedate
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION recaudo_move_due_date();

CREATE FUNCTION recaudo_document_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM portfolio_document WHERE id IN (SELECT document_id FROM new_rows)
    ORDER BY id FOR NO KEY UPDATE;
  UPDATE portfolio_document d SET
    state = COALESCE(n.state, d.state),
    filed_on = COALESCE(n.filed_on, d.filed_on),
    ceded_on = CASE WHEN n.cession IS NULL THEN d.ceded_on
                    WHEN n.cession = 'ceded' THEN n.cession_on END,
    written_off_on = CASE WHEN n.write_off IS NULL THEN d.written_off_on
                          WHEN n.write_off = 'written_off' THEN n.write_off_on END
  FROM (
    SELECT document_id,
      (ARRAY_AGG(kind ORDER BY happened_on DESC, id DESC)
        FILTER (WHERE kind IN ('issued', 'filed', 'accepted', 'rejected')))[1] AS state,
      MAX(happened_on) FILTER (WHERE kind = 'filed') AS filed_on,
      (ARRAY_AGG(kind ORDER BY happened_on DESC, id DESC)
        FILTER (WHERE kind IN ('ceded', 'cession_undone')))[1] AS cession,
      MAX(happened_on) FILTER (WHERE kind IN ('ceded', 'cession_undone')) AS cession_on,
      (ARRAY_AGG(kind ORDER BY happened_on DESC, id DESC)
        FILTER (WHERE kind IN ('written_off', 'write_off_undone')))[1] AS write_off,
      MAX(happened_on) FILTER (WHERE kind IN ('written_off', 'write_off_undone')) AS write_off_on
    FROM portfolio_documentevent
    WHERE document_id IN (SELECT document_id FROM new_rows)
    GROUP BY document_id
  ) n
  WHERE d.id = n.document_id;
  RETURN NULL;
END $$;

CREATE TRIGGER portfolio_documentevent_moves AFTER INSERT ON portfolio_documentevent
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION recaudo_document_event();
"""

# What identifies a document never changes; what triggers maintain, nobody else changes.
FROZEN = """
CREATE TRIGGER portfolio_document_frozen BEFORE UPDATE OF
  id, creditor_id, customer_id, key, doc_type, prefix, number, instalment, original_amount,
  currency, issued_on, kind ON portfolio_document
  FOR EACH STATEMENT EXECUTE FUNCTION recaudo_refuse('frozen');
CREATE TRIGGER portfolio_document_kept BEFORE UPDATE OF
  amount, open_amount, due_on, last_applied_on, closed_on, state, filed_on, ceded_on,
  written_off_on ON portfolio_document
  FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION recaudo_refuse('kept_by_ledger');
CREATE TRIGGER portfolio_document_stays BEFORE DELETE ON portfolio_document
  FOR EACH STATEMENT EXECUTE FUNCTION recaudo_refuse('only_added');
CREATE TRIGGER portfolio_documentcomponent_frozen BEFORE UPDATE OF
  id, creditor_id, document_id, component, original_amount ON portfolio_documentcomponent
  FOR EACH STATEMENT EXECUTE FUNCTION recaudo_refuse('frozen');
CREATE TRIGGER portfolio_documentcomponent_kept BEFORE UPDATE OF
  amount, open_amount ON portfolio_documentcomponent
  FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION recaudo_refuse('kept_by_ledger');
CREATE TRIGGER portfolio_documentcomponent_stays BEFORE DELETE ON portfolio_documentcomponent
  FOR EACH STATEMENT EXECUTE FUNCTION recaudo_refuse('only_added');
"""

CUSTOMER = "portfolio_customer"
DOCUMENT = "portfolio_document"
OBLIGATION = "portfolio_obligation"


class Migration(migrations.Migration):
    dependencies = [("portfolio", "0002_initial"), ("access", "0001_initial")]
    operations = [
        migrations.RunSQL(REFUSE, "DROP FUNCTION recaudo_refuse()"),
        creditor_key("portfolio_customergroup"),
        creditor_key(CUSTOMER),
        creditor_key("portfolio_exchangerate"),
        owned_keys(CUSTOMER, group_id="portfolio_customergroup"),
        owned_keys("portfolio_party", customer_id=CUSTOMER, obligation_id=OBLIGATION),
        owned_keys("portfolio_contactpoint", customer_id=CUSTOMER, party_id="portfolio_party"),
        owned_keys(
            "portfolio_consent", customer_id=CUSTOMER, contact_point_id="portfolio_contactpoint"
        ),
        owned_keys("portfolio_assignment", customer_id=CUSTOMER),
        owned_keys(OBLIGATION, customer_id=CUSTOMER),
        owned_keys(DOCUMENT, customer_id=CUSTOMER, obligation_id=OBLIGATION),
        owned_keys("portfolio_documentcomponent", document_id=DOCUMENT),
        owned_keys("portfolio_documentadjustment", document_id=DOCUMENT),
        owned_keys("portfolio_duedate", document_id=DOCUMENT),
        owned_keys("portfolio_documentevent", document_id=DOCUMENT),
        owned_keys("portfolio_hold", customer_id=CUSTOMER, document_id=DOCUMENT),
        only_added("portfolio_consent"),
        only_added("portfolio_documentadjustment"),
        only_added("portfolio_duedate"),
        only_added("portfolio_documentevent"),
        only_added("portfolio_exchangerate"),
        migrations.RunSQL(ASSIGNMENT_SPAN, migrations.RunSQL.noop),
        migrations.RunSQL(DATED_ROWS, migrations.RunSQL.noop),
        migrations.RunSQL(FROZEN, migrations.RunSQL.noop),
    ]
