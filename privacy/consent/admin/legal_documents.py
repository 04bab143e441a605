"""Policy and terms: drafts in both languages, a preview, and publishing on a page of its own by a second person."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin_display import empty_value
from accounts.recent_login import fresh_sign_in
from accounts.templatetags import dates
from privacy import reference_numbers
from privacy.admin.base import BaseAdmin
from privacy.admin.display import chip, column
from privacy.consent import legal_documents, policy_files, rendering, text_diff
from privacy.consent.forms.legal_documents import DraftForm
from privacy.consent.models.legal_documents import DocumentVersion, LegalDocument


@admin.register(LegalDocument)
class LegalDocumentAdmin(BaseAdmin):
    list_display = ("kind", "title_in_indonesian", "title_in_english")
    fields = ("kind", "title_ind", "title_en")

    title_in_indonesian = column(_("title, in Indonesian"), "title_ind", ordering="title_ind")
    title_in_english = column(_("title, in English"), "title_en", ordering="title_en")

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        labels = {"title_ind": _("title, in Indonesian"), "title_en": _("title, in English")}
        label = {"label": labels[db_field.name], "required": True} if db_field.name in labels else {}
        return super().formfield_for_dbfield(db_field, request, **kwargs, **label)

    def has_add_permission(self, request):
        """Allow one document of each kind."""
        return super().has_add_permission(request) and LegalDocument.objects.count() < len(LegalDocument.Kind)

    def get_readonly_fields(self, request, obj=None):
        """Lock the titles once a version is published: they are in the label of the checkbox that people ticked."""
        if obj and obj.versions.published().exists():
            return ("kind", "title_ind", "title_en")
        return ("kind",) if obj else ()


@admin.register(DocumentVersion)
class DocumentVersionAdmin(BaseAdmin):
    form = DraftForm
    list_display = ("__str__", "state", "material", "starts", "drafted")
    list_filter = ("document", "material")
    list_select_related = ("document",)
    ordering = ("document", "-number")
    shown = (
        "document", "number", "material", "in_force_from", "announced", "drafted_at", "published_at",
        "hash_id", "hash_en",
    )  # fmt: skip

    def get_queryset(self, request):
        queryset = super().get_queryset(request)
        is_list = request.resolver_match.url_name == "privacy_documentversion_changelist"
        return queryset.without_texts() if is_list else queryset

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and not (obj and obj.is_published)

    def may_publish(self, request):
        return request.user.has_perm("privacy.publish_documentversion")

    def get_readonly_fields(self, request, obj=None):
        return ("document",) if obj else ()

    def get_fieldsets(self, request, obj=None):
        if obj and not self.has_change_permission(request, obj):
            return [(None, {"fields": self.shown})]
        return [
            (None, {"fields": ("document", "material", "in_force_on", "seen")}),
            (_("Summary of changes"), {"fields": (("summary_ind", "summary_en"),)}),
            (_("Text"), {"fields": (("body_ind", "body_en"),)}),
        ]

    def get_changeform_initial_data(self, request):
        """Begin a new draft with the texts of the newest version of its document."""
        initial = super().get_changeform_initial_data(request)
        document = str(initial.get("document", ""))
        newest = (
            DocumentVersion.objects.filter(document=document).first()
            if reference_numbers.is_reference_number(document)
            else None
        )
        return initial | ({"body_ind": newest.body_ind, "body_en": newest.body_en} if newest else {})

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "document":
            field.widget.can_add_related = field.widget.can_change_related = field.widget.can_view_related = False
        return field

    @admin.display(description=_("state"))
    def state(self, version):
        if not version.is_published:
            return chip("over", _("Draft"))
        return chip("settled", _("Published")) if version.is_in_force else chip("info", _("Announced"))

    @admin.display(description=_("announcement"))
    def announced(self, version):
        """Return when the emails were sent, and to how many people."""
        found = getattr(version, "announcement", None)
        if found is None:
            return _("No letters: it applied at once.") if version.is_published else empty_value()
        words = {"count": found.told, "moment": dates.datetime_wib(found.finished_at or found.queued_at)}
        if found.finished_at is None:
            sentence = ngettext(
                "Being sent since %(moment)s: to %(count)s person so far.",
                "Being sent since %(moment)s: to %(count)s people so far.",
                found.told,
            )
        else:
            sentence = ngettext(
                "Sent by email to %(count)s person, finished on %(moment)s.",
                "Sent by email to %(count)s people, finished on %(moment)s.",
                found.told,
            )
        return sentence % words

    starts = column(_("in force from"), "in_force_from", dates.short_datetime_wib, ordering="in_force_from")
    drafted = column(_("drafted at"), "drafted_at", dates.short_datetime_wib, ordering="drafted_at")

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        """Show a version that cannot be edited as people read it."""
        if obj and not self.has_change_permission(request, obj):
            context["languages"] = [look(obj, None, language) for language in legal_documents.LANGUAGES]
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def save_model(self, request, obj, form, change):
        if change:
            legal_documents.revise(version=obj, by=request.user)
            return
        texts = {language: obj.text(language) for language in legal_documents.LANGUAGES}
        summaries = {language: obj.changes(language) for language in legal_documents.LANGUAGES}
        rest = {"material": obj.material, "in_force_from": obj.in_force_from}
        made = legal_documents.draft(document=obj.document, by=request.user, texts=texts, summaries=summaries, **rest)
        obj.pk, obj.number = made.pk, made.number

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        extra = {"may_publish": self.may_publish(request), **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, extra)

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/preview/", view(self.preview), name="privacy_documentversion_preview"),
            path("<int:pk>/publish/", view(fresh_sign_in(self.publish)), name="privacy_documentversion_publish"),
            *super().get_urls(),
        ]

    def preview(self, request, pk):
        version = self.found(request, pk)
        title = _("Preview of %(version)s") % {"version": version}
        return self.page(request, "admin/privacy/documentversion/preview.html", title, **self.facts(version))

    def publish(self, request, pk):
        """Show the changes in both languages and how many people are asked; publish on POST by a second person."""
        version = self.found(request, pk)
        if not self.may_publish(request):
            raise PermissionDenied
        if request.method == "POST":
            done = _("%(version)s is published. It can no longer change.") % {"version": version}
            seen = request.POST.get("seen", "")
            if self.attempt(request, legal_documents.publish, done, version=version, seen=seen):
                self.log_change(request, version, str(_("Published.")))
            return HttpResponseRedirect(reverse("admin:privacy_documentversion_change", args=[version.pk]))
        context = self.facts(version) | {
            "asked": legal_documents.to_be_asked(version),
            "told": legal_documents.to_be_told(version),
            "too_soon": None if version.is_published else legal_documents.too_soon(version),
            "is_own": version.drafted_by.holder_id == request.user.pk,
        }
        title = _("Publish %(version)s") % {"version": version}
        return self.page(request, "admin/privacy/documentversion/publish.html", title, **context)

    def found(self, request, pk):
        version = self.row_or_404(request, pk)
        if not self.has_view_permission(request, version):
            raise PermissionDenied
        return version

    def facts(self, version):
        published = DocumentVersion.objects.published().filter(document=version.document)
        previous = published.filter(number__lt=version.number).first()
        return {
            "original": version, "version": version, "previous": previous,
            "languages": [look(version, previous, language) for language in legal_documents.LANGUAGES],
        }  # fmt: skip


def look(version, previous, language):
    """Return one language of a version: its text, its summary, and the changes since the version before."""
    return {
        "code": language,
        "name": policy_files.LANGUAGES[language],
        "text": rendering.render(version.text(language), prefix=f"{language}-", deeper=2),
        "summary": rendering.lines(version.changes(language)),
        "clauses": text_diff.compare(previous.text(language), version.text(language)) if previous else None,
    }
