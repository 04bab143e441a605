import django.utils.timezone
from django.db import migrations, models

import privacy.models.evidence
from privacy import append_only


def guard(apps, schema_editor):
    append_only.create_all(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [
        ("privacy", "0010_keys_name_the_app"),
    ]

    operations = [
        migrations.CreateModel(
            name="StateChange",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=privacy.models.evidence.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("mac", models.CharField(editable=False, max_length=90, verbose_name="seal")),
                ("model", models.CharField(max_length=60, verbose_name="kind of data")),
                ("row", models.CharField(max_length=40, verbose_name="row")),
                ("state", models.JSONField(null=True, verbose_name="what it holds")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="at")),
            ],
            options={
                "verbose_name": "sealed state",
                "verbose_name_plural": "sealed states",
                "ordering": ["pk"],
                "indexes": [models.Index(fields=["model", "row", "id"], name="privacy_state_of_row")],
            },
        ),
        migrations.AlterField(
            model_name="auditlogentry",
            name="kind",
            field=models.CharField(
                choices=[
                    ("signed_in", "signed in"),
                    ("signed_out", "signed out"),
                    ("failed", "sign-in failed"),
                    ("sessions_ended", "sessions ended"),
                    ("password", "password set or changed"),
                    ("reset", "password set by a link"),
                    ("email_added", "email added"),
                    ("email_confirmed", "email confirmed"),
                    ("email_changed", "email changed"),
                    ("email_removed", "email removed"),
                    ("factor_added", "second factor added"),
                    ("factor_removed", "second factor removed"),
                    ("factor_failed", "second factor refused"),
                    ("confirmed", "confirmed who is there"),
                    ("invited", "link to set a password sent"),
                    ("deactivated", "account deactivated"),
                    ("reactivated", "account reactivated"),
                    ("rights", "access rights changed"),
                    ("admin", "form sent in the admin"),
                    ("exported", "exported"),
                    ("refused", "page refused"),
                    ("added", "row added"),
                    ("changed", "row changed"),
                    ("removed", "row removed"),
                    ("forgotten", "old entries removed"),
                    ("restored", "restored database brought up to date"),
                ],
                max_length=16,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="erasure",
            name="why",
            field=models.CharField(
                choices=[("retention", "the retention period ended"), ("right", "the person asked for it")],
                max_length=10,
                verbose_name="why",
            ),
        ),
        migrations.AlterField(
            model_name="erasureorder",
            name="why",
            field=models.CharField(
                choices=[("retention", "the retention period ended"), ("right", "the person asked for it")],
                max_length=10,
                verbose_name="why",
            ),
        ),
        migrations.RunPython(guard, migrations.RunPython.noop),
    ]
