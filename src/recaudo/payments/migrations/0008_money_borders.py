"""Charges, papers, instruments, lots and write-downs stay with their creditor."""

from django.db import migrations

from recaudo.access.tenancy import creditor_key, only_added, owned_keys

CUSTOMER, DOCUMENT, CREDIT = "portfolio_customer", "portfolio_document", "payments_credit"
OBLIGATION, LOT, CHARGE = "portfolio_obligation", "payments_paymentlot", "payments_charge"
INSTRUMENT, WRITE_DOWN = "payments_instrument", "payments_writedown"


class Migration(migrations.Migration):
    dependencies = [("payments", "0007_money")]
    operations = [
        owned_keys(CREDIT, caused_by_id=CREDIT, lot_id=LOT),
        creditor_key("payments_chargeterms"),
        owned_keys("payments_chargeterms", obligation_id=OBLIGATION, customer_id=CUSTOMER),
        only_added("payments_chargeterms"),
        creditor_key("payments_referencerate"),
        only_added("payments_referencerate"),
        owned_keys(CHARGE, document_id=DOCUMENT, base_id=DOCUMENT),
        only_added(CHARGE),
        owned_keys("payments_chargewaiver", charge_id=CHARGE, credit_id=CREDIT),
        only_added("payments_chargewaiver"),
        owned_keys("payments_withholdingprofile", customer_id=CUSTOMER),
        owned_keys(
            "payments_pendingpaper", customer_id=CUSTOMER, credit_id=CREDIT, document_id=DOCUMENT
        ),
        owned_keys(INSTRUMENT, customer_id=CUSTOMER, credit_id=CREDIT, replaces_id=INSTRUMENT),
        owned_keys("payments_instrumentcover", instrument_id=INSTRUMENT, document_id=DOCUMENT),
        only_added("payments_instrumentcover"),
        owned_keys("payments_instrumentevent", instrument_id=INSTRUMENT),
        only_added("payments_instrumentevent"),
        creditor_key(LOT),
        owned_keys(LOT, line_id="payments_bankline"),
        owned_keys("payments_lotshare", lot_id=LOT, customer_id=CUSTOMER, credit_id=CREDIT),
        owned_keys("payments_cashreceipt", customer_id=CUSTOMER, credit_id=CREDIT, lot_id=LOT),
        owned_keys("payments_conversion", paid_id=CREDIT, bought_id=CREDIT),
        creditor_key("payments_exchangedifference"),
        migrations.RunSQL(
            "ALTER TABLE payments_exchangedifference ADD CONSTRAINT "
            "payments_exchangedifference_application FOREIGN KEY (application_id) "
            "REFERENCES payments_application (id) DEFERRABLE INITIALLY IMMEDIATE",
            migrations.RunSQL.noop,
        ),
        only_added("payments_exchangedifference"),
        creditor_key(WRITE_DOWN),
        owned_keys(
            "payments_writedownitem",
            write_down_id=WRITE_DOWN,
            document_id=DOCUMENT,
            credit_id=CREDIT,
        ),
        owned_keys("payments_refund", customer_id=CUSTOMER, credit_id=CREDIT),
        only_added("payments_refund"),
        owned_keys("payments_clearance", customer_id=CUSTOMER),
    ]
