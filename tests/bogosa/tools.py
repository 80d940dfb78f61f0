#!/usr/bin/env python3
"""Plays AWS's and Amazon Linux's tools on an instance that is a folder. Writes each call down."""

import json
import os
import sys
import urllib.parse
import urllib.request

root, endpoint = os.environ["BOGOSA_ROOT"], os.environ["ENDPOINT"]
name, words = os.path.basename(sys.argv[0]), sys.argv[1:]
with open(f"{root}/calls", "a") as calls:
    calls.write(" ".join([name, *words]) + "\n")

if name == "aws" and words[:2] == ["s3", "cp"]:
    source, target = words[-2:]
    key = source.removeprefix("s3://")
    scope = "test/20260101/us-east-1/s3/aws4_request"
    signed = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
    request = urllib.request.Request(f"{endpoint}/{key}", headers={"Authorization": signed})
    with urllib.request.urlopen(request) as answer, open(target, "wb") as file:
        file.write(answer.read())
elif name == "aws" and words[:2] == ["secretsmanager", "get-secret-value"]:
    region = words[words.index("--region") + 1]
    scope = f"test/20260101/{region}/secretsmanager/aws4_request"
    headers = {
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0",
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": "secretsmanager.GetSecretValue",
    }
    body = json.dumps({"SecretId": words[words.index("--secret-id") + 1]}).encode()
    with urllib.request.urlopen(urllib.request.Request(endpoint, body, headers)) as answer:
        print(json.load(answer)["SecretString"])
elif name == "curl":
    print("503" if os.path.exists(f"{root}/unhealthy") else "200", end="")
elif name == "systemctl" and words[0] == "show":
    with open(f"{root}/calls") as calls:
        print(sum(line.startswith("curl") for line in calls))
