"""Borders between creditors; what happened is only ever added."""

from django.db import migrations

from recaudo.access.tenancy import only_added, owned_keys

CUSTOMER = "portfolio_customer"


class Migration(migrations.Migration):
    dependencies = [("contact", "0001_initial"), ("portfolio", "0003_borders")]
    operations = [
        owned_keys("contact_interaction", customer_id=CUSTOMER),
        owned_keys("contact_message", customer_id=CUSTOMER),
        owned_keys("contact_messageitem", message_id="contact_message"),
        only_added("contact_interaction"),
    ]
