"""The screens of Jalon: its command line, and soon its pages."""
