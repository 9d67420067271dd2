"""The WSGI entry point that uWSGI imports."""

import os
import time

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")

# Fault slow-import: uWSGI has already bound its socket when it imports this
# module, so connections queue, and a checker waits until its time is up.
time.sleep(float(os.environ.get("RIG_IMPORT_DELAY", "0")))

application = get_wsgi_application()

# Import the views before uWSGI forks its workers: the first check of each is as quick as the rest.
_ = get_resolver().url_patterns
