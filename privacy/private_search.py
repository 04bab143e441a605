"""What is searched for may be a name. In an address it stands sealed: histories, bookmarks and logs learn nothing.

The form sends the words by POST and is led to an address of its own, where pages, sorting and filters go on as ever.
Only the account that searched opens it again.
"""

from urllib.parse import urlencode

from django.shortcuts import redirect

from accounts.encryption import DecryptionError, decrypt, encrypt

PARAMETER = "q"  # the parameter, and the name of the box
MAX_LENGTH = 100  # characters


def encrypt_query(text, *, by):
    text = text.replace("\0", "").strip()[:MAX_LENGTH]  # PostgreSQL stores no NUL
    return encrypt(text, context=_context(by)) if text else ""


def decrypt_query(token, *, by):
    """The words again; None for what was typed into the address by hand, or searched by somebody else."""
    try:
        return decrypt(token, context=_context(by)) if token else ""
    except DecryptionError:
        return None


def redirect_to_results(request):
    """To the sealed address, when words were sent by the form, or stand in the address as they are; else None."""
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
