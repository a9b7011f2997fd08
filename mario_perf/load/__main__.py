"""``python -m mario_perf.load`` shows the load's options: ``locust --help`` knows Locust's only."""

from argparse import ArgumentParser

from mario_perf.load.options import add_arguments

parser = ArgumentParser(
    prog="locust -f loadtests/mario.py",
    description="What the load takes besides the options of Locust, which locust --help shows.",
    add_help=False,
)
add_arguments(parser)
parser.print_help()
