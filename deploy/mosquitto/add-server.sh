#!/bin/sh
# Makes a user for a game server, or gives it another password, and prints that: docker compose exec mosquitto sh /deploy/add-server.sh alpha
set -eu
name=${1:?say which: add-server.sh NAME}
case $name in
*[!A-Za-z0-9_.-]*) echo "A server's id has letters, digits, _, . and - only." >&2 && exit 1 ;;
esac
passwords=/mosquitto/data/passwords
password=$(head -c 24 /dev/urandom | base64 | tr '+/' '-_')
[ -e "$passwords" ] || (umask 077 && : >"$passwords")
mosquitto_passwd -b "$passwords" "$name" "$password"
chown mosquitto: "$passwords" 2>/dev/null || true
# Mosquitto reads its passwords again.
[ ! -e /proc/1/comm ] || [ "$(cat /proc/1/comm)" != mosquitto ] || kill -HUP 1
echo "$password"
