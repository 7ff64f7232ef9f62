"""The local AWS: its process (``server``), its start (``embedded``), its clients (``account``)."""
