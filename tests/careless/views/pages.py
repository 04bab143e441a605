"""Each page is right but for one thing, which its name says."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt

from tests.careless import acts


def page(text="", **headers):
    return HttpResponse(f"<html lang='en'><body>{text}</body></html>", headers=headers)


def unlisted(request):
    return page()


@login_not_required
def open_to_all(request):
    return page()


def writes(request):
    acts.rename_nothing()
    return page()


@csrf_exempt
def without_token(request):
    return page()


def inline(request):
    return page("<script>alert(1)</script>")


def cookie(request):
    response = page()
    response.set_cookie("seen", "1", max_age=1000, httponly=True, samesite="Lax")
    return response


def shared(request):
    return page(**{"Access-Control-Allow-Origin": "*"})


def forgets_head(request):
    return page() if request.method == "GET" else HttpResponse(status=204)
