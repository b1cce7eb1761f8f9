"""Who bears a mail address or account name is found without reading everybody, however it is written."""

import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('directory', '0004_one_day_once'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='person',
            index=models.Index(django.db.models.functions.text.Lower('mail'), name='directory_mail_key'),
        ),
        migrations.AddIndex(
            model_name='person',
            index=models.Index(django.db.models.functions.text.Lower('account_name'), name='directory_account_name_key'),
        ),
    ]
