"""Borders between creditors. Run output carries no more keys than it needs: it is written whole."""

from django.db import migrations

from recaudo.access.tenancy import creditor_key, owned_keys

CUSTOMER = "portfolio_customer"


class Migration(migrations.Migration):
    dependencies = [("strategy", "0001_initial"), ("portfolio", "0003_borders")]
    operations = [
        creditor_key("strategy_strategybook"),
        creditor_key("strategy_run"),
        owned_keys("strategy_task", customer_id=CUSTOMER),
        owned_keys("strategy_taskitem", task_id="strategy_task"),
    ]
