#!/usr/bin/env python3
"""The application of tests: answers every request with what it was started with. `migrate` is remembered in a file."""

import http.server
import json
import os
import sys

if sys.argv[1:] == ["migrate"]:
    with open("migrated", "a") as file:
        file.write("migrated\n")
    sys.exit()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        answer = {"environment": dict(os.environ), "arguments": sys.argv[1:], "path": self.path}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("", int(os.environ["PORT"])), Handler).serve_forever()
