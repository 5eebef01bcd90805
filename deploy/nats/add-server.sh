#!/bin/sh
# Makes a user for a game server, or gives it another password, and prints that: docker compose exec nats sh /deploy/add-server.sh alpha
set -eu
name=${1:?say which: add-server.sh NAME}
# NATS writes a dot in a topic otherwise, so an id has none here.
case $name in
*[!A-Za-z0-9_-]*) echo "With NATS, a server's id has letters, digits, _ and - only." >&2 && exit 1 ;;
esac
users=/secrets/nats_users
password=$(head -c 24 /dev/urandom | base64 | tr '+/' '-_')
umask 077
mkdir -p "$users"
# A server reads what all say of themselves and what is sent to it, and writes as itself only; what $MQTT names is NATS' own.
cat >"$users/$name" <<USER
{user: "$name", password: "$password", permissions: {
  publish: ["crosschat.state.$name.>", "crosschat.m.$name.>"],
  subscribe: ["crosschat.state.>", "crosschat.m.*.$name", "crosschat.m.*.$name.>", "\$MQTT.sub.>", "\$MQTT.deliver.>"]}}
USER
{ echo 'authorization { users: [' && cat "$users"/* && echo ']}'; } >"$users.conf.new"
mv "$users.conf.new" "$users.conf"
[ ! -e /tmp/nats.pid ] || nats-server --signal reload=/tmp/nats.pid >&2
echo "$password"
