"""The window: the only package besides main that knows Qt."""
