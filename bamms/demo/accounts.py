"""The accounts of the demo data, and what to try as each of them."""

from allauth.account.models import EmailAddress

from accounts.models import User

PASSWORD = "Kapal-biru-27"  # noqa: S105 - known to everybody, on machines with DEBUG only
# name: (shown name, who it is, what to try)
CAST = {
    "ann": (
        "",
        "tenant of Menara Anggrek, A-12-03",
        "see who looked, answer a request to share, withdraw",
    ),
    "bob": ("", "tenant of Taman Bougenvil, B-07-01", "ask for a change of data, take back the request that waits"),
    "vera": ("Vera", "vendor user, PT Teknik Andal", "look at what Ann shares, ask for more"),
    "sam": ("Sam", "head of Pengelola Anggrek", "import, invite, confirm claims, decide changes"),
    "rita": ("Rita", "tenant officer of Pengelola Bougenvil", "the same for her own company: none of Sam's rows"),
    "olga": ("Olga", "data protection officer of the operator", "oversight, and draft a new policy"),
    "otto": ("Otto", "operator, superuser", "companies and their users, publish what Olga drafted"),
}
# Their claims wait in Sam's queue; `load_demo` does not list them
CLAIMANTS = ("dewi", "eko")


def make():
    """Return the accounts by name, created as after sign-up with a verified address."""
    people = {name: _account(name, shown) for name, (shown, _who, _what) in CAST.items() if name != "otto"}
    people["otto"] = _account("otto", "Otto", is_staff=True, is_superuser=True)
    return people | {name: _account(name, "") for name in CLAIMANTS}


def _account(name, shown, **fields):
    user = User.objects.create_user(email=email(name), password=PASSWORD, name=shown, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def email(name):
    return f"{name}@example.com"
