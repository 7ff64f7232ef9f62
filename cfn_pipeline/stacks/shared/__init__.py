"""Stacks that applications share: a key, notifications, a connection, a listener."""
