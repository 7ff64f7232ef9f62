"""The files beside the templates, as text."""
