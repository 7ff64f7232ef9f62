"""The table of things to do."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Make it."""

    initial = True

    operations = [
        migrations.CreateModel(
            name="Todo",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=256)),
                ("completed", models.BooleanField(default=False)),
                ("order", models.IntegerField(default=0)),
            ],
        )
    ]
