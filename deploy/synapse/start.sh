#!/bin/sh
# Starts Synapse for trying things out. The first time, it makes a configuration that nobody can register with from outside.
set -eu
export SYNAPSE_SERVER_NAME=localhost SYNAPSE_REPORT_STATS=no
[ -e /data/homeserver.yaml ] || /start.py generate
if [ -e /config/registration.yaml ] && ! grep -q app_service_config_files /data/homeserver.yaml; then
  echo 'app_service_config_files: [/config/registration.yaml]' >>/data/homeserver.yaml
fi
exec /start.py
