"""Forms for import and export of the register."""

import logging

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from privacy.files import pdf_sanitizer
from tenants import columns, imports, spreadsheets

logger = logging.getLogger(__name__)

FORMATS = [(spreadsheets.XLSX, _("XLSX (Excel)")), (spreadsheets.CSV, "CSV")]
# Not preselected for export
NEVER_BY_ITSELF = "identity_number"


def _limits():
    words = {
        "max": number_format(settings.UPLOAD_MAX_MB),
        "rows": number_format(settings.IMPORT_MAX_ROWS, force_grouping=True),
    }
    return (
        str(_("CSV in UTF-8 or XLSX, at most %(max)s MB and %(rows)s rows. Of an XLSX file the first sheet is read."))
        % words
    )


class RegisterFile(forms.FileField):
    """A CSV or XLSX file; its cleaned value is a Table (see imports.reading)."""

    widget = forms.FileInput

    def __init__(self, **kwargs):
        super().__init__(help_text=lazy(_limits, str)(), **kwargs)
        needed, broken = _("Choose a CSV or XLSX file."), pdf_sanitizer.broken().message
        self.error_messages |= {"required": needed, "invalid": needed, "missing": needed, "empty": broken}

    def to_python(self, data):
        upload = super().to_python(data)
        try:
            return upload and imports.read(upload)
        except ValidationError as error:
            logger.warning("An upload was refused: %s", error.code)
            raise

    def widget_attrs(self, widget):
        kinds = (".csv", ".xlsx", "text/csv", spreadsheets.CONTENT_TYPES[spreadsheets.XLSX])
        return super().widget_attrs(widget) | {"accept": ",".join(kinds)}


class OfManagement(forms.Form):
    """Asks for the management only if the user works for several."""

    management = forms.ModelChoiceField(
        None, label=_("Building management"), error_messages={"required": _("Choose the building management.")}
    )

    def __init__(self, *args, managements, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["management"].queryset = managements
        self.only = managements[0] if len(managements) == 1 else None
        if self.only:
            del self.fields["management"]

    def clean(self):
        data = super().clean()
        return data | {"management": self.only} if self.only else data


class UploadForm(OfManagement):
    table = RegisterFile(label=_("File"))


class ExportForm(OfManagement):
    names = forms.MultipleChoiceField(
        label=_("Columns"), widget=forms.CheckboxSelectMultiple,
        help_text=_("Choose only what the work needs. Identity numbers leave the register only when you tick them."),
        error_messages={"required": _("Choose at least one column.")},
    )  # fmt: skip
    kind = forms.ChoiceField(
        label=_("File format"), choices=FORMATS, initial=spreadsheets.XLSX, widget=forms.RadioSelect,
        error_messages={"required": _("Choose the file format.")},
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Reason"), max_length=200, widget=forms.TextInput({"autocomplete": "off"}),
        help_text=_("For example: yearly report to the owners' association. The tenant reads this reason."),
        error_messages={"required": _("Write the reason; the tenant reads it.")},
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        names = [column.name for column in columns.COLUMNS]
        self.fields["names"].choices = [(column.name, column.heading) for column in columns.COLUMNS]
        self.fields["names"].initial = [name for name in names if name != NEVER_BY_ITSELF]
