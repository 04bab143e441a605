"""Create the groups and set their permissions; run it after every migrate. It may run twice."""

from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand
from django.db import transaction

VIEW, CHANGE, ADD = "view", "change", "add"
EDIT = (VIEW, ADD, CHANGE)
# Evidence may be viewed, but changed by nobody
EVIDENCE = [
    "privacy.consentevent",
    "privacy.controllernotice",
    "privacy.purposeversion",
    "privacy.accessrecord",
    "privacy.auditlogentry",
    "privacy.sharingevent",
    "privacy.disclosureevent",
    "privacy.transferevent",
    "privacy.deletionstatement",
    "privacy.checkpoint",
    "privacy.checkpointhead",
    "privacy.statechange",
    "privacy.erasure",
    "privacy.breachnotice",
    "privacy.rightsevent",
]
HEADS_AND_DPO = {
    "privacy.breach": EDIT,
    "privacy.breachsubject": (VIEW,),
    "privacy.breachnotice": (VIEW,),
    "privacy.impactassessment": EDIT,
}
REGISTER = {
    "tenants.building": EDIT,
    "tenants.unit": EDIT,
    "tenants.tenant": (*EDIT, "import", "export", "reveal"),
    "tenants.occupancy": EDIT,
    "tenants.vendor": (VIEW,),
    "tenants.claim": (VIEW, CHANGE),
    "tenants.invitation": (VIEW, ADD),
    "tenants.bulletin": (VIEW, ADD),
    "privacy.profileupdaterequest": (VIEW, CHANGE),
    "privacy.profileupdateline": (VIEW,),
    "privacy.rightsrequest": EDIT,
    "privacy.sharinggrant": (VIEW,),
    "privacy.sharingrequest": (VIEW, ADD, CHANGE),
    "privacy.sharingagreement": (VIEW,),
    "privacy.deletionstatement": (VIEW,),
    "privacy.accessrecord": (VIEW,),
    "privacy.paperconsent": (VIEW, ADD),
    "privacy.guardian": (VIEW, ADD),
    "privacy.disclosure": (VIEW, ADD, "export"),
}
# Everything that staff work with may be viewed, and more
OVERSIGHT = {
    **dict.fromkeys(REGISTER, (VIEW,)),
    "tenants.buildingmanagement": (VIEW,),
    "tenants.pageuse": (VIEW,),
    "privacy.party": (VIEW,),
    "privacy.membership": (VIEW,),
    "privacy.legaldocument": (VIEW,),
    "privacy.documentversion": (*EDIT, "publish"),
    "privacy.purpose": EDIT,
    "privacy.rightsrequest": (VIEW, CHANGE),
    "privacy.sharingagreement": (VIEW, "activate"),
    "privacy.retentionrule": (VIEW, CHANGE),
    "privacy.retentionrun": (VIEW, "apply"),
    "privacy.legalhold": (VIEW, ADD, "release"),
    "privacy.erasureorder": (VIEW,),
    "privacy.corporatetransfer": (*EDIT, "move"),
    **dict.fromkeys(EVIDENCE, (VIEW,)),
    **HEADS_AND_DPO,
}
# Opened by heads for their own company and by the DPO; the verbs check which of them may decide
CASES = {"privacy.investigationcase": EDIT, "privacy.caseevent": (VIEW,)}
GROUPS = {
    "tenant officer": REGISTER,
    "management head": REGISTER
    | HEADS_AND_DPO
    | {
        "tenants.buildingmanagement": (VIEW, CHANGE),
        "privacy.sharingagreement": (*EDIT, "activate"),
        "privacy.membership": (VIEW,),
        "privacy.auditlogentry": (VIEW,),
        "privacy.legalhold": (VIEW, ADD, "release"),
        "privacy.erasure": (VIEW,),
        "privacy.erasureorder": (VIEW,),
        "privacy.disclosure": (VIEW, ADD, "export", "approve"),
    }
    | CASES,
    "DPO": OVERSIGHT | CASES | {"privacy.disclosure": (VIEW, "approve")},
    "operator": OVERSIGHT
    | {
        "tenants.buildingmanagement": EDIT,
        "tenants.vendor": EDIT,
        "tenants.building": EDIT,
        "tenants.unit": EDIT,
        "privacy.party": EDIT,
        "privacy.membership": (*EDIT, "delete"),
        "privacy.legaldocument": (VIEW, CHANGE),
        "accounts.user": EDIT,
    },
}


class Command(BaseCommand):
    help = "Make the groups operator, DPO, management head and tenant officer, with their permissions."

    @transaction.atomic
    def handle(self, *args, **options):
        names = Permission.objects.values_list("content_type__app_label", "content_type__model", "codename", "pk")
        permissions = {(f"{app}.{model}", codename): pk for app, model, codename, pk in names}
        for name, models in GROUPS.items():
            group, _made = Group.objects.get_or_create(name=name)
            group.permissions.set(
                permissions[label, f"{act}_{label.partition('.')[2]}"] for label, acts in models.items() for act in acts
            )
        if options["verbosity"]:
            self.stdout.write(f"{len(GROUPS)} groups are set up.")
