"""Platforms and processes: everything that touches the world outside."""
