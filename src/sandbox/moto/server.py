# Serves moto on a free port of 127.0.0.1 and says which on standard output; ends when standard input closes.
# One request at a time: moto's backends are plain dictionaries without locks, and Python runs one thread at a time
# anyway. A request's body is read before its turn comes, so that a slow upload holds nobody up.
import io
import json
import logging
import os
import sys
import threading
import traceback

from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"  # AWS's own policies can be attached to roles
logging.getLogger("werkzeug").setLevel(logging.ERROR)


TURN = threading.RLock()


class Handler(MotoRequestHandler):
    disable_nagle_algorithm = True  # else each answer waits 40 ms for a delayed acknowledgement


class Bridge:
    """moto's application, with our own paths beside it."""

    def __init__(self):
        self.moto = DomainDispatcherApplication(create_patched_app)

    def __call__(self, environ, start_response):
        path = environ.get("PATH_INFO", "")
        source = environ["wsgi.input"]
        if environ.get("wsgi.input_terminated"):
            body = source.read()
        else:
            body = source.read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        with TURN:
            AGENDA.catch_up()
            if path == "/_bridge/resources":
                return self.answer(start_response, inventory())
            if path == "/_bridge/platform":
                return self.answer(start_response, exchange(json.loads(body)))
            if path == "/_bridge/function":
                return self.answer(start_response, function_view(**json.loads(body)))
            if path == "/_bridge/distribution":
                return self.answer(start_response, distribution_view(**json.loads(body)))
            if path == "/_bridge/reset":
                reset()
                return self.answer(start_response, {})
            if path == "/_bridge/behaviour":
                behave(json.loads(body))
                return self.answer(start_response, {})
            if path == "/_bridge/clock":
                CLOCK.forward(json.loads(body)["forward"])
                return self.answer(start_response, {})
            if path == "/_bridge/outcomes":
                wanted = json.loads(body)
                OUTCOMES.setdefault(wanted["kind"], []).append(wanted)
                return self.answer(start_response, {})
            try:
                operation = cbor_operation(path)
                if operation is not None:
                    return answer_cbor(self.moto, operation, environ, body, start_response)
                return [b"".join(self.moto(environ, telling(start_response)))]
            except NotImplementedError as gap:
                return self.answer(start_response, {"gap": str(gap)}, "501 Not Implemented")
            except Exception as error:  # moto's own fault; its words go to the log, and the client is told so
                traceback.print_exc()
                return self.answer(start_response, {"fault": repr(error)}, "501 Not Implemented")

    def answer(self, start_response, value, status="200 OK"):
        body = json.dumps(value).encode()
        start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]


def telling(start_response):
    """Says in the answer's head that events wait for functions."""

    def start(status, headers, *rest):
        return start_response(status, [*headers, (WAITING_HEADER, "1")] if INVOCATIONS else headers, *rest)

    return start


def create_patched_app(name):
    apply(name)
    app = create_backend_app(name)
    app.config["PROPAGATE_EXCEPTIONS"] = True
    return app


def reset():
    AGENDA.clear()
    OUTCOMES.clear()
    forget_platform()
    BackendDict.reset()
    reset_model_data()


def end_with_parent():
    sys.stdin.buffer.read()
    os._exit(0)


server = make_server("127.0.0.1", 0, Bridge(), threaded=True, request_handler=Handler)
threading.Thread(target=end_with_parent, daemon=True).start()
print(server.server_port, flush=True)
server.serve_forever()
