"""The admin of the register; importing it registers the admin classes."""

from tenants.admin import buildings, bulletins, claims, register, usage
