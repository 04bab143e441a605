"""Give requests to share the columns of every case."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("privacy", "0007_rename_models"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="sharingrequest",
            options={
                "ordering": ["-received_at", "-pk"],
                "verbose_name": "request to share",
                "verbose_name_plural": "requests to share",
            },
        ),
        migrations.RenameField(
            model_name="sharingrequest",
            old_name="asked_at",
            new_name="received_at",
        ),
        migrations.RenameField(
            model_name="sharingrequest",
            old_name="answered_at",
            new_name="settled_at",
        ),
        migrations.AddField(
            model_name="sharingrequest",
            name="settled_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="privacy.subject",
                verbose_name="answered by",
            ),
        ),
    ]
