"""Checks a running application from outside: python3 acceptance.py http://app:8000"""

import json
import sys
from urllib.request import Request, urlopen

url = f"{sys.argv[1]}/todos"


def call(method: str, address: str, said: object = None) -> object:
    data = None if said is None else json.dumps(said).encode()
    request = Request(address, data, {"Content-Type": "application/json"}, method=method)
    with urlopen(request, timeout=10) as response:
        text = response.read()
    return json.loads(text) if text else None


call("DELETE", url)
made = call("POST", url, {"title": "Accept the release"})
assert call("GET", url) == [made], "what was added is not there"
call("PATCH", f"{url}/{made['id']}", {"completed": True})
assert call("GET", f"{url}/{made['id']}")["completed"], "what was done is not done"
call("DELETE", url)
print("accepted", url)
