"""Things to do."""

from django.db import models


class Todo(models.Model):
    """One thing to do."""

    title = models.CharField(max_length=256)
    completed = models.BooleanField(default=False)
    order = models.IntegerField(default=0)

    def as_json(self) -> dict[str, object]:
        """Return what a client sees."""
        return {
            "id": self.pk,
            "title": self.title,
            "completed": self.completed,
            "order": self.order,
        }
