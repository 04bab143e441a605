from privacy.sharing.admin import agreements, assessments, deletion_statements, grants
