from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("customers", "0001_initial")]

    operations = [
        AddIndexConcurrently(
            "customer",
            models.Index(
                fields=["department", "created_at", "id"],
                include=[
                    *("deleted_at", "status", "level", "category", "industry", "source", "nature", "scale"),
                    *("last_follow_up_at", "name_pinyin"),
                ],
                name="customer_of_department",
            ),
        ),
    ]
