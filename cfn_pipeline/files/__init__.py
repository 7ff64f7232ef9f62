"""What is delivered beside the templates, as text."""
