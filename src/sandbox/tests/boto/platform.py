# What the scripts of the local platform begin with: an application of a few lines, and the group and load balancer it runs behind.
import base64
import hashlib
import http.client
import io
import signal
import socket
import tarfile
import threading

SERVER = r'''#!/usr/bin/env python3
"""Answers /healthz, tells who it is, says what it was sent, speaks a WebSocket's beginning, and is slow when asked to."""
import base64, hashlib, http.server, json, os, socket, sys, time

if sys.argv[1:] == ["migrate"]:
    with open(os.environ["DATABASE_URL"].removeprefix("sqlite://").split("?")[0] + ".migrations", "a") as file:
        file.write(os.environ["VERSION"] + "\n")
    sys.exit(0)
if "DATABASE_URL" in os.environ:
    # Fills its database, and bears no other that does the same.
    seeds = os.environ["DATABASE_URL"].removeprefix("sqlite://").split("?")[0] + ".seed"
    if os.path.exists(seeds) and not open(seeds).read():
        sys.exit("two at once")
    if not os.path.exists(seeds):
        with open(seeds, "w") as file:
            time.sleep(1)
            file.write("done")
if os.environ.get("BROKEN") == "exit":
    sys.exit("I cannot start")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body):
        body = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path == "/healthz":
            return self.answer(500 if os.environ.get("BROKEN") == "health" else 200, "ok")
        if self.headers.get("Upgrade") == "websocket":
            return self.echo()
        if self.path.startswith("/slow/"):
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for _ in range(int(self.path.removeprefix("/slow/"))):
                self.wfile.write(b"1\r\n.\r\n")
                self.wfile.flush()
                time.sleep(0.1)
            self.wfile.write(b"0\r\n\r\n")
            return
        if self.path == "/lost":
            self.close_connection = True
            return self.connection.shutdown(socket.SHUT_RDWR)
        self.answer(200, {"instance": os.environ["INSTANCE_ID"], "version": os.environ.get("VERSION"), "headers": dict(self.headers), "environment": dict(os.environ)})

    def do_POST(self):
        self.answer(200, {"length": len(self.rfile.read(int(self.headers["Content-Length"])))})

    def echo(self):
        key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", base64.b64encode(hashlib.sha1(key.encode()).digest()).decode())
        self.end_headers()
        while data := self.connection.recv(1000):
            self.connection.sendall(data)
        self.close_connection = True

    def log_message(self, *_):
        pass


print("version", os.environ.get("VERSION"), "starts", flush=True)
server = http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler)
server.daemon_threads = True
server.serve_forever()
'''

ec2, elb, asg, s3, logs = aws("ec2"), aws("elbv2"), aws("autoscaling"), aws("s3"), aws("logs")


def artifact():
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        file = tarfile.TarInfo("serve.py")
        file.size, file.mode = len(SERVER), 0o755
        tar.addfile(file, io.BytesIO(SERVER.encode()))
    body = packed.getvalue()
    digest = hashlib.sha256(body).hexdigest()
    key = f"artifacts/{digest}.tar.gz"
    s3.put_object(Bucket="home", Key=key, Body=body)
    return {"bucket": "home", "key": key, "sha256": digest}


def user_data(**more):
    release = {"artifact": ARTIFACT, "command": "serve.py", "arguments": [], "migrate": None, "port": 80, "environment": {}, "database": None, "log_group": "app", "public_url": "https://shop.example"}
    text = json.dumps({**release, **more}).replace("'", r"'\''")
    return base64.b64encode(f"#!/bin/bash\nset -eu\nrelease='{text}'\necho later\n".encode()).decode()


def version(**more):
    """A new version of the launch template with that release."""
    data = {"ImageId": IMAGE, "InstanceType": "t3.micro", "UserData": user_data(**more)}
    return str(ec2.create_launch_template_version(LaunchTemplateName="template", LaunchTemplateData=data)["LaunchTemplateVersion"]["VersionNumber"])


