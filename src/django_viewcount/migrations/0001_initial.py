import uuid

import django.db.models.deletion
import django.utils.timezone
import model_utils.fields
from django.db import migrations, models

from django_viewcount.fields import KeyField


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.CreateModel(
            name="ViewCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("object_id", KeyField(max_length=64, verbose_name="object ID")),
                (
                    "counter",
                    models.CharField(default="view", max_length=32, verbose_name="counter"),
                ),
                ("views", models.BigIntegerField(default=0, verbose_name="views")),
                (
                    "content_type",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="contenttypes.contenttype",
                        verbose_name="content type",
                    ),
                ),
            ],
            options={
                "verbose_name": "view count",
                "verbose_name_plural": "view counts",
                "indexes": [
                    models.Index(
                        fields=["content_type", "counter", "-views"],
                        name="django_viewcount_ranking",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("content_type", "object_id", "counter"),
                        name="django_viewcount_unique",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DailyViews",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("object_id", KeyField(max_length=64, verbose_name="object ID")),
                (
                    "counter",
                    models.CharField(default="view", max_length=32, verbose_name="counter"),
                ),
                ("views", models.BigIntegerField(default=0, verbose_name="views")),
                ("day", models.DateField(verbose_name="day")),
                (
                    "content_type",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="contenttypes.contenttype",
                        verbose_name="content type",
                    ),
                ),
            ],
            options={
                "verbose_name": "daily views",
                "verbose_name_plural": "daily views",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("content_type", "object_id", "counter", "day"),
                        name="django_viewcount_daily_unique",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FlushBatch",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "created",
                    model_utils.fields.AutoCreatedField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created"
                    ),
                ),
            ],
            options={
                "verbose_name": "flush batch",
                "verbose_name_plural": "flush batches",
                "indexes": [
                    models.Index(fields=["created"], name="django_viewcount_flush_created")
                ],
            },
        ),
    ]
