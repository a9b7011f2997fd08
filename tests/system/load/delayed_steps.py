"""A locustfile for a server of known response times: of two steps the first is delayed, the second is not.

With FREEZE in the environment the process stands still for a second, once, amid its 200th journey, and writes
into the file of that name from when to when (unix seconds, as JSON).
"""

import json
import os
import time
from pathlib import Path
from typing import ClassVar

from gevent import monkey
from locust import task

from mario_perf.load.locust_plugin import MeasuredUser, Step

FIRST = Step("first", "FirstQuery", "GET")
SECOND = Step("second", "SecondQuery", "GET")


class Asking(MeasuredUser):
    """Asks for what is delayed, and then for what is not."""

    begun: ClassVar = 0

    @task
    def ask(self) -> None:
        Asking.begun += 1
        if Asking.begun == 200 and "FREEZE" in os.environ:
            stand_still(Path(os.environ["FREEZE"]))
        self.session.step(FIRST, "/delayed")
        self.session.step(SECOND, "/at-once")


def stand_still(interval: Path) -> None:
    begin = time.time()
    monkey.get_original("time", "sleep")(1.0)
    interval.write_text(json.dumps([begin, time.time()]))
