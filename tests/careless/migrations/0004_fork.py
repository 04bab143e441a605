from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("careless", "0002_auto_20260101_1200")]
    operations = []
