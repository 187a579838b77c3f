"""Bank lines stay with their creditor, and what a bank said is never changed."""

from django.db import migrations

from recaudo.access.tenancy import creditor_key, only_added, owned_keys

ACCOUNT, LINE, CUSTOMER = "payments_bankaccount", "payments_bankline", "portfolio_customer"


class Migration(migrations.Migration):
    dependencies = [("payments", "0005_bank")]
    operations = [
        creditor_key(ACCOUNT),
        owned_keys("payments_bankstatement", account_id=ACCOUNT),
        only_added("payments_bankstatement"),
        owned_keys(LINE, account_id=ACCOUNT, statement_id="payments_bankstatement"),
        only_added(LINE),
        owned_keys("payments_linework", line_id=LINE, customer_id=CUSTOMER),
        owned_keys("payments_payeralias", customer_id=CUSTOMER),
        only_added("payments_payeralias"),
        owned_keys("payments_lineclaim", line_id=LINE, customer_id=CUSTOMER),
        owned_keys("payments_linecredit", line_id=LINE, credit_id="payments_credit"),
        only_added("payments_linecredit"),
    ]
