#!/bin/bash
# What an instance does when it starts for the first time. bogosa fills in {{stack}}, {{port}}, {{health_path}},
# {{health_status}} and {{release}}, each inside single quotes. Everyone who may read the launch template can read
# this file, so no secret belongs here: instances get those from Secrets Manager, with their role.
set -euo pipefail

stack='{{stack}}'
port='{{port}}'
health_path='{{health_path}}'
health_status='{{health_status}}'
# The application, as one line of JSON (docs/application.md); empty until there is one.
release='{{release}}'

# Every path is relative to here, so that a test can run this file in a folder of its own.
cd "${BOGOSA_ROOT:-/}"
umask 022
mkdir -p etc/bogosa etc/systemd/system etc/logrotate.d opt/bogosa var/log/bogosa

# Until there is an application something has to answer the load balancer's health check, or the Auto Scaling group
# would replace its instances for ever. Amazon Linux brings Python along.
if [ -z "$release" ]; then
  printf 'PORT=%s\nHEALTH_PATH=%s\nHEALTH_STATUS=%s\n' "$port" "$health_path" "$health_status" \
    >etc/bogosa/placeholder.env
  cat >opt/bogosa/placeholder.py <<'PYTHON'
import http.server
import os


class Placeholder(http.server.BaseHTTPRequestHandler):
    server_version = "bogosa"
    sys_version = ""
    timeout = 10

    def do_GET(self):
        healthy = self.path.split("?")[0] == os.environ["HEALTH_PATH"]
        status = int(os.environ["HEALTH_STATUS"]) if healthy else 503
        body = b"" if status == 204 else b"ok\n" if healthy else b"Nothing is deployed here yet.\n"
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Cache-Control", "no-store")
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("", int(os.environ["PORT"])), Placeholder).serve_forever()
PYTHON
  cat >etc/systemd/system/bogosa-placeholder.service <<UNIT
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
  exit
fi

# From here on everything that is said goes into a file. Where something fails, its end and that of the application's
# log go to CloudWatch at once: `bogosa up` shows it, and Auto Scaling replaces the instance soon.
exec >>var/log/bogosa/boot.log 2>&1
step() { echo "$(date -u +%FT%TZ) bogosa: $*"; }
instance=$(cat var/lib/cloud/data/instance-id)
field() { python3 -c "import json; print(json.load(open('etc/bogosa/release.json'))$1)"; }
# shellcheck disable=SC2317 # the trap calls it
report() {
  local status=$?
  [ "$status" -eq 0 ] && return
  step "this instance cannot run the application (status $status)"
  cat var/log/bogosa/boot.log >/dev/console || true
  tail -qn 40 var/log/bogosa/boot.log var/log/bogosa/app.log 2>/dev/null | python3 -c '
import json, sys, time
now = int(time.time() * 1000)
json.dump([{"timestamp": now, "message": line.rstrip() or " "} for line in sys.stdin], open("run/bogosa/events.json", "w"))' || true
  aws logs create-log-stream --log-group-name "$log_group" --log-stream-name "$instance/boot" || true
  aws logs put-log-events --log-group-name "$log_group" --log-stream-name "$instance/boot" \
    --log-events file://run/bogosa/events.json || true
}
mkdir -p run/bogosa
printf '%s\n' "$release" >etc/bogosa/release.json
log_group=$(field '["log_group"]')
AWS_DEFAULT_REGION=$(field '["environment"]["AWS_REGION"]')
export AWS_DEFAULT_REGION
trap report EXIT

sha256=$(field '["artifact"]["sha256"]')
home=opt/bogosa/releases/$sha256
step "fetching $sha256 of $stack"
mkdir -p opt/bogosa/releases
archive=opt/bogosa/$sha256.tar.gz
aws s3 cp --no-progress "s3://$(field '["artifact"]["bucket"]')/$(field '["artifact"]["key"]')" "$archive"
echo "$sha256  $archive" | sha256sum --check --strict
rm -rf "$home.part" "$home"
mkdir "$home.part"
tar -xzf "$archive" --no-same-owner -C "$home.part"
mv "$home.part" "$home"
rm "$archive"

# Secrets are read whenever the application starts, kept in memory only, and read by root alone. RDS changes the
# database's password every week: a timer looks for a new one.
cat >opt/bogosa/secrets.py <<'PYTHON'
import json
import os
import subprocess
import sys
import urllib.parse

release = json.load(open("etc/bogosa/release.json"))


def secret(arn):
    command = ["aws", "secretsmanager", "get-secret-value", "--secret-id", arn]
    command += ["--region", release["environment"]["AWS_REGION"], "--query", "SecretString", "--output", "text"]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


variables = {"SECRET_KEY": secret(release["secret_key_arn"])}
database = release["database"]
if database:
    user = json.loads(secret(database["secret_arn"]))
    name, password = (urllib.parse.quote(user[key], safe="") for key in ("username", "password"))
    # Only encrypted, whatever the server offers.
    url = f"mysql://{name}:{password}@{database['host']}:{database['port']}/{database['name']}?ssl-mode=REQUIRED"
    variables["DATABASE_URL"] = url
