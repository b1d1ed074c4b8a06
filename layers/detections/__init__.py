"""What models saw, what people said of it, and how far it can be trusted."""
