"""Lists and figures read the narrow decisions alone; the wide facts only for a user's condition."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("strategy", "0005_lean_items")]
    operations = [
        migrations.AddField(
            "decision", "balance", models.BigIntegerField(db_default=0, default=0)
        ),
        migrations.AddField(
            "decision", "overdue", models.BigIntegerField(db_default=0, default=0)
        ),
        migrations.AddField("decision", "max_dpd", models.IntegerField(db_default=0, default=0)),
        migrations.AddField(
            "decision", "has_collector", models.BooleanField(db_default=False, default=False)
        ),
    ]
