from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("companies", "0001_initial")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="licence",
            name="state_before",
            field=models.CharField(
                blank=True,
                choices=[
                    ("trial", "Trial"),
                    ("active", "Active"),
                    ("expired", "Expired"),
                    ("suspended", "Suspended"),
                ],
                db_default="",
                default="",
                max_length=10,
                verbose_name="State before",
            ),
        ),
    ]
