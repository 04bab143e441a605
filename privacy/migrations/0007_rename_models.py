"""Rename three models in the code only: their tables, and so the seals of their rows, keep their names."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("privacy", "0006_purposes_know_their_agreements"),
    ]

    operations = [
        migrations.AlterModelTable("Standing", "privacy_standing"),
        migrations.RenameModel("Standing", "ConsentStatus"),
        migrations.AlterModelTable("DueRun", "privacy_duerun"),
        migrations.RenameModel("DueRun", "JobRun"),
        migrations.AlterModelTable("JournalEntry", "privacy_journalentry"),
        migrations.RenameModel("JournalEntry", "AuditLogEntry"),
        migrations.AlterField(
            "ConsentStatus",
            "user",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="consent_statuses",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
