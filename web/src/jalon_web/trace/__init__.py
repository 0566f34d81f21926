"""The trace, for administrators."""
