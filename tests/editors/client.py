"""A client of language servers, as editors are: it opens files, and gets what the server says."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from types import TracebackType
from typing import Any, Self

#: Seconds in which a server has to answer; loading cfn-lint on a busy machine takes several.
PATIENCE = 90


class Editor:
    """An editor with a folder open, and a server that it has started.

    Usage: ``with Editor(["cfn-lsp-extra"], folder) as editor: ...``

    Args:
        command: how the server is started; it speaks on its standard input and output.
        folder: the folder that is open, which is where the server runs.
        settings: what the server gets when it asks for its settings, by section.
        path: a folder in which the server finds further commands.

    """

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        settings: Mapping[str, Any] | None = None,
        path: Path | None = None,
    ) -> None:
        self.folder = folder
        self.settings = settings or {}
        more = {} if path is None else {"PATH": f"{path}{os.pathsep}{os.environ['PATH']}"}
        self._server = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **more},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._messages: Queue[dict[str, Any]] = Queue()
        self._number = 0
        Thread(target=self._read, daemon=True).start()

    def __enter__(self) -> Self:
        capabilities = {
            "workspace": {"configuration": True, "workspaceFolders": True},
            "textDocument": {
                "publishDiagnostics": {},
                "hover": {"contentFormat": ["markdown"]},
                "synchronization": {"didSave": True, "dynamicRegistration": True},
            },
        }
        root = self.folder.as_uri()
        self.request(
            "initialize",
            processId=os.getpid(),
            rootUri=root,
            rootPath=str(self.folder),
            workspaceFolders=[{"uri": root, "name": self.folder.name}],
            capabilities=capabilities,
        )
        self.notify("initialized")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.kill()
        self._server.communicate()

    def open(self, name: str, text: str | None = None) -> None:
        """Open a file; ``text`` is what the editor shows, if that is not saved."""
        file = self.folder / name
        document = {
            "uri": file.as_uri(),
            "languageId": "yaml",
            "version": 1,
            "text": file.read_text("utf-8") if text is None else text,
        }
        self.notify("textDocument/didOpen", textDocument=document)

    def diagnostics(self, name: str) -> list[dict[str, Any]]:
        """Return what the server next finds in a file; empty lists are passed over."""
        uri = (self.folder / name).as_uri()
        while True:
            message = self._next()
            if message.get("method") == "textDocument/publishDiagnostics":
                told: list[dict[str, Any]] = message["params"]["diagnostics"]
                if message["params"]["uri"] == uri and told:
                    return told

    def hover(self, name: str, line: int, character: int) -> str:
        """Return what the server shows for a place; the first line is 0."""
        result = self.request(
            "textDocument/hover",
            textDocument={"uri": (self.folder / name).as_uri()},
            position={"line": line, "character": character},
        )
        return json.dumps(result)

    def request(self, method: str, **parameters: Any) -> Any:
        """Return the result of a request."""
        self._number += 1
        self._send(id=self._number, method=method, params=parameters)
        while True:
            message = self._next()
            if message.get("id") == self._number and "method" not in message:
                return message["result"]

    def notify(self, method: str, **parameters: Any) -> None:
        """Tell the server something."""
        self._send(method=method, params=parameters)

    def _next(self) -> dict[str, Any]:
        """Return the next message, after an answer if it is a request.

        Raises:
            TimeoutError: the server says nothing.

        """
        try:
            message = self._messages.get(timeout=PATIENCE)
        except Empty:
            raise TimeoutError(f"{self._server.args!r} does not answer") from None
        if message.get("method") == "workspace/configuration":
            sections = [item.get("section") for item in message["params"]["items"]]
            self._send(id=message["id"], result=[self.settings.get(name) for name in sections])
        elif "method" in message and "id" in message:
            self._send(id=message["id"], result=None)
        return message

    def _send(self, **message: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._server.stdin is not None
        self._server.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._server.stdin.flush()

    def _read(self) -> None:
        stream = self._server.stdout
        assert stream is not None
        while header := stream.readline():
            length = 0
            while header.strip():
                name, _, value = header.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
                header = stream.readline()
            self._messages.put(json.loads(stream.read(length)))
