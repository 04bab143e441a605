"""The privacy overview and the eight rights, each with the page that does it or a form to ask for it."""

from dataclasses import dataclass

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import F
from django.shortcuts import render
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from privacy.middleware import open_without_consent
from privacy.portals import PageFor, url_name_of
from privacy.rights.models.rights_requests import RightsRequest
from privacy.scope import Role


def _hours():
    return gettext("We answer within %(hours)s hours of receiving it.") % {"hours": settings.ANSWER_HOURS}


HOURS = lazy(_hours, str)()
NO_HOURS = _("We answer in writing; the law sets no hours for this.")


@dataclass(frozen=True)
class Right:
    """One right: the wish in the person's words, the article, what happens, and the page that does it, if any."""

    id: str
    wish: str
    article: str
    happens: str
    clock: str
    page: str | PageFor = ""
    page_label: str = ""
    gated: bool = False  # the page requires consent
    ask_too: bool = False  # the page does not cover all of it, so that asking is offered too

    @property
    def url_name(self):
        return url_name_of(self.page)


RIGHTS = (
    Right(
        "copy",
        _("I want to know what is kept about me, and have a copy"),
        _("Articles 5 and 7 of UU PDP"),
        _("You are told who keeps your data, what for and on what basis, and you get a copy of it."),
        HOURS,
        "download",
        _("Download a copy of my data"),
        ask_too=True,
    ),
    Right(
        "correct",
        _("Something about me is wrong"),
        _("Article 6 of UU PDP"),
        _("Your building management compares old and new, decides on each field and tells you why."),
        HOURS,
        PageFor.CHANGING_DATA,
        _("Ask for a change"),
        gated=True,
    ),
    Right(
        "erase",
        _("I want my data erased"),
        _("Article 8 of UU PDP"),
        _("Processing ends and your data is erased. What the law requires stays until then; you are told why."),
        NO_HOURS,
    ),
    Right(
        "withdraw",
        _("I no longer agree"),
        _("Article 9 of UU PDP"),
        _("You withdraw your consent, or one sharing permission. What was lawful before stays lawful."),
        _("It takes effect at once."),
        "consents",
        _("See my consents"),
    ),
    Right(
        "automated",
        _("A machine decided about me, and I object"),
        _("Article 10 of UU PDP"),
        _("A person looks at the decision again. At present BAMMS decides nothing about you by machine alone."),
        NO_HOURS,
    ),
    Right(
        "restrict",
        _("I want the use of my data paused"),
        _("Article 11 of UU PDP"),
        _("Your data is kept, but used only as far as needed for the matter that you name."),
        HOURS,
    ),
    Right(
        "compensation",
        _("I was harmed and want compensation"),
        _("Article 12 of UU PDP"),
        _("We look into what happened and answer with our reasons. You may also go to court."),
        NO_HOURS,
    ),
    Right(
        "move",
        _("I want to take my data elsewhere"),
        _("Article 13 of UU PDP"),
        _("You get your data in a form that other systems can read, or it is sent to whom you name, if that is safe."),
        NO_HOURS,
        "download",
        _("Download a copy of my data"),
        ask_too=True,
    ),
)
# Offered while a restriction is active
LIFT = Right(
    "lift",
    _("I want the restriction of my data to end"),
    _("Article 11 of UU PDP"),
    _("Your data is used again as before, and the permissions that you had given work again."),
    HOURS,
)
RIGHT_OF = {right.id: right for right in (*RIGHTS, LIFT)}
OWN_A_PAGE = 10


@open_without_consent
@require_safe
def rights(request):
    """List the eight rights below the person's requests and their deadlines."""
    asked = RightsRequest.objects.visible_to(request.user, role=Role.TENANT)
    own = asked.order_by(F("settled_at").desc(nulls_first=True), "due_at", "pk").select_related("controller")
    context = {
        "rights": RIGHTS,
        "is_limited": getattr(request.user, "must_consent", True),
        "requests": Paginator(own, OWN_A_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "privacy/rights/rights.html", context)
