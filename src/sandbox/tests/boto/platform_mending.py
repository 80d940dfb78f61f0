# A process that dies is an instance that is lost: the group replaces it.
start(environment={"VERSION": "1"})
forward()
up = until("healthy instances", lambda: len(instances()) == 2 and instances())
lost = sorted(up)[0]
with Load() as load:
    os.kill(up[lost]["pid"], signal.SIGKILL)
    at = time.time()
    until("a replacement", lambda: len(instances()) == 2 and lost not in instances())
assert load.count > 0 and all(failure[0] < at + check["HealthCheckIntervalSeconds"] for failure in load.failures), load.failures[-1]
until("its end in the group", lambda: members() == set(instances()))

# Neither does one that somebody marks as unhealthy stay.
marked = sorted(instances())[0]
mark(marked)
until("a replacement", lambda: len(instances()) == 2 and marked not in instances())

# A reset ends them all.
pids = [one["pid"] for one in application()["instances"]]
own("POST", "reset")
until("the processes' end", lambda: not any(lives(pid) for pid in pids))
until("nothing", lambda: own("GET", "applications") == [])
