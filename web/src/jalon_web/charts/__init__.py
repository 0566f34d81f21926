"""Charts drawn by the server as SVG, beside the table that says the same."""
