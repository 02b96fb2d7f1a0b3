"""Measuring the product against the figures it has to reach."""
