"""Tenants and their units, the managements of buildings, and vendors."""

from tenants.models.buildings import Building, BuildingManagement, Unit, Vendor
from tenants.models.bulletins import Bulletin
from tenants.models.claims import Claim, Invitation
from tenants.models.imports import PendingImport
from tenants.models.register import Occupancy, Tenant
from tenants.models.usage import PageUse
