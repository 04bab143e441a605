import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import privacy.models.evidence
from privacy import append_only


def guard(apps, schema_editor):
    append_only.create_all(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [
        ("privacy", "0003_recovery_by_new_email"),
    ]

    operations = [
        migrations.CreateModel(
            name="JournalEntry",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=privacy.models.evidence.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("mac", models.CharField(editable=False, max_length=90, verbose_name="seal")),
                (
                    "kind",
                    models.CharField(
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
                        ],
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="at")),
                ("model", models.CharField(blank=True, max_length=60, verbose_name="kind of data")),
                ("row", models.CharField(blank=True, max_length=40, verbose_name="row")),
                ("facts", models.JSONField(default=dict, verbose_name="what")),
                ("network", models.CharField(blank=True, max_length=45, verbose_name="network")),
                ("route", models.CharField(blank=True, max_length=200, verbose_name="page")),
                ("request", models.CharField(blank=True, max_length=8, verbose_name="request")),
                (
                    "about",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="journal",
                        to="privacy.subject",
                        verbose_name="whose account",
                    ),
                ),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="privacy.subject",
                        verbose_name="who",
                    ),
                ),
            ],
            options={
                "verbose_name": "journal entry",
                "verbose_name_plural": "security journal",
                "ordering": ["-at", "-pk"],
                "indexes": [
                    models.Index(fields=["-at"], name="privacy_journal_at"),
                    models.Index(fields=["kind", "-at"], name="privacy_journal_kind"),
                    models.Index(fields=["model", "row"], name="privacy_journal_row"),
                ],
            },
        ),
        migrations.RunPython(guard, migrations.RunPython.noop),
    ]
