"""What is not a metrics page is refused with what would be one."""

import pytest

from mario_perf.errors import SourceUnreachableError
from mario_perf.sources.connection import Connection
from mario_perf.sources.metrics_page import page


@pytest.mark.parametrize(
    "url", ["notaurl", "localhost:8000/metrics", "http://", "http://[", "ftp://127.0.0.1/metrics"]
)
def test_what_is_no_url_is_told_how_one_is_written(url: str) -> None:
    with pytest.raises(SourceUnreachableError, match="write it like http://"):
        page(Connection(url))
