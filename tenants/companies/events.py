"""What happened to a company, told after the commit. `company` is a CompanyInfo with the new state."""

from django.dispatch import Signal

company_created = Signal()
company_closed = Signal()  # suspended or deleted: nobody may be signed in any more
company_opened = Signal()  # resumed or restored
domains_changed = Signal()  # an address came or went, or another is the primary one
licence_changed = Signal()  # seats, validity or the API permission
