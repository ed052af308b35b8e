#!/bin/sh
# Runs redis-server under its own account, and anything else as it was given.
set -e

if [ "$1" = redis-server ] && [ "$(id -u)" = 0 ]; then
  find . ! -user redis -exec chown redis:redis {} +
  exec setpriv --reuid=redis --regid=redis --clear-groups "$@"
fi
exec "$@"
