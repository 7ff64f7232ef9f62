"""What the user says: frozen dataclasses, validated on construction. Standard library alone."""
