"""The ledger's own rules: balances move only by postings, within their limits, in one lock order."""

from django.db import migrations

from recaudo.access.tenancy import only_added, owned_keys

# New rows start whole: nothing is born half paid.
BORN_WHOLE = """
CREATE FUNCTION recaudo_document_born() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM new_rows WHERE amount <> original_amount OR open_amount <> amount
             OR last_applied_on IS NOT NULL OR closed_on IS NOT NULL) THEN
    RAISE EXCEPTION 'kept_by_ledger: a row starts with its whole amount open' USING ERRCODE = 'RC001';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER portfolio_document_born AFTER INSERT ON portfolio_document
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION recaudo_document_born();

CREATE FUNCTION recaudo_component_born() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM new_rows WHERE amount <> original_amount OR open_amount <> amount) THEN
    RAISE EXCEPTION 'kept_by_ledger: a row starts with its whole amount open' USING ERRCODE = 'RC001';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER portfolio_documentcomponent_born AFTER INSERT ON portfolio_documentcomponent
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION recaudo_component_born();

CREATE FUNCTION recaudo_credit_born() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM new_rows WHERE amount <> original_amount OR unapplied <> amount) THEN
    RAISE EXCEPTION 'kept_by_ledger: a row starts with its whole amount open' USING ERRCODE = 'RC001';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER payments_credit_born AFTER INSERT ON payments_credit
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION recaudo_credit_born();
"""

# Rows are locked documents first, then credits, each in id order: parallel writers wait, never
# deadlock, and the CHECKs on open_amount and unapplied refuse whoever comes second for the same
# money. A closed document remembers the newest value date of what closed it.
APPLY = """
CREATE FUNCTION recaudo_apply() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM portfolio_document WHERE id IN (SELECT document_id FROM new_rows)
    ORDER BY id FOR NO KEY UPDATE;
  PERFORM FROM payments_credit WHERE id IN (SELECT credit_id FROM new_rows)
    ORDER BY id FOR NO KEY UPDATE;

  IF EXISTS (SELECT FROM new_rows n JOIN portfolio_document d ON d.id = n.document_id
             JOIN payments_credit c ON c.id = n.credit_id WHERE d.currency <> c.currency) THEN
    RAISE EXCEPTION 'currency_mismatch' USING ERRCODE = 'RC002';
  END IF;
  IF EXISTS (SELECT FROM new_rows n JOIN payments_application o ON o.id = n.reverses_id
             WHERE o.amount <> -n.amount OR o.credit_id <> n.credit_id
                OR o.document_id <> n.document_id OR o.component <> n.component) THEN
    RAISE EXCEPTION 'reversal_mismatch' USING ERRCODE = 'RC003';
  END IF;

  UPDATE portfolio_document d SET
    open_amount = d.open_amount - s.amount,
    last_applied_on = s.last_on,
    closed_on = CASE WHEN d.open_amount = s.amount THEN GREATEST(s.last_on,
      (SELECT MAX(j.value_on) FROM portfolio_documentadjustment j WHERE j.document_id = d.id)) END
  FROM (
    SELECT n.document_id, n.amount,
      CASE WHEN n.takes_back THEN
        (SELECT MAX(a.value_on) FROM payments_application a
         WHERE a.document_id = n.document_id AND a.amount > 0
           AND NOT EXISTS (SELECT FROM payments_application r WHERE r.reverses_id = a.id))
      ELSE GREATEST(n.last_on, o.last_applied_on) END AS last_on
    FROM (SELECT document_id, SUM(amount) AS amount, MAX(value_on) AS last_on,
                 BOOL_OR(amount < 0) AS takes_back
          FROM new_rows GROUP BY document_id) n
    JOIN portfolio_document o ON o.id = n.document_id
  ) s
  WHERE d.id = s.document_id;

  UPDATE portfolio_documentcomponent p SET open_amount = p.open_amount - s.amount
  FROM (SELECT document_id, component, SUM(amount) AS amount FROM new_rows
        WHERE component <> '' GROUP BY document_id, component) s
  WHERE p.document_id = s.document_id AND p.component = s.component;

  UPDATE payments_credit c SET unapplied = c.unapplied - s.amount
  FROM (SELECT credit_id, SUM(amount) AS amount FROM new_rows GROUP BY credit_id) s
  WHERE c.id = s.credit_id;
  RETURN NULL;
END $$;
CREATE TRIGGER payments_application_applies AFTER INSERT ON payments_application
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION recaudo_apply();
"""