def until(what, test, seconds=90):
    """Waits for a state; what it is then."""
    patience = time.monotonic() + seconds
    while True:
        found = test()
        if found:
            return found
        assert time.monotonic() < patience, (what, own("GET", "applications"), health(), asg.describe_auto_scaling_groups()["AutoScalingGroups"])
        time.sleep(0.05)


def application():
    found = own("GET", "applications")
    return found[0] if found else {"instances": []}


def instances(state="healthy"):
    return {one["id"]: one for one in application()["instances"] if one["state"] == state}


def health():
    found = elb.describe_target_health(TargetGroupArn=TARGETS)["TargetHealthDescriptions"]
    return {one["Target"]["Id"]: one["TargetHealth"] for one in found}


def get(path="/", headers={}, method="GET", body=None):
    connection = http.client.HTTPConnection("127.0.0.1", PORT[0], timeout=30)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def who():
    status, _, body = get()
    assert status == 200, (status, body)
    return json.loads(body)


def group():
    return asg.describe_auto_scaling_groups(AutoScalingGroupNames=["g"])["AutoScalingGroups"][0]


def mark(name):
    """Marks an instance as unhealthy, unless its group has replaced it already."""
    try:
        asg.set_instance_health(InstanceId=name, HealthStatus="Unhealthy")
    except ClientError as error:
        assert "No managed instance found" in str(error), error


def members():
    """The instances of the group, those that are leaving too."""
    return {one["InstanceId"] for one in group()["Instances"]}


def lives(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return ") Z " not in file.read()
    except (FileNotFoundError, ProcessLookupError):
        return False


class Load(threading.Thread):
    """Asks all the time; keeps what was no success."""

    def __init__(self):
        super().__init__(daemon=True)
        self.over, self.failures, self.count = False, [], 0

    def run(self):
        while not self.over:
            try:
                status, _, body = get()
                if status != 200:
                    self.failures.append((time.time(), status, application()))
            except OSError as error:
                self.failures.append((time.time(), repr(error), application()))
            self.count += 1
            time.sleep(0.02)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over = True
        self.join()


PORT = []
s3.create_bucket(Bucket="home")
logs.create_log_group(logGroupName="app")
ARTIFACT = artifact()
VPC, SUBNETS = network(ec2)
IMAGE = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
check = {"HealthCheckPath": "/healthz", "HealthCheckIntervalSeconds": 5, "HealthCheckTimeoutSeconds": 4, "HealthyThresholdCount": 2, "UnhealthyThresholdCount": 3}
TARGETS = elb.create_target_group(Name="tg", Protocol="HTTP", Port=80, VpcId=VPC, **check)["TargetGroups"][0]["TargetGroupArn"]
BALANCER = elb.create_load_balancer(Name="lb", Subnets=SUBNETS)["LoadBalancers"][0]["LoadBalancerArn"]


def forward():
    return elb.create_listener(LoadBalancerArn=BALANCER, Protocol="HTTP", Port=80, DefaultActions=[{"Type": "forward", "TargetGroupArn": TARGETS}])["Listeners"][0]["ListenerArn"]


def start(grace=10, **release):
    """A group of two instances with that release."""
    data = {"ImageId": IMAGE, "InstanceType": "t3.micro", "UserData": user_data(**release)}
    ec2.create_launch_template(LaunchTemplateName="template", LaunchTemplateData=data)
    asg.create_auto_scaling_group(AutoScalingGroupName="g", MinSize=2, MaxSize=4, DesiredCapacity=2, VPCZoneIdentifier=",".join(SUBNETS), LaunchTemplate={"LaunchTemplateName": "template", "Version": "1"}, TargetGroupARNs=[TARGETS], HealthCheckType="ELB", HealthCheckGracePeriod=grace)
    PORT.append(int(until("a load balancer", lambda: application().get("url")).rsplit(":", 1)[1]))
