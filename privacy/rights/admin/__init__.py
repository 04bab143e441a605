from privacy.rights.admin import profile_updates, retention, rights_requests

__all__ = [
    "profile_updates",
    "retention",
    "rights_requests",
]
