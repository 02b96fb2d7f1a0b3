import django.contrib.postgres.indexes
from django.db import migrations

import core.records.searching


class Migration(migrations.Migration):
    dependencies = [
        ("samples", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="project",
            name="name_grams",
            field=core.records.searching.GramsField(size=None, sources=("name",)),
        ),
        migrations.AddField(
            model_name="project",
            name="phone_grams",
            field=core.records.searching.GramsField(size=None, sources=("phone", "website")),
        ),
        migrations.AddIndex(
            model_name="project",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["name_grams", "phone_grams"], name="sample_project_search"
            ),
        ),
    ]
