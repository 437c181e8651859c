"""The WSGI application that granian serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mix.config.settings")
application = get_wsgi_application()

from mix.data.wall import close_by_default  # noqa: E402 - Django is ready only now
from mix.web.frame.threads import keep_by_thread  # noqa: E402 - the same

close_by_default()
keep_by_thread()
