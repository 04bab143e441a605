"""The admin of this app. Django imports this package; it imports the modules that register models."""

from privacy.admin import audit_log, guardians, parties
from privacy.admin.base import ReadOnly, TenantDataAdmin, TenantTabularInline
from privacy.admin.idempotent_add import IdempotentAdd
from privacy.admin.reveal import Revealing
from privacy.consent import admin as consent
from privacy.oversight import admin as oversight
from privacy.rights import admin as rights
from privacy.sharing import admin as sharing
