"""Durable work in the background: rows in PostgreSQL, hints in the broker, fair turns between companies.

A module declares its work in its `jobs.py` with `core.jobs.kinds.job` and orders it with `core.jobs.services.enqueue`.
"""
