#!/bin/bash
# What an instance does when it starts for the first time. bogosa fills in {{stack}}, {{port}}, {{health_path}}
# and {{health_status}}, each inside single quotes. Everyone who may read the launch template can read this
# file, so no secret belongs here: instances get those from Secrets Manager, with their role.
set -euo pipefail

stack='{{stack}}'
port='{{port}}'
health_path='{{health_path}}'
health_status='{{health_status}}'

# Until an application is deployed something has to answer the load balancer's health check, or the Auto
# Scaling group would replace its instances for ever. Amazon Linux brings Python along.
install -d -m 0755 /opt/bogosa /etc/bogosa
printf 'PORT=%s\nHEALTH_PATH=%s\nHEALTH_STATUS=%s\n' "$port" "$health_path" "$health_status" \
  >/etc/bogosa/placeholder.env

cat >/opt/bogosa/placeholder.py <<'PYTHON'
import http.server
import os

HEALTH_PATH = os.environ["HEALTH_PATH"]
HEALTH_STATUS = int(os.environ["HEALTH_STATUS"])


class Placeholder(http.server.BaseHTTPRequestHandler):
    server_version = "bogosa"
    sys_version = ""
    timeout = 10

    def answer(self, with_body):
        healthy = self.path.split("?")[0] == HEALTH_PATH
        body = b"ok\n" if healthy else b"Nothing is deployed here yet.\n"
        status = HEALTH_STATUS if healthy else 503
        if status == 204:
            body = b""
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Cache-Control", "no-store")
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def do_GET(self):
        self.answer(True)

    def do_HEAD(self):
        self.answer(False)

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("", int(os.environ["PORT"])), Placeholder).serve_forever()
PYTHON

cat >/etc/systemd/system/bogosa-placeholder.service <<UNIT
[Unit]
Description=Answers the health check of ${stack} until an application is deployed
Wants=network-online.target
After=network-online.target

[Service]
EnvironmentFile=/etc/bogosa/placeholder.env
ExecStart=/usr/bin/python3 /opt/bogosa/placeholder.py
Restart=always
DynamicUser=yes
AmbientCapabilities=CAP_NET_BIND_SERVICE
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
NoNewPrivileges=yes
PrivateDevices=yes
ProtectHome=yes
ProtectSystem=strict

[Install]
WantedBy=multi-user.target
UNIT

systemctl daemon-reload
systemctl enable --now bogosa-placeholder.service
