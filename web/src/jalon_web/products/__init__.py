"""The pages of products: home, list, one product."""
