"""A day stands once in a calendar, on SQLite too, and can be entered again after it was taken out."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('directory', '0003_feeds'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='holiday',
            name='directory_holiday_day',
        ),
        migrations.AddConstraint(
            model_name='holiday',
            constraint=models.UniqueConstraint(condition=models.Q(('retired_at__isnull', True)), fields=('site', 'day'), name='directory_holiday_site_day'),
        ),
        migrations.AddConstraint(
            model_name='holiday',
            constraint=models.UniqueConstraint(condition=models.Q(('retired_at__isnull', True), ('site__isnull', True)), fields=('day',), name='directory_holiday_company_day'),
        ),
    ]
