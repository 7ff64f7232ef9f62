"""Settings for development and tests: a database in a file, and what both sides share."""

from pathlib import Path

from django.core.management.utils import get_random_secret_key

# Nothing is signed that outlives a process: there are no sessions.
SECRET_KEY = get_random_secret_key()
ALLOWED_HOSTS = ["*"]  # whoever comes, comes through the load balancer
INSTALLED_APPS = ["django.contrib.staticfiles", "todo"]
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware"]
ROOT_URLCONF = "todobackend.urls"
WSGI_APPLICATION = "todobackend.wsgi.application"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": Path(__file__).parents[1] / "db.sqlite3",
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STATIC_URL = "/static/"
USE_TZ = True
