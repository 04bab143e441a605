from tenants.models import Claim


class Complaint(Claim):
    """A case of this app, without a table of its own."""

    class Meta:
        proxy = True
        verbose_name_plural = "extra complaints"

    class Privacy:
        subject = "claimant"
        controller = "management"
        fields = Claim.Privacy.fields
        erasure = Claim.Privacy.erasure
