"""The messages that have not left: few, however long the history."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contact", "0002_borders")]
    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("state__in", ["proposed", "planned"])),
                fields=["creditor", "not_after"],
                name="message_pending",
            ),
        ),
    ]
