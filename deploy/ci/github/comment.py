"""Put a report into a pull request: one comment, brought up to date by every later run.

``python comment.py NUMBER REPORT NAME LINK`` with ``GITHUB_API_URL``, ``GITHUB_REPOSITORY`` and
``GITHUB_TOKEN`` in the environment, as in a workflow. By its name a gate finds its own comment among those of
others; the link leads to the whole report. Needs Python alone.

A comment is not the verdict: when it cannot be written (a pull request from a fork has no permission to, or
the connection breaks), a warning is printed and the exit code is 0.
"""  # noqa: INP001 - a script

from __future__ import annotations

import json
import os
import stat
import sys
from http.client import HTTPException
from typing import Any
from urllib.request import Request, urlopen

TIMEOUT = 30.0  # seconds
MAX_CHARACTERS = 60_000  # of a report; GitHub takes 65,536 of a comment
PAGE = 100  # comments, the most that GitHub gives at once


def main(number: str, report: str, name: str, link: str) -> None:
    """Write the comment."""
    mark = f"<!-- mario-perf: {name} -->"
    try:
        body = f"{mark}\n{read(report)}\n[The whole report]({link}), to be downloaded.\n"
        put(f"repos/{os.environ['GITHUB_REPOSITORY']}", number, mark, body)
    except (OSError, HTTPException, ValueError) as error:  # no report, no way there, no HTTP, no JSON
        said = " ".join(str(error).split())
        sys.stdout.write(f"::warning title=mario-perf::The comment could not be written ({said}).\n")


def read(report: str) -> str:
    """The text of a plain file. A link to /proc/self/environ would put the token into the comment.

    Raises:
        OSError: there is no such file, or it is a link, a pipe or a device.
        ValueError: it is no text.
    """
    with os.fdopen(os.open(report, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), encoding="utf-8") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(f"{report} is no plain file")
        return file.read(MAX_CHARACTERS)


def put(repository: str, number: str, mark: str, body: str) -> None:
    """Replace our comment, or write the first.

    Raises:
        OSError: GitHub does not answer, or refuses.
        HTTPException: what answers speaks no HTTP.
        ValueError: what it says is no JSON.
    """
    ours = find(f"{repository}/issues/{number}/comments", mark)
    if ours is None:
        ask("POST", f"{repository}/issues/{number}/comments", {"body": body})
    else:
        ask("PATCH", f"{repository}/issues/comments/{ours}", {"body": body})


def find(comments: str, mark: str) -> int | None:
    """The id of the comment that begins with the mark."""
    page = 1
    while found := ask("GET", f"{comments}?per_page={PAGE}&page={page}"):
        for comment in found:
            if comment["body"].startswith(mark):
                return int(comment["id"])
        page += 1
    return None


def ask(method: str, path: str, content: dict[str, str] | None = None) -> Any:  # noqa: ANN401 - JSON
    """What GitHub's REST API answers."""
    request = Request(  # noqa: S310 - the runner's own URL
        f"{os.environ['GITHUB_API_URL']}/{path}",
        method=method,
        data=None if content is None else json.dumps(content).encode(),
        headers={
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {os.environ['GITHUB_TOKEN']}",
            "Content-Type": "application/json",
            "X-GitHub-Api-Version": "2022-11-28",
        },
    )
    with urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310 - the same
        return json.load(answer)


if __name__ == "__main__":
    main(*sys.argv[1:])
