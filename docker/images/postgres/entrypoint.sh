#!/bin/sh
# Makes a database cluster where there is none, then becomes the server, under the account postgres.
set -e

# The value of VARIABLE, or what the file named by VARIABLE_FILE holds.
setting() {
  eval "value=\${$1:-} file=\${$1_FILE:-}"
  if [ -n "$value" ] && [ -n "$file" ]; then
    echo "both $1 and $1_FILE are set; give one of them" >&2
    exit 1
  fi
  [ -z "$file" ] || value=$(cat "$file")
  printf %s "${value:-$2}"
}

make_cluster() {
  export POSTGRES_USER POSTGRES_PASSWORD POSTGRES_DB
  POSTGRES_USER=$(setting POSTGRES_USER postgres)
  POSTGRES_PASSWORD=$(setting POSTGRES_PASSWORD '')
  POSTGRES_DB=$(setting POSTGRES_DB "$POSTGRES_USER")
  if [ -z "$POSTGRES_PASSWORD" ]; then
    echo 'set POSTGRES_PASSWORD or POSTGRES_PASSWORD_FILE: the server would be open to all who reach it' >&2
    exit 1
  fi
  # Through a pipe in place of a file: the password reaches no disk and no process list.
  # shellcheck disable=SC2086 # The arguments of initdb are split on purpose.
  printf '%s\n' "$POSTGRES_PASSWORD" |
    initdb --username="$POSTGRES_USER" --pwfile=/dev/stdin --auth-local=trust --auth-host=scram-sha-256 \
      ${POSTGRES_INITDB_ARGS:-}
  echo 'host all all all scram-sha-256' >> "$PGDATA/pg_hba.conf"
  echo "listen_addresses = '*'" >> "$PGDATA/postgresql.conf"
  [ "$POSTGRES_DB" = postgres ] ||
    echo "CREATE DATABASE \"$POSTGRES_DB\"" | postgres --single -j -D "$PGDATA" postgres
  unset POSTGRES_PASSWORD
}

[ "$1" = postgres ] || exec "$@"
if [ "$(id -u)" = 0 ]; then
  chown -R postgres:postgres "$PGDATA"
  # Again from the top, with the password for which the file may be readable by root only.
  POSTGRES_PASSWORD=$(setting POSTGRES_PASSWORD '') && export POSTGRES_PASSWORD && unset POSTGRES_PASSWORD_FILE
  exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi
[ -s "$PGDATA/PG_VERSION" ] || make_cluster
exec "$@"
