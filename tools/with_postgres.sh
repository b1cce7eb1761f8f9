#!/usr/bin/env bash
# Run a command against a PostgreSQL of its own: made in a temporary folder, reached by a socket there, gone afterwards.
#
#   tools/with_postgres.sh make test
#
# Needs PostgreSQL's server programs (Debian: postgresql). As root it runs as the user postgres, for the server refuses root.
set -euo pipefail

initdb=$(ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -V | tail -n 1 || true)
initdb=${initdb:-$(command -v initdb || true)}
[ -n "$initdb" ] || { echo "PostgreSQL's initdb was not found; install the package postgresql" >&2; exit 1; }
programs=$(dirname "$initdb")

folder=$(mktemp -d "${TMPDIR:-/tmp}/kuramori-postgres-XXXXXX")
as=()
if [ "$(id -u)" = 0 ]; then
    chown postgres "$folder"
    as=(setpriv --reuid=postgres --regid=postgres --init-groups)
fi

server() {
    (cd "$folder" && "${as[@]}" "$programs/pg_ctl" --silent --wait --pgdata="$folder/data" "$@")
}

remove() {
    server stop --mode=immediate >/dev/null 2>&1 || true
    rm -rf "$folder"
}
trap remove EXIT

(cd "$folder" && "${as[@]}" "$programs/initdb" --pgdata=data --username=kuramori --auth=trust \
    --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$folder/initdb.log")
# No port, and no waiting for the disk: what is tested here lives for minutes. Crash safety has tests of its own.
server start --log="$folder/server.log" --options="-k $folder -c listen_addresses= -c fsync=off -c max_connections=200" ||
    { cat "$folder/server.log" >&2; exit 1; }
"$programs/createdb" --host="$folder" --username=kuramori kuramori

KURAMORI_DATABASE_URL="postgresql://kuramori@/kuramori?host=$folder" "$@"
