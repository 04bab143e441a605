"""The only view of private files: each is opened through the scope, and the access is recorded.

A stored file is our own re-encoding (`privacy.files.uploads`), so its suffix gives its type. Unknown and missing files
and those outside the scope are 404 alike.
"""

import logging
import mimetypes
from pathlib import PurePosixPath

from django.apps import apps
from django.core.files.storage import default_storage
from django.db.models import FileField
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from accounts.encryption import DecryptionError, KeyMissingError
from accounts.recent_login import ask_for_fresh_sign_in
from privacy import access, declarations, parties, reference_numbers
from privacy.models.access import AccessReason
from privacy.rights.models.profile_updates import ProfileUpdateLine, ProfileUpdateRequest
from privacy.scope import Role
from privacy.sharing import grants

logger = logging.getLogger(__name__)
KINDS = {".jpg": "inline", ".pdf": "attachment"}
# The file may load, run and send nothing
FILE_POLICY = "default-src 'none'; sandbox; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
WHY = {Role.TENANT: AccessReason.OWN, Role.STAFF: AccessReason.RECORD, Role.OPERATOR: AccessReason.OVERSIGHT}
SIDES_OF_A_LINE = ("old", "new")


@require_safe
def private_file(request, model, pk, field):
    """Serve a file. `?as=` names the role; the default is the first of tenant to operator that may see the row."""
    declared = declared_model(model, field)
    role = role_for(request.user, declared, pk, request.GET.get("as"))
    if role in (Role.STAFF, Role.OPERATOR) and declarations.of(declared).subject:
        ask_for_fresh_sign_in(request)
    opened = open_as_vendor if role == Role.VENDOR else open_row
    row = opened(request.user, declared, role, pk, field)
    name = file_name(row, field)
    if not name:
        raise Http404
    return answer(name, field)


def declared_model(label, field):
    """Return the model if it has a declaration and `field` is one of its files. Raise Http404 otherwise."""
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError):
        raise Http404 from None
    if model is ProfileUpdateLine and field in SIDES_OF_A_LINE:
        return model
    files = [f.name for f in model._meta.get_fields() if isinstance(f, FileField)]
    if "Privacy" not in model.__dict__ or field not in files:
        raise Http404
    return model


def role_for(user, model, pk, asked):
    roles = parties.roles_of(user)
    if asked:
        roles = [role for role in roles if role == asked]
    if not roles or not reference_numbers.is_reference_number(pk):
        raise Http404
    # People open their own files as tenants, even if they also work for a company
    for role in reversed(roles):
        if model.objects.visible_to(user, role=role).filter(pk=pk).exists():
            return role
    return roles[0]


def open_row(user, model, role, pk, field):
    why, reference = WHY.get(role, AccessReason.GRANT), ""
    if role == Role.STAFF and model in (ProfileUpdateLine, ProfileUpdateRequest):
        why = AccessReason.UPDATE
        row = model.objects.visible_to(user, role=role).filter(pk=pk).first()
        reference = str(getattr(row, "request", row) or "")
    return access.get_and_record(
        model, by=user, role=role, why=why, reference=reference, fields=[field_key(model, pk, field)], pk=pk
    )


def open_as_vendor(user, model, role, pk, field):
    """Return the row only if a grant opens exactly this field now, and record the access. Raise Http404 otherwise."""
    declaration = declarations.of(model)
    if not declaration.subject:
        return open_row(user, model, role, pk, field)
    row = model.objects.visible_to(user, role=role).filter(pk=pk).first()
    if row is None:
        return access.get_and_record(model, by=user, role=role, why=AccessReason.GRANT, fields=[field], pk=pk)
    subject = model._base_manager.filter(pk=pk).values_list(declaration.subject, flat=True).get()
    may = grants.can_read(user, subject, declarations.key_of(model, field))
    access.record_access(
        row,
        by=user,
        role=role,
        why=AccessReason.GRANT,
        reference=may.grant.number if may.grant else "",
        grant=may.grant,
        fields=[field],
        allowed=bool(may),
        reason="" if may else may.reason.value,
    )
    if not may:
        raise Http404
    return row


def field_key(model, pk, field):
    """Return the field to record: for a proposed scan the field that it replaces, which says more than the line."""
    if model is not ProfileUpdateLine:
        return field
    return model.objects.filter(pk=pk).values_list("field", flat=True).first() or field


def file_name(row, field):
    if isinstance(row, ProfileUpdateLine) and not row.is_file:
        return ""
    return str(getattr(row, field) or "")


def answer(name, field):
    ending = PurePosixPath(name).suffix
    if ending not in KINDS:
        raise Http404
    try:
        with default_storage.open(name) as file:
            content = file.read()
    except KeyMissingError:  # the file exists: a configuration error, not a 404
        raise
    except (OSError, DecryptionError):
        logger.warning("A stored file is missing or does not open: %s", name)
        raise Http404 from None
    return HttpResponse(
        content,
        content_type=mimetypes.types_map[ending],
        headers={
            "Content-Disposition": f'{KINDS[ending]}; filename="{field}{ending}"',
            "Content-Security-Policy": FILE_POLICY,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )
