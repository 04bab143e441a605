"""The steps that the stories are told in: given, when, then. Each goes through the pages that people use."""

from datetime import date, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from privacy.models import AccessRecord, ConsentEvent, LegalDocument, ProfileUpdateLine, SharingGrant, SharingRequest
from tenants.models import Claim, Tenant
from tests import factories as f
from tests.factories import PASSWORD
from tests.flows.visitor import Visitor, letters_to, link_in

NEW_PASSWORD = "Kapal-laut7x"
CICI = "cici@example.com"
NUMBER, BORN = "3172054806949911", ("08", "06", "1994")

# Given


def given_published_documents():
    titles = {
        "policy": ("Kebijakan Privasi", "Privacy Policy"),
        "terms": ("Syarat dan Ketentuan", "Terms and Conditions"),
    }
    for kind, (indonesian, english) in titles.items():
        f.VersionFactory(document=f.DocumentFactory(kind=kind, title_ind=indonesian, title_en=english))


def given_an_unclaimed_entry(management, *, email=CICI, unit="A-15-02"):
    """Of Cici Paramita, in Menara Anggrek."""
    building = f.BuildingFactory(management=management, name="Menara Anggrek")
    entry = f.TenantFactory(
        management=management,
        name="Cici Paramita",
        identity_kind="ktp",
        identity_number=NUMBER,
        birth_date=date(1994, 6, 8),
        email=email,
    )
    f.OccupancyFactory(tenant=entry, unit=f.UnitFactory(building=building, number=unit))
    return entry


def given_signed_in(user, language="en"):
    """At the sign-in page, with her password; then past the documents, if there are any."""
    visitor = Visitor(user.email.split("@", maxsplit=1)[0], language).goes_to("/accounts/login/")
    visitor.sends(login=user.email, password=PASSWORD)
    return visitor


def given_agreed(user):
    return when_agreeing(given_signed_in(user))


# When somebody comes in


def when_signing_up(email=CICI, language="en"):
    visitor = Visitor(email.split("@", maxsplit=1)[0], language).goes_to("/accounts/signup/")
    return visitor.sends(email=email, password1=NEW_PASSWORD)


def when_following_the_link(visitor, email):
    """The newest letter's one link."""
    return visitor.goes_to(link_in(letters_to(email)[-1]))


def when_confirming(visitor, email=CICI):
    when_following_the_link(visitor, email)
    return visitor.sends(form="confirm-email")


def when_signing_in(visitor, email=CICI, password=NEW_PASSWORD):
    return visitor.goes_to("/accounts/login/").sends(login=email, password=password)


def when_agreeing(visitor):
    """Tick the box under each text, and agree."""
    if "/consent/" not in visitor.place:
        visitor.goes_to("/consent/")
    kinds = [kind.value for kind in LegalDocument.Kind if f'name="{kind.value}"' in visitor.html]
    return visitor.sends(button=("answer", "agree"), **dict.fromkeys(kinds, "on")) if kinds else visitor


def when_declining(visitor):
    return visitor.sends(button=("answer", "decline"))


def when_claiming(visitor, building, *, unit="A-15-02", number=NUMBER, born=BORN, message=""):
    visitor.goes_to("/claim/")
    parts = {f"birth_date_{part}": value for part, value in zip(("day", "month", "year"), born, strict=True)}
    return visitor.sends(
        building=str(building.pk),
        unit_number=unit,
        identity_kind="ktp",
        identity_number=number,
        message=message,
        **parts,
    )


def given_a_newcomer(language="en"):
    """Signed up, confirmed, agreed: everything but the claim."""
    visitor = when_signing_up(language=language)
    when_confirming(visitor)
    when_signing_in(visitor)
    return when_agreeing(visitor)


# When staff work


def when_deciding_the_claim(staff, claim, **answer):
    staff.goes_to(reverse("admin:tenants_claim_decide", args=[claim.pk]))
    return staff.sends(**answer)


def when_importing(staff, rows, columns="name,building,unit,email"):
    """Choose the file, see the preview, and confirm it."""
    when_uploading(staff, rows, columns)
    return staff.sends(button=("answer", "import"))


def when_uploading(staff, rows, columns="name,building,unit,email"):
    file = SimpleUploadedFile("register.csv", "\n".join([columns, *rows]).encode(), "text/csv")
    return staff.goes_to(reverse("admin:tenants_tenant_import")).sends(table=file)


