from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("customers", "0002_customer_of_department")]

    operations = [
        AddIndexConcurrently(
            "customer",
            models.Index(
                condition=models.Q(("primary_contact__isnull", False)),
                fields=["primary_contact"],
                name="customer_primary",
            ),
        ),
    ]
