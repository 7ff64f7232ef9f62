"""What is deployed before a pipeline runs."""
