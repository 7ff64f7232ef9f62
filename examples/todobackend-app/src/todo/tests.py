"""What a client can do."""

import json

from django.test import TestCase


class TodoTest(TestCase):
    """The interface over a database."""

    def post(self, **said: object) -> object:
        return self.client.post("/todos", json.dumps(said), content_type="application/json")

    def test_health(self) -> None:
        self.assertEqual(self.client.get("/").status_code, 200)

    def test_nothing_to_do(self) -> None:
        self.assertEqual(self.client.get("/todos").json(), [])

    def test_something_to_do_is_done_and_removed(self) -> None:
        made = self.post(title="Read chapter 13", order=2)
        self.assertEqual(made.status_code, 201)
        path = f"/todos/{made.json()['id']}"
        self.assertFalse(self.client.get(path).json()["completed"])
        done = self.client.patch(path, '{"completed": true}', content_type="application/json")
        self.assertTrue(done.json()["completed"])
        self.assertEqual(self.client.delete(path).status_code, 204)
        self.assertEqual(self.client.get(path).status_code, 404)

    def test_order_and_removing_all(self) -> None:
        self.post(title="second", order=2)
        self.post(title="first", order=1)
        self.assertEqual(
            [t["title"] for t in self.client.get("/todos").json()], ["first", "second"]
        )
        self.assertEqual(self.client.delete("/todos").status_code, 204)
        self.assertEqual(self.client.get("/todos").json(), [])

    def test_what_is_no_todo_is_refused(self) -> None:
        self.assertEqual(self.post().status_code, 400)
        self.assertEqual(self.post(title="x", completed="yes").status_code, 400)
        bad = self.client.post("/todos", "no json", content_type="application/json")
        self.assertEqual(bad.status_code, 400)
