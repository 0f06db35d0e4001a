"""P6: server time of pages on loopback beside a bare hello of the same server, and their weight."""

import argparse
import gzip
import http.client
import re
import statistics
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urljoin

from app import samples
from app.services import dossiers
from app.transaction import transaction
from benchmarks.copies import copy
from benchmarks.measure import Cost, Row, at_most, interleave, middle, ratios
from benchmarks.scene import signed_in, stage
from benchmarks.servers import hello, web

REQUESTS = 60
DOSSIERS = 200
GOAL, FIRST, LATER = at_most(20), at_most(150, "kB"), at_most(25, "kB")
Header = Mapping[str, str]


def rows(options: argparse.Namespace) -> Iterator[Row]:
    """Measure home, form, status, queue and dossier page."""
    with stage() as app:
        email = "mau@example.vn"
        key = samples.submit_sample("Nhà thuốc Mẫu", email, "1/ĐKKDD-LSO")
        copy(key, DOSSIERS)
        with transaction():
            draft = dossiers.begin("account_issuance", "nhap@example.vn").key
        staff, applicant = signed_in(username="an"), signed_in(email=email)
        pages: dict[str, tuple[str, Header]] = {
            "portal home": ("/", {}),
            "form": (f"/dossiers/{draft}/form", signed_in(email="nhap@example.vn")),
            "status": (f"/dossiers/{key}", applicant),
            "queue": ("/desk", staff),
            "dossier page": (f"/desk/dossiers/C-{2:08d}", staff),
        }
        with hello() as (_, bare), web(app) as (_, port):
            costs = [p95(bare, "/", {}), *(p95(port, *page) for page in pages.values())]
            (alone, *ours) = interleave(costs, options.rounds)
            weights = {name: weight(port, *page) for name, page in pages.items()}
    for name, page in zip(pages, ours, strict=True):
        text = f"bare hello, p95 ({middle(alone)})"
        yield Row("P6", f"{name}, p95 ({middle(page)})", text, GOAL, ratios(page, alone))
    for name, (page_weight, all_weight) in weights.items():
        yield Row("P6", f"{name}, first visit with all assets", "–", FIRST, (all_weight,))
        yield Row("P6", f"{name}, later visits", "–", LATER, (page_weight,))


def p95(port: int, path: str, cookies: Header) -> Cost:
    """Return the 95th percentile of some requests over one kept connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port)

    def cost() -> float:
        seconds = []
        for _ in range(REQUESTS):
            started = time.perf_counter()
            get(connection, path, cookies)
            seconds.append(time.perf_counter() - started)
        return statistics.quantiles(seconds, n=20)[-1]

    return cost


def get(connection: http.client.HTTPConnection, path: str, cookies: Header) -> tuple[bytes, bool]:
    """Return what was sent for a page, and whether it is compressed."""
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    connection.request("GET", path, headers={"Accept-Encoding": "gzip", "Cookie": cookie})
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        raise RuntimeError(f"{path}: {response.status}")
    return body, response.getheader("Content-Encoding") == "gzip"


def weight(port: int, path: str, cookies: Header) -> tuple[float, float]:
    """Return the kilobytes of a page, alone and with every asset it and its styles name."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    body, is_compressed = get(connection, path, cookies)
    sizes = {path: len(body)}
    named = found(path, gzip.decompress(body) if is_compressed else body)
    while named:
        asset = named.pop()
        if asset in sizes or Path(asset).suffix not in (".css", ".js", ".svg", ".woff2"):
            continue
        content, is_compressed = get(connection, asset, {})
        sizes[asset] = len(content)
        if asset.endswith(".css"):
            named += found(asset, gzip.decompress(content) if is_compressed else content)
    return sizes[path] / 1000, sum(sizes.values()) / 1000


def found(path: str, content: bytes) -> list[str]:
    """Return the assets that a page or a style sheet names."""
    text = content.decode()
    names = re.findall(r"""(?:src|href)="(/static/[^"#?]+)|url\(["']?([^"')#?]+)""", text)
    return [urljoin(path, a or b) for a, b in names if not (a or b).startswith("data:")]
