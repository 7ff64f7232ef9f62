"""What the user says: frozen values, each judged when it is made. Standard library alone."""
