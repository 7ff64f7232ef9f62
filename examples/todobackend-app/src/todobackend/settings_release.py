"""Settings of the image: everything comes from the environment, which ECS fills."""

import os

from todobackend.settings import *  # noqa: F403

DEBUG = False
STATIC_ROOT = "/public/static"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.mysql",
        "HOST": os.environ.get("MYSQL_HOST", "localhost"),
        "NAME": os.environ.get("MYSQL_DATABASE", "todobackend"),
        "USER": os.environ.get("MYSQL_USER", "todobackend"),
        "PASSWORD": os.environ.get("MYSQL_PASSWORD", ""),
        "OPTIONS": {"ssl_mode": "REQUIRED"},
    }
}
