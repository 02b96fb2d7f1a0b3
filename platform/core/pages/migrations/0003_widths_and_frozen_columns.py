from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pages", "0002_views_shared_and_steps_for_many")]

    operations = [
        migrations.AddField(
            model_name="listsettings",
            name="widths",
            field=models.JSONField(db_default={}, default=dict, verbose_name="Widths of columns"),
        ),
        migrations.AddField(
            model_name="listsettings",
            name="frozen",
            field=models.PositiveSmallIntegerField(db_default=1, default=1, verbose_name="Frozen columns"),
        ),
    ]
