"""Lists of common passwords."""
