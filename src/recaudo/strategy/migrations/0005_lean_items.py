"""Items carry no key of their own to their task: both come from one statement of one run.

The check of each row cost half of the time in which a first run writes its items.
"""

from django.db import migrations

from recaudo.access.tenancy import owned_keys

KEY = owned_keys("strategy_taskitem", task_id="strategy_task")


class Migration(migrations.Migration):
    dependencies = [("strategy", "0004_decision_partitions")]
    operations = [
        migrations.RunSQL(KEY.reverse_sql, KEY.sql),
        migrations.RemoveConstraint("task", "task_of_creditor"),
    ]
