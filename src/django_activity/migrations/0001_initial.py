import django.core.serializers.json
import django.db.models.deletion
import django.utils.timezone
import model_utils.fields
from django.conf import settings
from django.db import migrations, models

import django_activity.fields
import django_activity.indexes


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DedupLock",
            fields=[
                ("key", models.BigIntegerField(primary_key=True, serialize=False)),
                ("locked_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "verbose_name": "de-duplication lock",
                "verbose_name_plural": "de-duplication locks",
            },
        ),
        migrations.CreateModel(
            name="Action",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "actor_label",
                    models.CharField(blank=True, max_length=200, verbose_name="actor label"),
                ),
                ("verb", django_activity.fields.KeyField(max_length=64, verbose_name="verb")),
                (
                    "action_object_object_id",
                    django_activity.fields.KeyField(
                        blank=True,
                        max_length=64,
                        null=True,
                        verbose_name="key of the action object",
                    ),
                ),
                (
                    "action_object_label",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="action object label"
                    ),
                ),
                (
                    "target_object_id",
                    django_activity.fields.KeyField(
                        blank=True, max_length=64, null=True, verbose_name="key of the target"
                    ),
                ),
                (
                    "target_label",
                    models.CharField(blank=True, max_length=200, verbose_name="target label"),
                ),
                (
                    "data",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        encoder=django.core.serializers.json.DjangoJSONEncoder,
                        verbose_name="data",
                    ),
                ),
                ("public", models.BooleanField(default=True, verbose_name="public")),
                (
                    "created",
                    model_utils.fields.AutoCreatedField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created"
                    ),
                ),
                (
                    "action_object_content_type",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="contenttypes.contenttype",
                        verbose_name="type of the action object",
                    ),
                ),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="%(model_name)ss",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="actor",
                    ),
                ),
                (
                    "target_content_type",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="contenttypes.contenttype",
                        verbose_name="type of the target",
                    ),
                ),
            ],
            options={
                "verbose_name": "action",
                "verbose_name_plural": "actions",
                "abstract": False,
                "swappable": "ACTIVITY_ACTION_MODEL",
                "indexes": [
                    models.Index(
                        fields=["actor", "public", "created", "id"], name="action_stream_actor"
                    ),
                    django_activity.indexes.SparseIndex(
                        fields=[
                            "target_content_type",
                            "target_object_id",
                            "public",
                            "created",
                            "id",
                        ],
                        name="action_stream_target",
                    ),
                    django_activity.indexes.SparseIndex(
                        fields=[
                            "action_object_content_type",
                            "action_object_object_id",
                            "public",
                            "created",
                            "id",
                        ],
                        name="action_stream_object",
                    ),
                    models.Index(fields=["created", "id"], name="action_stream_all"),
                ],
            },
        ),
        migrations.CreateModel(
            name="StreamMarker",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("stream", django_activity.fields.KeyField(max_length=64, verbose_name="stream")),
                ("cursor", models.CharField(blank=True, max_length=200, verbose_name="cursor")),
                ("version", models.PositiveBigIntegerField(default=0, verbose_name="version")),
                (
                    "updated",
                    model_utils.fields.AutoLastModifiedField(
                        default=django.utils.timezone.now, editable=False, verbose_name="updated"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "stream marker",
                "verbose_name_plural": "stream markers",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "stream"), name="django_activity_marker_unique"
                    )
                ],
            },
        ),
    ]
