from django.db import migrations


def take_away_seeds(apps, schema_editor):
    """Codes that a seed could write again are gone (ASVS 6.5.2); their owners make new ones on the two-step page."""
    apps.get_model("mfa", "Authenticator").objects.filter(type="recovery_codes", data__has_key="seed").delete()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_sign_ins"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]
    operations = [migrations.RunPython(take_away_seeds, migrations.RunPython.noop)]
