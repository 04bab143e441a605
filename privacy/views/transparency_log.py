"""The public side of the transparency log: the signed checkpoint, the keys, and whether the log still begins with an
older checkpoint. Nothing here is about a person.
"""

import base64

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from privacy import signed_notes, transparency_log
from privacy.middleware import open_without_consent

ED25519_DER = bytes.fromhex("302a300506032b6570032100")  # SubjectPublicKeyInfo of an Ed25519 key (RFC 8410)


class OldCheckpointForm(forms.Form):
    line = forms.CharField(
        label=_("Checkpoint line"),
        max_length=600,
        help_text=_("From a receipt or letter: a number and a code, or the whole signed checkpoint."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@open_without_consent
@login_not_required
@require_safe
def evidence(request):
    """Say how anybody can check the evidence, and compare an old checkpoint line with the log of today."""
    form = OldCheckpointForm(request.GET or None)
    answer = transparency_log.compare(form.cleaned_data["line"]) if form.is_bound and form.is_valid() else ""
    name = transparency_log.origin()
    context = {
        "form": form,
        "answer": answer,
        "checkpoint": transparency_log.latest(),
        "command": "python3 check_receipt.py TT-….proof.json keys.pem",
        "verifiers": [signed_notes.verifier(name, key) for key in transparency_log.public_keys()],
    }
    return render(request, "privacy/evidence.html", context)


@open_without_consent
@login_not_required
@require_safe
def checkpoint(request):
    """Return the newest signed checkpoint, in the form that monitors and witnesses read (c2sp.org/tlog-checkpoint)."""
    found = transparency_log.latest()
    if found is None:
        raise Http404
    return _text(found.note)


@open_without_consent
@login_not_required
@require_safe
def consistency(request, size):
    """Return the proof, a hash a line, that the newest checkpoint begins with the first `size` rows (RFC 9162)."""
    found = transparency_log.latest()
    if found is None or not 0 < size <= found.size:
        raise Http404
    proof = transparency_log.consistency_proof(size, found.size)
    return _text("".join(f"{base64.b64encode(code).decode()}\n" for code in proof))


@open_without_consent
@login_not_required
@require_safe
def public_keys(request):
    """Return the public keys as PEM, the present one first, for openssl and `check_receipt.py`."""
    return _text("".join(_pem(key) for key in transparency_log.public_keys()))


def _pem(key):
    code = base64.b64encode(ED25519_DER + key).decode()
    return f"-----BEGIN PUBLIC KEY-----\n{code}\n-----END PUBLIC KEY-----\n"


def _text(content):
    return HttpResponse(content, content_type="text/plain; charset=utf-8", headers={"Access-Control-Allow-Origin": "*"})