def when_inviting(staff, entry):
    staff.goes_to(reverse("admin:tenants_tenant_changelist"))
    return staff.sends(form="", action="invite", _selected_action=str(entry.pk))


def when_deciding_the_change(staff, request, decisions):
    """`decisions`: field → "approved", or the reason to reject it."""
    staff.goes_to(reverse("admin:privacy_profileupdaterequest_change", args=[request.pk]))
    said = {}
    for field, word in decisions.items():
        line = ProfileUpdateLine.objects.get(request=request, field=f"tenants.tenant.{field}")
        said[f"decision_{line.pk}"] = "approved" if word == "approved" else "rejected"
        if word != "approved":
            said[f"reason_{line.pk}"] = word
    return staff.sends(**said)


def when_drafting(drafter, *, material, kind="policy"):
    document = LegalDocument.objects.get(kind=kind)
    drafter.goes_to(f"{reverse('admin:privacy_documentversion_add')}?document={document.pk}")
    words = {
        "body_ind": "## 1. Definisi\n\nTeks baru.",
        "body_en": "## 1. Definitions\n\nNew text.",
        "summary_ind": "Pasal 1 baru",
        "summary_en": "Clause 1 is new",
    }
    drafter.sends(document=str(document.pk), material=["on"] if material else [], **words)
    return document.versions.order_by("-number").first()


def when_publishing(drafter, publisher, *, material):
    """One person drafts, another publishes, both in the admin."""
    version = when_drafting(drafter, material=material)
    publisher.goes_to(publish_page(version)).sends()
    version.refresh_from_db()
    return version


def publish_page(version):
    return reverse("admin:privacy_documentversion_publish", args=[version.pk])


# When somebody asks for a change


def when_asking_for(visitor, **values):
    """Choose the fields, write the values, check, send. Answers the request."""
    visitor.goes_to("/my-data/change/").sends(change=list(values))
    visitor.sends(**values)
    visitor.sends(button=("send", "1"), note="As on my bill")
    return visitor


# When data is shared


def when_asking_to_share(staff_or_vendor, **values):
    values = {"until": (timezone.localdate() + timedelta(days=20)).isoformat(), "reason": "Leaking pipe", **values}
    staff_or_vendor.sends(**values)
    return SharingRequest.objects.latest("pk")


def when_giving(visitor, request, fields):
    visitor.goes_to(reverse("sharing_request", args=[request.number]))
    visitor.sends(button=("answer", "give"), fields=fields)
    return SharingGrant.objects.latest("pk")


def when_withdrawing(visitor, grant):
    visitor.goes_to(reverse("grant", args=[grant.number]))
    return visitor.goes_to(reverse("grant_withdraw", args=[grant.number])).sends(form="")


# Then


def then_told(email, subject):
    subjects = [letter.subject for letter in letters_to(email)]
    assert subject in subjects, f"{email} got {subjects}"
    return letters_to(email)[-1]


def then_letters_name_nobody(*words):
    """Subjects and bodies of all letters."""
    for letter in [letter for box in (CICI, "ann@example.com", "bob@example.com") for letter in letters_to(box)]:
        assert not [word for word in words if word in letter.subject + letter.body], letter.subject


def then_holds(email, entry):
    entry = Tenant.objects.select_related("subject__holder").get(pk=entry.pk)
    assert entry.subject.holder is not None, "Nobody holds the entry."
    assert entry.subject.holder.email == email


def then_nobody_holds(entry):
    assert Tenant.objects.get(pk=entry.pk).subject.holder_id is None


def then_answers(user, *decisions):
    """The answers on record, oldest first, of one document."""
    events = ConsentEvent.objects.filter(subject__holder=user, version__document__kind="policy").order_by("sequence")
    assert [event.decision for event in events] == list(decisions)
    return events


def then_recorded(entry, **facts):
    looks = AccessRecord.objects.filter(subject=entry.subject)
    found = looks.filter(**facts)
    assert found.exists(), f"No such look: {facts}; only {list(looks.values('role', 'action', 'allowed', 'reason'))}"
    return found


def claim_of(email):
    return Claim.objects.filter(claimant__holder__email=email).latest("pk")
