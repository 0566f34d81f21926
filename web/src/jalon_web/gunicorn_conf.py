"""The configuration of gunicorn that `jalon run` uses; give it to your own gunicorn as well.

gunicorn -c python:jalon_web.gunicorn_conf "jalon_web.server:application()"
"""

from __future__ import annotations

import gc
import multiprocessing
import os
from typing import Any

from jalon_web.factory import warm_up
from jalon_web.portal import EXTENSION
from jalon_web.processes import die_with_parent

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8080')}"
workers = int(os.environ.get("JALON_WORKERS") or 0) or multiprocessing.cpu_count() + 1
worker_class = "sync"  # threads lose on this load: rules and templates hold the interpreter
preload_app = True  # load the catalogue once, before forking
timeout = 60
graceful_timeout = 20
keepalive = 2
forwarded_allow_ips = "127.0.0.1"
limit_request_line = 8190
limit_request_field_size = 8190
accesslog = None
errorlog = "-"
loglevel = "warning"
proc_name = "jalon"
control_socket_disable = True  # nobody asked for a way in beside the portal
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108 - heartbeats, no data


def when_ready(server: Any) -> None:
    """Make what every process needs, and put it out of the collector's reach: it would walk it for ever."""
    app = server.app.wsgi()
    warm_up(app)
    app.extensions[EXTENSION].database.close()
    gc.collect()
    gc.freeze()


def post_fork(server: Any, worker: Any) -> None:
    """Stop with the master, even when it is killed; open connections of one's own."""
    del worker
    die_with_parent(server.pid)
    server.app.wsgi().extensions[EXTENSION].database.engine.dispose(close=False)
