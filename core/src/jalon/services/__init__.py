"""Use cases: what people do, each in its own transactions."""