ADJUST = """
CREATE FUNCTION recaudo_adjust_document() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM portfolio_document WHERE id IN (SELECT document_id FROM new_rows)
    ORDER BY id FOR NO KEY UPDATE;
  UPDATE portfolio_document d SET
    amount = d.amount + s.delta,
    open_amount = d.open_amount + s.delta,
    closed_on = CASE WHEN d.open_amount + s.delta = 0 THEN GREATEST(d.last_applied_on,
      (SELECT MAX(j.value_on) FROM portfolio_documentadjustment j WHERE j.document_id = d.id)) END
  FROM (SELECT document_id, SUM(delta) AS delta FROM new_rows GROUP BY document_id) s
  WHERE d.id = s.document_id;
  UPDATE portfolio_documentcomponent p SET
    amount = p.amount + s.delta, open_amount = p.open_amount + s.delta
  FROM (SELECT document_id, component, SUM(delta) AS delta FROM new_rows
        WHERE component <> '' GROUP BY document_id, component) s
  WHERE p.document_id = s.document_id AND p.component = s.component;
  RETURN NULL;
END $$;
CREATE TRIGGER portfolio_documentadjustment_adjusts AFTER INSERT ON portfolio_documentadjustment
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION recaudo_adjust_document();

CREATE FUNCTION recaudo_adjust_credit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM payments_credit WHERE id IN (SELECT credit_id FROM new_rows)
    ORDER BY id FOR NO KEY UPDATE;
  UPDATE payments_credit c SET amount = c.amount + s.delta, unapplied = c.unapplied + s.delta
  FROM (SELECT credit_id, SUM(delta) AS delta FROM new_rows GROUP BY credit_id) s
  WHERE c.id = s.credit_id;
  RETURN NULL;
END $$;
CREATE TRIGGER payments_creditadjustment_adjusts AFTER INSERT ON payments_creditadjustment
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION recaudo_adjust_credit();
"""

FROZEN = """
CREATE TRIGGER payments_credit_frozen BEFORE UPDATE OF
  id, creditor_id, customer_id, kind, value_on, currency, original_amount, source, external_id
  ON payments_credit FOR EACH STATEMENT EXECUTE FUNCTION recaudo_refuse('frozen');
CREATE TRIGGER payments_credit_kept BEFORE UPDATE OF amount, unapplied ON payments_credit
  FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION recaudo_refuse('kept_by_ledger');
CREATE TRIGGER payments_credit_stays BEFORE DELETE ON payments_credit
  FOR EACH STATEMENT EXECUTE FUNCTION recaudo_refuse('only_added');
"""

CREDIT = "payments_credit"
DOCUMENT = "portfolio_document"


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial"), ("portfolio", "0003_borders")]
    operations = [
        owned_keys(CREDIT, customer_id="portfolio_customer"),
        owned_keys("payments_creditadjustment", credit_id=CREDIT),
        owned_keys("payments_application", credit_id=CREDIT, document_id=DOCUMENT),
        migrations.RunSQL(
            "ALTER TABLE payments_application ADD CONSTRAINT payments_application_reverses "
            "FOREIGN KEY (reverses_id) REFERENCES payments_application (id) "
            "DEFERRABLE INITIALLY IMMEDIATE",
            migrations.RunSQL.noop,
        ),
        only_added("payments_creditadjustment"),
        only_added("payments_application"),
        migrations.RunSQL(BORN_WHOLE, migrations.RunSQL.noop),
        migrations.RunSQL(APPLY, migrations.RunSQL.noop),
        migrations.RunSQL(ADJUST, migrations.RunSQL.noop),
        migrations.RunSQL(FROZEN, migrations.RunSQL.noop),
    ]
