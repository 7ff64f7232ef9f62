"""What runs an action: one module for each kind of action."""
