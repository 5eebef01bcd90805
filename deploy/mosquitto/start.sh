#!/bin/sh
# Starts Mosquitto. The first time, it makes the bridge's user, with a password that nobody has to know.
set -eu
secret=/secrets/mqtt_password
if [ ! -s "$secret" ]; then
  rm -f /mosquitto/data/passwords
  sh /deploy/add-server.sh bridge >"$secret.new"
  chmod 444 "$secret.new"
  mv "$secret.new" "$secret"
fi
exec mosquitto -c /deploy/mosquitto.conf
