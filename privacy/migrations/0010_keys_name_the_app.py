"""Stored keys of fields name the app: "tenant.phone" becomes "tenants.tenant.phone".

Evidence keeps its keys, since its rows are sealed: `declarations.model_of` reads both forms. What is compared with
evidence counts as changed: the next save of a purpose makes a new version, and a disclosure that was approved and not
yet exported must be recorded anew.
"""

from django.db import migrations

APPS = {"tenant": "tenants", "occupancy": "tenants", "pageuse": "tenants"}
LISTS = {
    "SharingAgreement": "fields",
    "SharingRequest": "fields",
    "SharingGrant": "fields",
    "ImpactAssessment": "fields",
    "InvestigationCase": "fields",
    "Disclosure": "fields",
    "Breach": "kinds",
    "Purpose": "data",
}


def with_app(key):
    model, _dot, name = key.partition(".")
    return f"{APPS[model]}.{key}" if model in APPS and "." not in name else key


def without_app(key):
    app, _dot, rest = key.partition(".")
    return rest if app in APPS.values() and "." in rest else key


def rewrite(apps, change):
    for model, column in LISTS.items():
        rows = apps.get_model("privacy", model)._base_manager
        for pk, keys in list(rows.values_list("pk", column)):
            rows.filter(pk=pk).update(**{column: [change(key) for key in keys]})


def forwards(apps, schema_editor):
    rewrite(apps, with_app)
    lines = apps.get_model("privacy", "ProfileUpdateLine")._base_manager
    for field in set(lines.exclude(field__contains=".").values_list("field", flat=True)):
        lines.filter(field=field).update(field=f"tenants.tenant.{field}")


def backwards(apps, schema_editor):
    rewrite(apps, without_app)
    lines = apps.get_model("privacy", "ProfileUpdateLine")._base_manager
    for field in set(lines.values_list("field", flat=True)):
        lines.filter(field=field).update(field=field.rpartition(".")[2])


class Migration(migrations.Migration):
    dependencies = [("privacy", "0009_access_reasons_are_registered")]

    operations = [migrations.RunPython(forwards, backwards)]
