"""What was asked for, as Locust hands it over."""

from argparse import ArgumentParser, Namespace

from mario_perf.load.options import Options, add_arguments, settle


def options(*words: str) -> Options:
    """Of a command line of the load's own options."""
    parser = ArgumentParser()
    add_arguments(parser)
    given = Namespace(locustfile="load/shop.py", run_time=None, num_users=None, spawn_rate=None)
    parsed = parser.parse_args(words, given)
    settle(parsed)
    return Options.of(parsed)
