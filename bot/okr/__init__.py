"""Objectives, key results and people as values, and the arithmetic on them."""
