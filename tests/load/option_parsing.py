"""Options as Locust passes them on."""

from argparse import ArgumentParser, Namespace

from mario_perf.load.options.arguments import add_arguments
from mario_perf.load.options.resolution import resolve
from mario_perf.load.options.run_options import Options


def resolved(*words: str, **locust_options: object) -> Namespace:
    """A command line of the load's options, beside values that Locust has parsed."""
    parser = ArgumentParser()
    add_arguments(parser)
    defaults = {"locustfile": "load/shop.py", "run_time": None, "num_users": None, "spawn_rate": None}
    parsed = parser.parse_args(words, Namespace(**{**defaults, **locust_options}))
    resolve(parsed)
    return parsed


def options(*words: str) -> Options:
    """The same, typed."""
    return Options.from_parsed(resolved(*words))
