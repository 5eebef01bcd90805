#!/bin/sh
# Starts NATS. The first time, it makes the bridge's user, with a password that nobody has to know.
set -eu
secret=/secrets/nats_password
if [ ! -s "$secret" ]; then
  sh /deploy/add-server.sh bridge >"$secret.new"
  chmod 444 "$secret.new"
  mv "$secret.new" "$secret"
fi
exec nats-server -c /deploy/nats.conf
