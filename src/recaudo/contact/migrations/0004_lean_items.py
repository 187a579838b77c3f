"""Items carry no key of their own to their message: both come from one statement of one run.

The check of each row cost half of the time in which a first run writes its items.
"""

from django.db import migrations

from recaudo.access.tenancy import owned_keys

KEY = owned_keys("contact_messageitem", message_id="contact_message")


class Migration(migrations.Migration):
    dependencies = [("contact", "0003_message_pending")]
    operations = [
        migrations.RunSQL(KEY.reverse_sql, KEY.sql),
        migrations.RemoveConstraint("message", "message_of_creditor"),
    ]
