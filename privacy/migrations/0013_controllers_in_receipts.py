import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import privacy.models.evidence
from privacy import append_only


def guard(apps, schema_editor):
    append_only.create_all(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [
        ("privacy", "0012_transparency_log"),
    ]

    operations = [
        migrations.CreateModel(
            name="ControllerNotice",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=privacy.models.evidence.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("mac", models.CharField(editable=False, max_length=90, verbose_name="seal")),
                ("facts", models.JSONField(verbose_name="what receipts say")),
                ("code", models.CharField(max_length=64, unique=True, verbose_name="check code")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="at")),
            ],
            options={
                "verbose_name": "controllers named in receipts",
                "verbose_name_plural": "controllers named in receipts",
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.AddField(
            model_name="consentevent",
            name="notice",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="privacy.controllernotice",
                verbose_name="controllers named",
            ),
        ),
        migrations.RunPython(guard, migrations.RunPython.noop),
    ]
