from privacy.portals import (
    READS,
    AdminGroup,
    AdminModels,
    Card,
    CountedPage,
    LimitedPage,
    NavigationEntry,
    Queue,
)
from privacy.scope import Role
from tests.extra_portal.models import Complaint


def greeting(request):
    return {"name": request.user.name}


def nothing(request):
    return None


TEMPLATE = "extra_portal/_greeting.html"
NAVIGATION = (NavigationEntry(Role.TENANT, "extra_page", "Extra entry", "tools", order=25),)
OPEN_ITEMS = (Card(Role.TENANT, TEMPLATE, nothing, order=15),)
CARDS = (Card(Role.TENANT, TEMPLATE, greeting, order=15), Card(Role.VENDOR, TEMPLATE, greeting, order=25))
QUEUES = (Queue(Complaint, "Extra queue", "tools", order=15),)
ADMIN_MODELS = (AdminModels(AdminGroup("Extra group", "tools", order=15), (Complaint,), order=10),)
COUNTED_PAGES = (CountedPage("extra_page", "Extra page"),)
LIMITED_PAGES = (LimitedPage("extra_page", "reveal", READS),)
