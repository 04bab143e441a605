"""Indexes for two lists: a management's access records by time, and the permissions withdrawn today."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("privacy", "0002_evidence_only_grows"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="accessrecord",
            index=models.Index(fields=["controller", "-at"], name="privacy_access_of_controller"),
        ),
        migrations.AddIndex(
            model_name="sharinggrant",
            index=models.Index(
                condition=models.Q(("withdrawn_at__isnull", False)),
                fields=["agreement", "withdrawn_at"],
                name="privacy_grant_withdrawn",
            ),
        ),
    ]
