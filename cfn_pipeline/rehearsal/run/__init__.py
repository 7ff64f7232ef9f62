"""A run: its plan, its journal, its stages."""
