"""Borders between creditors for what the outbox brings; what happened is only ever added.

Events, texts, verdicts and interactions carry a message's number without a key: each is written
with its message, by one statement for one creditor.
"""

from django.db import migrations

from recaudo.access.tenancy import creditor_key, only_added, owned_keys

CUSTOMER = "portfolio_customer"
PARTY = "portfolio_party"
POINT = "portfolio_contactpoint"


class Migration(migrations.Migration):
    dependencies = [("contact", "0005_outbox")]
    operations = [
        creditor_key("contact_outcome"),
        creditor_key("contact_housepolicy"),
        creditor_key("contact_regimechoice"),
        creditor_key("contact_template"),
        creditor_key("contact_mailaccount"),
        creditor_key("contact_replyrule"),
        creditor_key("contact_messagetext"),
        creditor_key("contact_messageevent"),
        owned_keys("contact_interaction", party_id=PARTY, contact_point_id=POINT),
        owned_keys(
            "contact_message",
            contact_point_id=POINT,
            account_id="contact_mailaccount",
            template_version_id="contact_templateversion",
        ),
        owned_keys("contact_templateversion", template_id="contact_template"),
        owned_keys(
            "contact_verdict", customer_id=CUSTOMER, party_id=PARTY, contact_point_id=POINT
        ),
        owned_keys(
            "contact_inboundmessage", account_id="contact_mailaccount", customer_id=CUSTOMER
        ),
        # Also where both of the above are empty.
        creditor_key("contact_inboundmessage"),
        owned_keys("contact_inboundfile", inbound_id="contact_inboundmessage"),
        only_added("contact_messagetext"),
        only_added("contact_messageevent"),
        only_added("contact_verdict"),
        only_added("contact_regimechoice"),
        only_added("contact_housepolicy"),
    ]
