"""What plugins bring and how they are called: files, hooks, and the one facade around pluggy."""
