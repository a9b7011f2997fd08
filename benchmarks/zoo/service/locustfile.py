"""A journey has each operation once."""

from locust import task

from mario_perf import MeasuredUser, Step

NAMES = (
    "typeguard", "mistune", "cryptography", "jsonschema", "pydantic", "multipart",
    "attrs", "dacite", "charset_normalizer", "pyparsing", "tomli", "protobuf",
)  # fmt: skip
STEPS = [Step(name, name) for name in NAMES]


class Customer(MeasuredUser):
    """Asks for everything."""

    @task
    def journey(self) -> None:
        """All twelve operations."""
        for step in STEPS:
            self.session.step(step, f"/work/{step.name}")
