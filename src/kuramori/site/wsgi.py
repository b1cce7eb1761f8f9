"""The WSGI application that the server runs.

A web process that outlives a killed server would keep the port, and nobody could start a new one: it ends with it.
"""

import gc
import os
import threading
import time

from django.core.wsgi import get_wsgi_application

SERVER = "KURAMORI_SERVER_PID"
LOOK_EVERY = 1.0  # seconds

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kuramori.site.settings")
application = get_wsgi_application()
# What is loaded now stays: looking for garbage in it again and again would stop one request in ten for 60 ms.
gc.collect()
gc.freeze()


def _end_with(server: int) -> None:
    """End this process when its server is gone; an act that is cut off by that has not happened."""
    while os.getppid() == server:
        time.sleep(LOOK_EVERY)
    os._exit(1)


if SERVER in os.environ:
    threading.Thread(target=_end_with, args=(int(os.environ[SERVER]),), name="kuramori-orphan", daemon=True).start()
