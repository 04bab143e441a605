"""Search words may be names: the address holds them encrypted, so that no history, bookmark or log reveals them.

The form sends the words by POST and is redirected to such an address, where pagination, sorting and filters work as
usual. Only the account that searched can decrypt it.
"""

from urllib.parse import urlencode

from django.shortcuts import redirect

from accounts.encryption import DecryptionError, decrypt, encrypt

PARAMETER = "q"  # of the URL, and name of the form field
MAX_LENGTH = 100  # characters


def encrypt_query(text, *, by):
    text = text.replace("\0", "").strip()[:MAX_LENGTH]  # PostgreSQL stores no NUL
    return encrypt(text, context=_context(by)) if text else ""


def decrypt_query(token, *, by):
    """Return the words; None for text typed into the address by hand, or encrypted for another account."""
    try:
        return decrypt(token, context=_context(by)) if token else ""
    except DecryptionError:
        return None


def redirect_to_results(request):
    """Redirect to the encrypted address if words were sent by POST or are in the address in clear; else return None."""
    if request.method == "POST":
        rest, text = request.POST.copy(), request.POST.get(PARAMETER, "")
        rest.pop("csrfmiddlewaretoken", None)
    else:
        rest, text = request.GET.copy(), request.GET.get(PARAMETER, "")
        if decrypt_query(text, by=request.user) is not None:
            return None
    rest.pop(PARAMETER, None)
    pairs = [(name, value) for name, values in rest.lists() for value in values]
    token = encrypt_query(text, by=request.user)
    query = urlencode([*pairs, (PARAMETER, token)] if token else pairs)
    return redirect(f"{request.path}?{query}" if query else request.path)


def _context(by):
    return f"search of account {by.pk}"
