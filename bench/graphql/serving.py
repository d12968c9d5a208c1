"""`python -m bench.graphql.serving PORT`: the web process as `sua serve` runs it, with a broker inside that rings for
nobody: nothing is written here but that names were shown.
"""

import sys

import uvicorn

from app import main
from app.server import WholeWrites
from app.settings import Settings


def serve(port: int) -> None:
    with main.application(Settings.load()) as application:
        uvicorn.run(
            application,
            host="127.0.0.1",
            port=port,
            http=WholeWrites,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=10,
        )


if __name__ == "__main__":
    serve(int(sys.argv[1]))
