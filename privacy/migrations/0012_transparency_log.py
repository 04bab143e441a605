from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("privacy", "0011_sealed_states"),
    ]

    operations = [
        migrations.CreateModel(
            name="LogLeaf",
            fields=[
                (
                    "index",
                    models.PositiveBigIntegerField(primary_key=True, serialize=False, verbose_name="place in the log"),
                ),
                ("model", models.CharField(max_length=60, verbose_name="kind of data")),
                ("row", models.UUIDField(unique=True, verbose_name="row")),
                ("nonce", models.BinaryField(max_length=16, verbose_name="nonce")),
                ("hash", models.BinaryField(max_length=32, verbose_name="check code")),
            ],
            options={
                "verbose_name": "leaf of the log",
                "verbose_name_plural": "leaves of the log",
            },
        ),
        migrations.AddField(
            model_name="checkpoint",
            name="note",
            field=models.TextField(blank=True, verbose_name="signed checkpoint"),
        ),
        migrations.AddField(
            model_name="checkpoint",
            name="root",
            field=models.CharField(blank=True, max_length=64, verbose_name="root of the log"),
        ),
        migrations.AddField(
            model_name="checkpoint",
            name="size",
            field=models.PositiveBigIntegerField(default=0, verbose_name="rows in the log"),
        ),
        migrations.CreateModel(
            name="LogNode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("level", models.PositiveSmallIntegerField(verbose_name="level")),
                ("index", models.PositiveBigIntegerField(verbose_name="place in its level")),
                ("hash", models.BinaryField(max_length=32, verbose_name="check code")),
            ],
            options={
                "verbose_name": "node of the log",
                "verbose_name_plural": "nodes of the log",
                "constraints": [models.UniqueConstraint(fields=("level", "index"), name="privacy_log_node_once")],
            },
        ),
    ]
