"""Uploaded files wait with the choices made for them; rejected rows know their sheet."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("intake", "0002_borders")]
    operations = [
        migrations.AddField("importbatch", "stored_as", models.TextField(blank=True, default="")),
        migrations.AddField("importbatch", "options", models.JSONField(default=dict)),
        migrations.AddField("rejectedrow", "sheet", models.TextField(blank=True, default="")),
    ]
