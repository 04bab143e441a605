"""Triggers that refuse to change evidence and published texts; made again after every migrate."""

from django.db import migrations

from privacy import append_only


def create(apps, schema_editor):
    append_only.create_all(schema_editor.connection)


def drop(apps, schema_editor):
    append_only.drop_all(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("privacy", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