# What stands in the stack file goes before.
text = "".join(f'{name}="{value}"\n' for name, value in variables.items() if name not in release["environment"])
path = "run/bogosa/secrets.env"
os.makedirs("run/bogosa", mode=0o755, exist_ok=True)
before = open(path).read() if os.path.exists(path) else None
if text != before:
    with open(os.open(path + ".part", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    os.rename(path + ".part", path)
    if "--restart" in sys.argv and before is not None:
        subprocess.run(["systemctl", "--no-block", "try-restart", "bogosa-app.service"], check=True)
PYTHON

python3 - "$stack" <<'PYTHON'
import json
import sys

release = json.load(open("etc/bogosa/release.json"))
database = release["database"]
home = "/opt/bogosa/releases/" + release["artifact"]["sha256"]


def word(text):
    """One word of a command line of systemd's. https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html#Command%20lines"""
    for sign, written in [("\\", "\\\\"), ('"', '\\"'), ("%", "%%"), ("$", "$$"), ("\n", "\\n")]:
        text = text.replace(sign, written)
    return f'"{text}"'


def value(text):
    """A value in a file of variables. …/systemd.exec.html#EnvironmentFile="""
    for sign in '\\"`$':
        text = text.replace(sign, "\\" + sign)
    return f'"{text}"'


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


variables = {"PORT": str(release["port"]), "PUBLIC_URL": release["public_url"]}
if database:
    variables |= {"DATABASE_" + key.upper(): str(database[key]) for key in ("host", "port", "name")}
variables |= release["environment"]
write("etc/bogosa/app.env", "".join(f"{name}={value(text)}\n" for name, text in variables.items()))

program = word(f"{home}/{release['command']}")
line = lambda words: " ".join([program, *map(word, words)])
migrate = f"ExecStartPre={line(release['migrate'])}\n" if release["migrate"] else ""
write("etc/systemd/system/bogosa-app.service", f"""[Unit]
Description=The application of {sys.argv[1]}
Wants=network-online.target
Requires=bogosa-secrets.service
After=network-online.target bogosa-secrets.service
StartLimitIntervalSec=0

[Service]
Type=exec
EnvironmentFile=/etc/bogosa/app.env
EnvironmentFile=/run/bogosa/secrets.env
{migrate}ExecStart={line(release['arguments'])}
Restart=always
RestartSec=5
TimeoutStartSec=900
TimeoutStopSec=60
LimitNOFILE=65536
WorkingDirectory=/var/lib/bogosa
StateDirectory=bogosa
StandardOutput=append:/var/log/bogosa/app.log
StandardError=inherit
DynamicUser=yes
AmbientCapabilities=CAP_NET_BIND_SERVICE
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
LockPersonality=yes
NoNewPrivileges=yes
PrivateDevices=yes
PrivateTmp=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProtectSystem=strict
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service

[Install]
WantedBy=multi-user.target
""")
for name, flag in [("secrets", ""), ("rotation", " --restart")]:
    write(f"etc/systemd/system/bogosa-{name}.service", f"""[Unit]
Description=Reads the secrets of {sys.argv[1]}
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
WorkingDirectory=/
ExecStart=/usr/bin/python3 /opt/bogosa/secrets.py{flag}
TimeoutStartSec=120
""")
write("etc/systemd/system/bogosa-rotation.timer", """[Unit]
Description=Looks for changed secrets

[Timer]
OnActiveSec=5min
OnUnitActiveSec=5min
RandomizedDelaySec=1min

[Install]
WantedBy=timers.target
""")
write("etc/logrotate.d/bogosa", "/var/log/bogosa/*.log {\n  size 50M\n  rotate 2\n  copytruncate\n  missingok\n}\n")
logs = [("/var/log/bogosa/app.log", "{instance_id}"), ("/var/log/bogosa/boot.log", "{instance_id}/boot")]
collected = [{"file_path": path, "log_group_name": release["log_group"], "log_stream_name": name} for path, name in logs]
write("etc/bogosa/agent.json", json.dumps({"logs": {"logs_collected": {"files": {"collect_list": collected}}}}))
PYTHON

step "starting the application"
systemctl daemon-reload
systemctl enable bogosa-app.service bogosa-rotation.timer
systemctl start --no-block bogosa-app.service bogosa-rotation.timer

step "starting the shipping of logs"
for try in 1 2 3 4 5; do
  dnf install -y -q amazon-cloudwatch-agent && break
  [ "$try" -lt 5 ]
  sleep "$((try * 5))"
done
opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s -c file:/etc/bogosa/agent.json

# Migrations come first, and may take a while.
for _ in $(seq 180); do
  answer=$(curl -s -o /dev/null -m 5 -w '%{http_code}' "http://127.0.0.1:$port$health_path") || true
  if [ "$answer" = "$health_status" ]; then
    step "the application answers"
    exit
  fi
  restarts=$(systemctl show --property=NRestarts --value bogosa-app.service)
  [ "$restarts" -lt 3 ] || break
  sleep 5
done
step "the application does not answer $health_path with $health_status (but $answer, after $restarts restarts)"
exit 1
