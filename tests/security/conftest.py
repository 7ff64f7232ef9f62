"""The system and the local AWS of the rehearsal's tests."""

from tests.rehearsal.conftest import aws, small

__all__ = ["aws", "small"]
