from django.db import migrations, models


class Migration(migrations.Migration):
    """Files of contacts that others made are batches too (F21)."""

    dependencies = [("intake", "0003_uploads")]

    operations = [
        migrations.RemoveConstraint(model_name="importbatch", name="batch_mode"),
        migrations.AddConstraint(
            model_name="importbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(mode__in=["incremental", "snapshot", "contacts"]),
                name="batch_mode",
            ),
        ),
    ]
