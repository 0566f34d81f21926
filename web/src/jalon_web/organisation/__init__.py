"""What the topmost account of an organisation decides for it."""
