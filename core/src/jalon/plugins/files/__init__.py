"""Referential files: read, checked, told apart from anything else with a clear word."""
