"""A face behind a proxy that shows it under a path, in a real browser.

In `make soak` the proxy is a real nginx.
"""

import shutil
import subprocess
import time
import urllib.request
from contextlib import contextmanager

import pytest

from layers.registry import load_registry
from tests.faces.imported import HALL, NEWEST, TRIO, batch, event
from tests.faces.served import served
from twin.faces.export.browser import settle
from twin.faces.server.app import create_app
from twin.faces.server.doors import door
from twin.pack import load_city
from twin.query import QueryService
from twin.store import Lake, publish

pytestmark = pytest.mark.browser
TWIN = door("127.0.0.1", prefix="/twin", proxies=("127.0.0.1",))
NGINX = """
daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {{ }}
http {{
  access_log off; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b;
  fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  server {{
    listen 127.0.0.1:{port};
    location /twin/ {{
      proxy_pass http://127.0.0.1:{behind}{slash};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto $scheme;
    }}
  }}
}}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    city, lake = load_city(TRIO), Lake(tmp_path_factory.mktemp("prefix") / "lake")
    publish(
        lake,
        city,
        [batch("events", event("N1", NEWEST, NEWEST))],
        as_of=NEWEST,
        simulated=False,
        now=lambda: NEWEST,
    )
    registry = load_registry(city)
    service = QueryService(city, registry, lake.path)
    with served(
        create_app(service, registry, city, clock=lambda: HALL, prefix="/twin").server,
        TWIN,
    ) as (host, port):
        yield f"http://{host}:{port}", service.status().snapshot
    service.close()


def looked_at(watch, base, snapshot):
    """Open page, the account of a figure, and wall; click what changes the view."""
    watched = watch(f"{base}/twin/?v=1&lang=en")
    refused = []
    watched.page.on(
        "response",
        lambda answer: refused.append(answer.url) if answer.status >= 400 else None,
    )
    settle(watched.page, snapshot, timeout_s=30)
    polled = watched.page.wait_for_event(
        "response", lambda answer: "/api/snapshot" in answer.url, timeout=10_000
    )
    assert polled.url.startswith(f"{base}/twin/api/snapshot")
    assert polled.status == 200
    watched.page.locator("#headline [data-account]").first.click()
    watched.until("document.querySelector('#account article.account')")
    watched.page.keyboard.press("Escape")
    watched.page.locator("[data-action]").first.click()
    watched.until("!location.search.endsWith('?v=1&lang=en')")
    assert watched.page.url.startswith(f"{base}/twin/?")
    wall = watch(f"{base}/twin/wall/default?v=1&lang=en")
    settle(wall.page, snapshot, timeout_s=30)
    assert refused + watched.console_errors + wall.console_errors == []


def test_page_and_wall_work_under_a_path(watch, server):
    looked_at(watch, *server)


@contextmanager
def nginx(folder, behind, slash):
    port = 18_080 + len(slash)
    (folder / "nginx.conf").write_text(
        NGINX.format(folder=folder, port=port, behind=behind, slash=slash)
    )
    running = subprocess.Popen(
        [
            shutil.which("nginx") or "/usr/sbin/nginx",
            "-e",
            str(folder / "error.log"),
            "-p",
            str(folder),
            "-c",
            "nginx.conf",
        ]
    )
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/twin/healthz").close()
                break
            except OSError:
                time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        running.wait()


@pytest.mark.soak
@pytest.mark.parametrize(
    "slash", ["", "/"], ids=["the path is passed on", "the path is taken away"]
)
def test_page_and_wall_work_behind_nginx(watch, server, tmp_path, slash):
    base, snapshot = server
    with nginx(tmp_path, base.rpartition(":")[2], slash) as before:
        looked_at(watch, before, snapshot)
