"""The breach register (article 46), and impact assessments that agreements stand on (article 34)."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import privacy.models.assessments
import privacy.models.breaches
import privacy.models.evidence


class Migration(migrations.Migration):
    dependencies = [
        ("privacy", "0002_evidence_only_grows"),
    ]

    operations = [
        migrations.CreateModel(
            name="Breach",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(editable=False, max_length=20, unique=True, verbose_name="number")),
                (
                    "detected_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now,
                        help_text="The 72 hours begin here and do not move later.",
                        verbose_name="noticed at",
                    ),
                ),
                ("due_at", models.DateTimeField(editable=False, verbose_name="deadline")),
                (
                    "kinds",
                    models.JSONField(
                        blank=True,
                        default=list,
                        validators=[privacy.models.breaches.check_kinds],
                        verbose_name="kinds of data",
                    ),
                ),
                (
                    "people_count",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="An estimate is enough at first.",
                        null=True,
                        verbose_name="how many people, as far as known",
                    ),
                ),
                ("exposed", models.TextField(blank=True, verbose_name="what personal data was exposed")),
                ("exposed_ind", models.TextField(blank=True, null=True, verbose_name="what personal data was exposed")),
                ("exposed_en", models.TextField(blank=True, null=True, verbose_name="what personal data was exposed")),
                ("happened", models.TextField(blank=True, verbose_name="when and how it happened")),
                ("happened_ind", models.TextField(blank=True, null=True, verbose_name="when and how it happened")),
                ("happened_en", models.TextField(blank=True, null=True, verbose_name="when and how it happened")),
                ("handled", models.TextField(blank=True, verbose_name="what is done to handle it and to recover")),
                (
                    "handled_ind",
                    models.TextField(blank=True, null=True, verbose_name="what is done to handle it and to recover"),
                ),
                (
                    "handled_en",
                    models.TextField(blank=True, null=True, verbose_name="what is done to handle it and to recover"),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "notices due"), ("told", "everyone was told"), ("closed", "closed")],
                        default="open",
                        editable=False,
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("told_at", models.DateTimeField(editable=False, null=True, verbose_name="everyone was told at")),
                ("closed_at", models.DateTimeField(editable=False, null=True, verbose_name="closed at")),
                ("closing_note", models.TextField(blank=True, editable=False, verbose_name="why it was closed")),
                (
                    "closed_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="privacy.subject",
                        verbose_name="closed by",
                    ),
                ),
                (
                    "controller",
                    models.ForeignKey(
                        limit_choices_to={"kind__in": ["operator", "management"]},
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="privacy.party",
                        verbose_name="data controller",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="privacy.subject",
                        verbose_name="entered by",
                    ),
                ),
            ],
            options={
                "verbose_name": "breach",
                "verbose_name_plural": "breaches",
                "ordering": ["-detected_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="ImpactAssessment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(editable=False, max_length=20, unique=True, verbose_name="number")),
                ("title", models.CharField(max_length=150, verbose_name="title")),
                (
                    "fields",
                    models.JSONField(
                        default=list,
                        validators=[privacy.models.assessments.check_specific],
                        verbose_name="specific data covered",
                    ),
                ),
                (
                    "summary",
                    models.TextField(
                        help_text="Which risks there are for people, and what is done about each. Name nobody.",
                        verbose_name="summary",
                    ),
                ),
                (
                    "reference",
                    models.CharField(
                        blank=True,
                        help_text="Number of the report, or where it is kept.",
                        max_length=120,
                        verbose_name="reference",
                    ),
                ),
                (
                    "assessed_by",
                    models.CharField(
                        help_text="The office or firm that made the assessment.",
                        max_length=150,
                        verbose_name="assessed by",
                    ),
                ),
                ("assessed_on", models.DateField(verbose_name="assessed on")),
                ("valid_until", models.DateField(help_text="That day included.", verbose_name="valid until")),
                ("file", models.FileField(blank=True, upload_to="assessments", verbose_name="report")),
                (
                    "file_hash",
                    models.CharField(
                        blank=True, editable=False, max_length=64, verbose_name="check code of the report"
                    ),
                ),
                (
                    "controller",
                    models.ForeignKey(
                        limit_choices_to={"kind": "management"},
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="privacy.party",
                        verbose_name="building management",
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="privacy.subject",
                        verbose_name="entered by",
                    ),
                ),
            ],
            options={
                "verbose_name": "impact assessment",
                "verbose_name_plural": "impact assessments",
                "ordering": ["-valid_until", "-pk"],
            },
        ),
        migrations.AddField(
            model_name="sharingagreement",
            name="assessment",
            field=models.ForeignKey(
                blank=True,
                help_text="Required when specific personal data may be shared (Article 34 of UU PDP).",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="agreements",
                to="privacy.impactassessment",
                verbose_name="impact assessment",
            ),
        ),
        migrations.CreateModel(
            name="BreachNotice",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=privacy.models.evidence.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("mac", models.CharField(editable=False, max_length=90, verbose_name="seal")),
                (
                    "channel",
                    models.CharField(
                        choices=[("email", "by email"), ("paper", "on paper")], max_length=10, verbose_name="how"
                    ),
                ),
                ("reference", models.CharField(blank=True, max_length=120, verbose_name="reference")),
                ("words", models.JSONField(verbose_name="what was said")),
                ("words_hash", models.CharField(max_length=64, verbose_name="check code of what was said")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="at")),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="privacy.subject",
                        verbose_name="by",
                    ),
                ),
                (
                    "breach",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="privacy.breach",
                        verbose_name="breach",
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        help_text="Empty when the authority was told.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="breach_notices",
                        to="privacy.subject",
                        verbose_name="person told",
                    ),
                ),
            ],
            options={
                "verbose_name": "breach notice",
                "verbose_name_plural": "breach notices",
                "ordering": ["-at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("subject__isnull", False), models.Q(("reference", ""), _negated=True), _connector="OR"
                        ),
                        name="privacy_notice_authority_has_reference",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BreachSubject",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("added_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="added at")),
                (
                    "breach",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="concerned",
                        to="privacy.breach",
                        verbose_name="breach",
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="breaches",
                        to="privacy.subject",
                        verbose_name="subject",
                    ),
                ),
            ],
            options={
                "verbose_name": "person concerned by a breach",
                "verbose_name_plural": "people concerned by breaches",
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("breach", "subject"), name="privacy_breach_subject_once")
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="impactassessment",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_until__gte", models.F("assessed_on"))),
                name="privacy_assessment_ends_after_start",
            ),
        ),
    ]
