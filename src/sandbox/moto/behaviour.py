# How hard life is made: which rules hold, and how long things take. The front sends it (`/_bridge/behaviour`).
import hashlib
import heapq
import itertools
import time
import traceback

BEHAVIOUR = {"seed": 0, "rules": True, "time_scale": 0.0, "consistency": 0.0, "durations": {}}


def behave(given):
    """What is under way goes on at the new pace."""
    before = BEHAVIOUR["time_scale"]
    BEHAVIOUR.update(given)
    if before > 0:
        AGENDA.rescale(BEHAVIOUR["time_scale"] / before)


def rule(owner, name=None):
    """`around`, for what AWS refuses: passed by where the rules are off."""

    def replace(function):
        @around(owner, name or function.__name__)
        def strict(old, *args, **kwargs):
            return function(old, *args, **kwargs) if BEHAVIOUR["rules"] else old(*args, **kwargs)

        return function

    return replace


class Clock:
    """This machine's, put forward whenever somebody asks for it."""

    def __init__(self):
        self.ahead = 0.0

    def now(self):
        return time.monotonic() + self.ahead

    def forward(self, seconds):
        self.ahead += seconds


CLOCK = Clock()


class Agenda:
    """What is to happen later. It happens before the first request after its time, so that no thread is needed."""

    def __init__(self):
        self.count, self.entries = itertools.count(), []

    def put(self, seconds, function):
        heapq.heappush(self.entries, (CLOCK.now() + seconds, next(self.count), function))

    def catch_up(self):
        while self.entries and self.entries[0][0] <= CLOCK.now():
            try:
                heapq.heappop(self.entries)[2]()
            except Exception:  # it concerns what was asked for long ago, not whoever asks now
                traceback.print_exc()

    def rescale(self, factor):
        """From now on time passes by so much slower. The order stays."""
        now = CLOCK.now()
        self.entries = [(now + (due - now) * factor, number, function) for due, number, function in self.entries]

    def clear(self):
        self.entries.clear()


AGENDA = Agenda()


def after(kind, operation, function, part=1.0):
    """Does it when an operation on a resource of that kind (a row of config/aws-timing.yaml) typically ends, or a part of
    it has passed; at once where the scale is 0. The function must bear that what it concerns is gone by then."""
    seconds = BEHAVIOUR["durations"].get(kind, {}).get(operation, 0) * BEHAVIOUR["time_scale"] * part
    if seconds > 0:
        AGENDA.put(seconds, function)
    else:
        function()


def become(thing, state, *states, attribute="state"):
    """A step of a resource's life, for `after`: taken only from one of the states that come before it."""

    def step():
        if getattr(thing, attribute) in states:
            setattr(thing, attribute, state)

    return step


def lag(operation, name):
    """How many seconds what an operation did stays unseen: the same for the same seed and name."""
    digest = hashlib.sha256(f"{BEHAVIOUR['seed']}|{operation}|{name}".encode()).digest()
    return BEHAVIOUR["consistency"] * int.from_bytes(digest[:8], "big") / 2**64


# By kind, how the next creations end instead of well: dictionaries with `state`, `code` and `message`. Filled by
# `POST /_sandbox/outcomes`.
OUTCOMES = {}


def outcome(kind):
    """How this creation is to fail; None where it is to succeed. Each is used once."""
    waiting = OUTCOMES.get(kind)
    return waiting.pop(0) if waiting else None
