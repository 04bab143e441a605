from privacy.rights.admin import profile_updates, retention, rights_requests
