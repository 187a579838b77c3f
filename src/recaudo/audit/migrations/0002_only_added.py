"""The change log is only ever added to."""

from django.db import migrations

from recaudo.access.tenancy import only_added


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("portfolio", "0003_borders")]
    operations = [only_added("audit_changeevent")]
