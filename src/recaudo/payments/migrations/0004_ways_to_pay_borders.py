"""References and reported payments stay with their creditor."""

from django.db import migrations

from recaudo.access.tenancy import creditor_key, only_added, owned_keys

CUSTOMER = "portfolio_customer"


class Migration(migrations.Migration):
    dependencies = [("payments", "0003_ways_to_pay"), ("portfolio", "0005_document_file_borders")]
    operations = [
        creditor_key("payments_paymentway"),
        owned_keys("payments_paymentreference", customer_id=CUSTOMER),
        only_added("payments_paymentreference"),
        owned_keys(
            "payments_reportedpayment",
            customer_id=CUSTOMER,
            document_id="portfolio_document",
            repeats_id="payments_reportedpayment",
            credit_id="payments_credit",
        ),
    ]
