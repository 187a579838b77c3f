"""A document's files stay with its creditor."""

from django.db import migrations

from recaudo.access.tenancy import only_added, owned_keys


class Migration(migrations.Migration):
    dependencies = [("portfolio", "0004_document_files")]
    operations = [
        owned_keys("portfolio_documentfile", document_id="portfolio_document"),
        only_added("portfolio_documentfile"),
    ]
