# Instances become processes behind a local load balancer, and end with their group.
environment = {"VERSION": "1", "QUOTE": "it's", "SHOP_MODE": "production"}
secret = aws("secretsmanager").create_secret(Name="key", SecretString="s3cret")["ARN"]
start(secret_key_arn=secret, migrate=["migrate"], database={"host": "db", "port": 3306, "name": "shop", "secret_arn": "arn"}, environment=environment)

# No listener forwards to them yet.
until("running instances", lambda: len(instances("unused")) == 2)
until("unused targets", lambda: {one.get("Reason") for one in health().values()} == {"Target.NotInUse"})
assert get()[0] == 503
listener = forward()
up = until("healthy instances", lambda: len(instances()) == 2 and instances())
until("the same health at AWS", lambda: {one["State"] for one in health().values()} == {"healthy"} and set(health()) == set(up))
assert {one["zone"] for one in up.values()} == {"us-east-1a", "us-east-1b"} and application()["load_balancer_arn"] == BALANCER, application()
assert {one["release"] for one in up.values()} == {ARTIFACT["sha256"]} and all(lives(one["pid"]) for one in up.values()), up

# They take turns, and know what they have to know.
assert {who()["instance"] for _ in range(4)} == set(up)
told = who()
url, found = application()["url"], told["environment"]
assert found["QUOTE"] == "it's" and found["AWS_ENDPOINT_URL"] == ENDPOINT and found["AWS_REGION"] == "us-east-1", found
assert (found["SHOP_MODE"], found["SHOP_PUBLIC_URL"], found["SHOP_LISTEN"]) == ("development", url, "127.0.0.1:" + found["PORT"]), found
assert found["SECRET_KEY"] == "s3cret", found
assert found["DATABASE_URL"] == found["SHOP_DATABASE_URL"] and found["DATABASE_URL"].startswith("sqlite://"), found
with open(found["DATABASE_URL"].removeprefix("sqlite://").split("?")[0] + ".migrations") as file:
    assert file.read() == "1\n", "migrated once"

# What a load balancer adds.
said = json.loads(get(headers={"X-Forwarded-For": "192.0.2.1", "Host": "shop.example"})[2])["headers"]
expected = {"X-Forwarded-For": "192.0.2.1, 127.0.0.1", "X-Forwarded-Proto": "http", "X-Forwarded-Port": str(PORT[0]), "Host": "shop.example"}
within(expected, {"-".join(word.capitalize() for word in name.split("-")): value for name, value in said.items()})
assert json.loads(get("/upload", method="POST", body=b"x" * 3_000_000)[2]) == {"length": 3_000_000}
assert get("/lost")[0] == 502

# A bucket's CORS rules speak of the public address; the local one stands for it.
s3.create_bucket(Bucket="media")
rule = {"AllowedOrigins": ["https://shop.example"], "AllowedMethods": ["PUT"], "AllowedHeaders": ["*"]}
s3.put_bucket_cors(Bucket="media", CORSConfiguration={"CORSRules": [rule]})
for origin, status in [(url, 200), ("http://127.0.0.1:1", 403)]:
    connection = http.client.HTTPConnection(ENDPOINT.removeprefix("http://"), timeout=30)
    connection.request("OPTIONS", "/media/film.mp4", headers={"Origin": origin, "Access-Control-Request-Method": "PUT"})
    answer = connection.getresponse()
    assert answer.status == status, (origin, answer.status, answer.read())
    assert status != 200 or answer.headers.get_all("Access-Control-Allow-Origin") == [url], answer.headers
    answer.read()

# An answer comes as it is made; a WebSocket passes.
connection = http.client.HTTPConnection("127.0.0.1", PORT[0], timeout=30)
connection.request("GET", "/slow/20")
answer, began = connection.getresponse(), time.monotonic()
assert answer.read(1) == b"."
first = time.monotonic()
assert len(answer.read()) == 19
assert first - began < time.monotonic() - first, "the first byte waits for the last"
tunnel = socket.create_connection(("127.0.0.1", PORT[0]), timeout=30)
tunnel.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
head = b""
while b"\r\n\r\n" not in head:
    head += tunnel.recv(1)
assert b" 101 " in head and b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in head, head
for text in [b"one", b"two"]:
    tunnel.sendall(text)
    assert tunnel.recv(10) == text
tunnel.close()

# A viewer stays with one of them where the target group says so.
assert get()[1]["Set-Cookie"] is None
sticky = [{"Key": "stickiness.enabled", "Value": "true"}, {"Key": "stickiness.type", "Value": "lb_cookie"}]
elb.modify_target_group_attributes(TargetGroupArn=TARGETS, Attributes=sticky)
cookie = until("a cookie", lambda: get()[1]["Set-Cookie"])
assert cookie.startswith("AWSALB="), cookie
assert len({json.loads(get(headers={"Cookie": "a=b; " + cookie.split(";")[0]})[2])["instance"] for _ in range(6)}) == 1
assert len({who()["instance"] for _ in range(6)}) == 2

# Their logs are where the release says.
streams = until("logs", lambda: logs.describe_log_streams(logGroupName="app")["logStreams"])
assert {one["logStreamName"] for one in streams} == set(up), streams
lines = until("lines", lambda: logs.get_log_events(logGroupName="app", logStreamName=streams[0]["logStreamName"])["events"])
assert lines[0]["message"] == "version 1 starts", lines

# One that leaves ends its requests first.
asg.set_desired_capacity(AutoScalingGroupName="g", DesiredCapacity=3)
until("three", lambda: len(instances()) == 3)
leaving = http.client.HTTPConnection("127.0.0.1", PORT[0], timeout=30)
leaving.request("GET", "/slow/60")
answer = leaving.getresponse()
up = instances()
for name in up:
    asg.terminate_instance_in_auto_scaling_group(InstanceId=name, ShouldDecrementDesiredCapacity=False)
assert {one["LifecycleState"] for one in group()["Instances"] if one["InstanceId"] in up} == {"Terminating"}, group()
until("one that drains", lambda: "draining" in {one["State"] for one in health().values()})
assert len(answer.read()) == 60
until("the old ones' end", lambda: not set(up) & members())
assert not any(lives(one["pid"]) for one in up.values())
until("three again", lambda: len(instances()) == 3)

# A whole zone fails: those of the others serve on.
zone = "us-east-1a"
there = {one["id"] for one in application()["instances"] if one["zone"] == zone}
gone = tell("POST", "outage?zone=" + zone)["instances"]
assert gone and set(gone) <= there, (gone, there)
assert all(who()["instance"] not in gone for _ in range(5))
until("three again", lambda: len(instances()) == 3 and not set(gone) & set(instances()))

# All ends with the group.
left = [one["pid"] for one in application()["instances"]]
asg.delete_auto_scaling_group(AutoScalingGroupName="g", ForceDelete=True)
until("the group's end", lambda: not asg.describe_auto_scaling_groups()["AutoScalingGroups"])
assert not any(lives(pid) for pid in left)
