"""Who bears a mail address or account name is found without reading everybody, however it is written."""

from django.db import migrations, models
from django.db.models.functions import Lower


class Migration(migrations.Migration):
    dependencies = [("directory", "0004_one_day_once")]

    operations = [
        migrations.AddIndex("person", models.Index(Lower("mail"), name="directory_mail_key")),
        migrations.AddIndex("person", models.Index(Lower("account_name"), name="directory_account_name_key")),
    ]
