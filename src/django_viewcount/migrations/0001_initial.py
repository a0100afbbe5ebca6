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
            name="VisitorSalt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(unique=True, verbose_name="day")),
                ("salt", models.BinaryField(max_length=16, verbose_name="salt")),
                (
                    "created",
                    model_utils.fields.AutoCreatedField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created"
                    ),
                ),
            ],
            options={
                "verbose_name": "visitor salt",
                "verbose_name_plural": "visitor salts",
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
        migrations.CreateModel(
            name="Mark",
            fields=[
                (
                    "key",
                    models.CharField(
                        max_length=32, primary_key=True, serialize=False, verbose_name="key"
                    ),
                ),
                ("value", models.BigIntegerField(verbose_name="value")),
                (
                    "until",
                    models.BigIntegerField(
                        help_text="When it may be taken again.", verbose_name="until"
                    ),
                ),
                (
                    "expires",
                    models.BigIntegerField(
                        help_text="When it may be deleted.", verbose_name="expires"
                    ),
                ),
            ],
            options={
                "verbose_name": "mark",
                "verbose_name_plural": "marks",
                "indexes": [models.Index(fields=["expires"], name="django_viewcount_mark_expires")],
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
                ("uniques", models.BigIntegerField(default=0, verbose_name="unique views")),
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
                "indexes": [
                    models.Index(
                        fields=["day", "content_type", "counter"], name="django_viewcount_daily"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("content_type", "object_id", "counter", "day"),
                        name="django_viewcount_daily_unique",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HourlyViews",
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
                    "hour",
                    models.IntegerField(
                        help_text="Whole hours since 1970, in UTC.", verbose_name="hour"
                    ),
                ),
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
                "verbose_name": "hourly views",
                "verbose_name_plural": "hourly views",
                "indexes": [
                    models.Index(
                        fields=["hour", "content_type", "counter"], name="django_viewcount_hourly"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("content_type", "object_id", "counter", "hour"),
                        name="django_viewcount_hourly_unique",
                    )
                ],
            },
        ),
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
                    "uniques",
                    models.BigIntegerField(
                        default=0,
                        help_text="Visitors of each day, added up.",
                        verbose_name="unique views",
                    ),
                ),
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
    ]
