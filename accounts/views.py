"""Views for the language, confirmation emails, sessions and development mail. allauth has the other account views."""

from allauth.account.internal.flows.email_verification import send_verification_email_at_login
from allauth.account.internal.stagekit import unstash_login
from allauth.mfa.adapter import get_adapter as get_factors
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponseForbidden, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import account_lifecycle, development_mail, sessions
from accounts.middleware import signed_in
from accounts.recent_login import fresh_sign_in
from accounts.redirects import safe_next_url


@login_not_required
@require_POST
def set_language(request):
    """Store the language in a cookie, and in the account of a signed-in user; redirect to the same page."""
    response = HttpResponseRedirect(safe_next_url(request))
    language = request.POST.get("language")
    if language in dict(settings.LANGUAGES):
        if user := signed_in(request):
            account_lifecycle.choose_language(user=user, language=language, by=user)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite=settings.LANGUAGE_COOKIE_SAMESITE,
        )
    return response


@login_not_required
@require_POST
def send_again(request):
    """Send another confirmation email, at most one a minute; known and unknown addresses get the same answer."""
    login = unstash_login(request, peek=True)
    if login is None:
        messages.info(request, _("Sign in with your email and password: we then send the link again."))
        return redirect("account_login")
    send_verification_email_at_login(request, login)
    messages.info(request, _("If a minute has passed since the last email, a new one is on its way."))
    return redirect("account_email_verification_sent")


@require_safe
def sessions_page(request):
    """List the user's own sessions."""
    here = request.session.session_key
    return render(request, "accounts/sessions.html", {"sign_ins": sessions.sign_ins_of(request.user), "here": here})


@login_not_required  # called by a script, which cannot follow a redirect to the sign-in page
@require_POST
def stay_signed_in(request):
    """Record that the open page is in use; answer with the seconds that are left, or 403 if the session has ended."""
    if not signed_in(request):
        return HttpResponseForbidden()
    sessions.record_use(request.session, at_once=True)
    return JsonResponse(sessions.seconds_left(request.session))


@require_POST
@fresh_sign_in
def end_sessions(request):
    """End one of the user's own sessions, or all but the current one; an unknown number ends none."""
    if chosen := request.POST.get("sign_in"):
        for sign_in in sessions.sign_ins_of(request.user):
            if str(sign_in.pk) == chosen:
                sessions.end(sign_in)
    else:
        sessions.end_all(request.user, but=request.session.session_key)
    messages.success(request, _("Signed out there."))
    return redirect("sessions")


def _only_in_development():
    if not (settings.DEBUG and settings.EMAIL_BACKEND == "accounts.development_mail.DevelopmentMail"):
        raise Http404


@login_not_required
@require_safe
@never_cache
def mail_list(request):
    _only_in_development()
    return render(request, "accounts/mail_list.html", {"mails": development_mail.kept_mail()})


@login_not_required
@require_safe
@never_cache
def mail_message(request, name):
    _only_in_development()
    mail = development_mail.read_mail(name)
    if mail is None:
        raise Http404
    return render(request, "accounts/mail_message.html", {"mail": mail})


class RemovePasskey(RemoveWebAuthnView):
    """Also call `can_delete_authenticator`, which allauth does only for authenticator apps."""

    def form_valid(self, form):
        factors = get_factors()
        if factors.can_delete_authenticator(self.object):
            return super().form_valid(form)
        form.add_error(None, factors.validation_error("cannot_delete_authenticator"))
        return self.form_invalid(form)
