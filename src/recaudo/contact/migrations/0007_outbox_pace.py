"""The pace of each sender, the order of the queue, and texts that are evidence once attempted."""

import django.db.models.deletion
from django.db import migrations, models

from recaudo.access.tenancy import owned_keys

TEXTS = """
DROP TRIGGER contact_messagetext_only_added ON contact_messagetext;
CREATE FUNCTION contact_text_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM contact_message
      WHERE id = OLD.message_id AND state IN ('planned', 'rendered')) THEN
    RAISE EXCEPTION 'only_added: contact_messagetext' USING ERRCODE = 'RC001';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER contact_messagetext_stays BEFORE UPDATE OR DELETE ON contact_messagetext
  FOR EACH ROW EXECUTE FUNCTION contact_text_stays();
"""
TEXTS_BACK = """
DROP TRIGGER contact_messagetext_stays ON contact_messagetext;
DROP FUNCTION contact_text_stays();
CREATE TRIGGER contact_messagetext_only_added BEFORE UPDATE OR DELETE ON contact_messagetext
  FOR EACH STATEMENT EXECUTE FUNCTION recaudo_refuse('only_added');
"""


class Migration(migrations.Migration):
    dependencies = [("contact", "0006_outbox_borders")]
    operations = [
        migrations.CreateModel(
            name="SendingPace",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("channel", models.TextField()),
                ("next_at", models.DateTimeField()),
                (
                    "creditor",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="access.creditor",
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="contact.mailaccount",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("account", "channel"), name="sending_pace_once")
                ],
            },
        ),
        owned_keys("contact_sendingpace", account_id="contact_mailaccount"),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("state", "planned")),
                fields=["creditor", "channel", "customer", "id"],
                name="message_queue",
            ),
        ),
        migrations.RunSQL(TEXTS, TEXTS_BACK),
    ]
