"""``python tls_pizzeria.py PORT PEM``: the pizzeria on https, with the certificate and key in one file."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import uvicorn

from mario_perf.pizzeria.application.announcements import Announcements
from mario_perf.pizzeria.bootstrap import bootstrap
from mario_perf.pizzeria.infrastructure.database import open_database

if __name__ == "__main__":
    port, certificate = sys.argv[1:]
    with TemporaryDirectory() as folder, open_database(Path(folder) / "orders.db") as connection:
        app = bootstrap(connection, Announcements())
        uvicorn.run(app, port=int(port), ssl_certfile=certificate, lifespan="off", log_level="warning")
