"""What a creditor has told its customers of each late document: the free notice, the reminders."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from recaudo.access.tenancy import only_added, owned_keys


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0002_creditor_identity'),
        ('payments', '0010_credit_stated'),
        ('portfolio', '0005_document_file_borders'),
    ]

    operations = [
        migrations.CreateModel(
            name='Reminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('interaction_id', models.BigIntegerField()),
                ('on_day', models.DateField()),
                ('channel', models.TextField()),
                ('is_billable', models.BooleanField(default=False)),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('creditor', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to='access.creditor')),
                ('document', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='reminders', to='portfolio.document')),
            ],
            options={
                'indexes': [models.Index(fields=['creditor', 'interaction_id'], name='reminder_interaction')],
                'constraints': [models.UniqueConstraint(fields=('document', 'interaction_id'), name='reminder_once')],
            },
        ),
        owned_keys("payments_reminder", document_id="portfolio_document"),
        only_added("payments_reminder"),
    ]
