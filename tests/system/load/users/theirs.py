"""A locustfile of somebody who has never heard of mario-perf, one user with a client of its own."""

import time

from locust import FastHttpUser, HttpUser, User, constant, task


class Plain(HttpUser):
    wait_time = constant(0.05)

    @task
    def look(self) -> None:
        self.client.get("/api/menu/", name="menu", context={"operation": "GetMenuQuery"})

    @task
    def miss(self) -> None:
        self.client.get("/nowhere")


class Fast(FastHttpUser):
    wait_time = constant(0.05)

    @task
    def look(self) -> None:
        self.client.get("/api/menu/", name="menu again")


class Rpc(User):
    """As Locust's examples for gRPC, Kafka and WebSocket report what they do."""

    wait_time = constant(0.05)

    @task
    def call(self) -> None:
        self._report("Call", 1.5)

    @task
    def fail(self) -> None:
        self._report("Fail", 2.5, ValueError("UNAVAILABLE"))

    @task
    def tell(self) -> None:
        self._report("Tell", None)

    def _report(self, name: str, milliseconds: float | None, error: Exception | None = None) -> None:
        self.environment.events.request.fire(
            request_type="rpc", name=name, response_time=milliseconds, response_length=0,
            start_time=time.time(), context={}, exception=error, response=object(),
        )  # fmt: skip
