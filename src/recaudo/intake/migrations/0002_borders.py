"""Borders between creditors."""

from django.db import migrations

from recaudo.access.tenancy import creditor_key, owned_keys

BATCH = "intake_importbatch"


class Migration(migrations.Migration):
    dependencies = [("intake", "0001_initial"), ("portfolio", "0003_borders")]
    operations = [
        creditor_key("intake_savedmapping"),
        creditor_key(BATCH),
        owned_keys("intake_rejectedrow", batch_id=BATCH),
        owned_keys(
            "intake_contactconflict",
            batch_id=BATCH,
            customer_id="portfolio_customer",
            contact_point_id="portfolio_contactpoint",
        ),
    ]
