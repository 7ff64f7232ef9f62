"""A local AWS, started and stopped by us: the process (``server``), and our side (``account``)."""
