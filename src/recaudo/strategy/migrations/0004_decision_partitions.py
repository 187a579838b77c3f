"""Decisions in one partition a creditor, as the facts: a run fills new ones and swaps them in."""

from django.db import migrations, models

# Both tables are written whole by each run, so nothing is carried over.
PARTITIONED = """
DROP TABLE strategy_decision;
CREATE TABLE strategy_decision (
  customer_id bigint NOT NULL,
  creditor_id integer NOT NULL,
  run_id bigint NOT NULL,
  segment text NOT NULL,
  reason text NOT NULL,
  step_key text,
  next_step text,
  next_on date,
  priority bigint NOT NULL,
  value bigint NOT NULL,
  slot smallint NOT NULL,
  arm text NOT NULL DEFAULT '',
  model_version text NOT NULL DEFAULT '',
  PRIMARY KEY (creditor_id, customer_id)
) PARTITION BY LIST (creditor_id);
CREATE INDEX strategy_decision_order ON strategy_decision (creditor_id, priority DESC, customer_id);
DROP TABLE strategy_documentdecision;
CREATE TABLE strategy_documentdecision (
  document_id bigint NOT NULL,
  creditor_id integer NOT NULL,
  customer_id bigint NOT NULL,
  reason text NOT NULL,
  next_step text,
  next_on date,
  missed_step text,
  PRIMARY KEY (creditor_id, document_id)
) PARTITION BY LIST (creditor_id);
CREATE INDEX strategy_documentdecision_customer ON strategy_documentdecision (customer_id);
"""


class Migration(migrations.Migration):
    dependencies = [("strategy", "0003_customer_facts")]
    operations = [
        migrations.RunSQL(
            PARTITIONED,
            state_operations=[
                migrations.AlterField("decision", "value", models.BigIntegerField()),
                migrations.AddField(
                    "documentdecision", "missed_step", models.TextField(null=True)
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(fields=["creditor", "run_id"], name="task_run"),
        ),
    ]
