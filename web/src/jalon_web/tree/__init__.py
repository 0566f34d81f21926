"""The accounts below oneself, what each sees, and what one may do oneself."""
