"""Kill the control room, again and again, at random moments under load, and count what was lost.

    python -m benchmarks.chaos --kills 200

Each round starts `muster serve` on a free port, lets several clients report, triage, dispatch and release at once, and kills
the process with SIGKILL after a random delay; some rounds are killed while still starting. The next round starts it again on
the same log. What counts as kept is read from the log file by `benchmarks.recount`, which imports nothing of the product:

    every fact that was acknowledged is in the log, where the acknowledgement said, and says the same
    a request whose answer was lost, sent again under its key, has its effect once
    no resource serves more assignments at once than it can
    every entry's hash follows from the entry before it
    `muster audit` finds nothing

A kill leaves the operating system alive, so this says nothing about a power cut; that rests on synchronous=FULL.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.recount import recount

CLIENTS = 4
SHORTEST_LOAD_S, LONGEST_LOAD_S = 0.05, 0.9
KILLED_WHILE_STARTING = 0.15
"""The share of kills that come while the room is still reading its log, or has not even made it."""
LONGEST_START_S = 1.2
START_LIMIT_S = 30.0
REQUEST_LIMIT_S = 10.0

CENTRE = """\
centre: chaos
kinds:
  engine: {skills: [fire], turnout_s: 60}
  ambulance: {skills: [transport], turnout_s: 60}
  clerk: {skills: [answering], capacity: 2}
stations:
  north: {latitude: 37.80, longitude: -122.42}
  south: {latitude: 37.72, longitude: -122.42}
resources:
  E1: {kind: engine, base: north}
  E2: {kind: engine, base: south}
  A1: {kind: ambulance, base: north}
  A2: {kind: ambulance, base: south}
  A3: {kind: ambulance, base: south}
  C1: {kind: clerk}
  C2: {kind: clerk}
travel: {kind: straight_line, speed_mps: 12}
"""
PROCEDURE = """\
procedure: chaos
revision: 1
queues: {emergency: {skill: answering}}
priorities: {red: {rank: 1, urgency: {weight: 4}}, green: {rank: 2}}
triage:
  start: nature
  questions:
    nature:
      text: What has happened?
      about: nature
      answers: {fire: {code: fire}, illness: {code: illness}, fall: {code: fall}}
determinants:
  fire: {priority: red, plan: both}
  illness: {priority: red, plan: ambulance}
  fall: {priority: green, plan: ambulance}
plans:
  both: {send: [{skill: fire}, {skill: transport}]}
  ambulance: {send: [{skill: transport}]}
dispatch:
  automatic: [red]
escalation:
  waiting: {unfilled_for_s: 1, priorities: [green], raises_to: red}
checks: {assessed first: {record: assessed, before: assigned}}
"""
CAPACITIES = {"E1": 1, "E2": 1, "A1": 1, "A2": 1, "A3": 1, "C1": 2, "C2": 2}


@dataclass
class Tally:
    """What the clients were told, and what went wrong."""

    acknowledged: dict[int, dict[str, Any]] = field(default_factory=dict)
    reported: set[str] = field(default_factory=set)
    requests: int = 0
    refused: int = 0
    retried: int = 0
    faults: list[str] = field(default_factory=list)
    in_doubt: list[tuple[str, Any, str]] = field(default_factory=list)
    recoveries_s: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def acknowledge(self, answer: dict[str, Any]) -> None:
        """Remember what a server said it had recorded."""
        with self.lock:
            self.requests += 1
            for fact in answer["facts"]:
                known = self.acknowledged.setdefault(fact["sequence"], fact)
                if known != fact:
                    self.faults.append(f"sequence {fact['sequence']} was acknowledged twice, differently")


class Gone(Exception):
    """The server does not answer any more."""


class Client:
    """One client of one server: keeps a connection, and a key for each request."""

    def __init__(self, port: int, tally: Tally, chance: random.Random) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=REQUEST_LIMIT_S)
        self._tally = tally
        self._chance = chance

    def work(self) -> None:
        """Go through one call after another until the server is gone."""
        with contextlib.suppress(Gone):
            while True:
                self._call()
        self.close()

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    def post(self, path: str, body: Any = None, key: str | None = None) -> dict[str, Any] | None:
        """Ask for something to be recorded; None: it was refused."""
        key = key or f"{self._chance.getrandbits(128):032x}"
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        answer = self._exchange("POST", path, json.dumps(body or {}), headers, (path, body, key))
        if answer is None:
            with self._tally.lock:
                self._tally.refused += 1
            return None
        self._tally.acknowledge(answer)
        if path == "/v1/contacts":
            with self._tally.lock:
                self._tally.reported.add(key)
        return answer

    def get(self, path: str) -> dict[str, Any]:
        """Read something that is there."""
        found = self._exchange("GET", path, None, {}, None)
        return {} if found is None else found

    def _exchange(
        self, method: str, path: str, body: str | None, headers: dict[str, str], at_stake: tuple[str, Any, str] | None
    ) -> dict[str, Any] | None:
        try:
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as error:
            if at_stake is not None:
                with self._tally.lock:
                    self._tally.in_doubt.append(at_stake)
            raise Gone from error
        if answer.status >= 500:
            with self._tally.lock:
                self._tally.faults.append(f"{method} {path} was answered with {answer.status}: {text[:300]!r}")
        return json.loads(text) if answer.status < 400 else None

    def _call(self) -> None:
        received = self.post("/v1/contacts", {"queue": "emergency", "place": self._place()})
        if received is None:
            return
        contact = received["id"]
        if self._chance.random() < 0.1 or self.post(f"/v1/contacts/{contact}/answer") is None:
            self.post(f"/v1/contacts/{contact}/abandon")
            return
        opened = self.post(f"/v1/contacts/{contact}/incident")
        if opened is not None:
            nature = self._chance.choice(["fire", "illness", "fall"])
            self.post(f"/v1/incidents/{opened['id']}/answers", {"question": "nature", "answer": nature})
        self.post(f"/v1/contacts/{contact}/end")
        for proposal in self.get("/v1/proposals").get("proposals", ())[:2]:
            self.post(f"/v1/proposals/{proposal['id']}/accept")
        self._drive()

    def _drive(self) -> None:
        """Move some of the crews that are out, and close what nobody serves any more."""
        board = self.get("/v1/board")
        out = [each for each in board.get("resources", ()) if each["serving"] and each["kind"] != "clerk"]
        self._chance.shuffle(out)
        for resource in out[:3]:
            for step in ("depart", "arrive", "release"):
                if self._chance.random() < 0.8:
                    self.post(f"/v1/resources/{resource['id']}/{step}", {"need": resource["serving"][0]["need"]})
        for incident in board.get("incidents", ())[:3]:
            if self._chance.random() < 0.5:
                self.post(f"/v1/incidents/{incident['id']}/close")

    def _place(self) -> dict[str, float]:
        return {"latitude": self._chance.uniform(37.72, 37.80), "longitude": self._chance.uniform(-122.48, -122.40)}


class Server:
    """One run of `muster serve`, from start to kill."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        began = time.perf_counter()
        command = [MUSTER, "serve", "--port", "0", "--sign-on-all", "--database", str(folder / "log.sqlite")]
        command += ["--centre", str(folder / "centre.yaml"), "--procedure", str(folder / "procedure.yaml")]
        self._errors = (folder / "errors.txt").open("a", encoding="utf-8")
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=self._errors, text=True, cwd=folder, env=environment
        )
        self._began = began

    def answers(self) -> float:
        """Wait until it answers; return the seconds since it was started."""
        self.port = self._port()
        self._wait()
        return time.perf_counter() - self._began

    def kill(self) -> None:
        """End it without warning."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        assert self._process.stdout is not None, "it was opened as a pipe"
        self._process.stdout.close()
        self._errors.close()

    def _port(self) -> int:
        assert self._process.stdout is not None, "it was opened as a pipe"
        for line in self._process.stdout:
            if "http://127.0.0.1:" in line:
                return int(line.split("http://127.0.0.1:")[1].split("/")[0])
        self._process.wait()
        raise RuntimeError(
            "muster serve did not start: " + (self._folder / "errors.txt").read_text(encoding="utf-8")[-2000:]
        )

    def _wait(self) -> None:
        limit = time.perf_counter() + START_LIMIT_S
        while time.perf_counter() < limit:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/v1/health", timeout=1):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.01)
        raise RuntimeError("muster serve does not answer")


MUSTER = str(Path(sys.executable).with_name("muster"))


def run(kills: int, seed: int, folder: Path) -> Tally:
    """Kill so many times; return the tally, with every fault found on the way and at the end."""
    (folder / "centre.yaml").write_text(CENTRE, encoding="utf-8")
    (folder / "procedure.yaml").write_text(PROCEDURE, encoding="utf-8")
    chance = random.Random(seed)
    tally = Tally()
    for _ in range(kills):
        server = Server(folder)
        if chance.random() < KILLED_WHILE_STARTING:
            time.sleep(chance.uniform(0, LONGEST_START_S))
            server.kill()
            continue
        tally.recoveries_s.append(server.answers())
        settle(server.port, tally)
        clients = [Client(server.port, tally, random.Random(chance.getrandbits(64))) for _ in range(CLIENTS)]
        threads = [threading.Thread(target=client.work) for client in clients]
        for thread in threads:
            thread.start()
        time.sleep(chance.uniform(SHORTEST_LOAD_S, LONGEST_LOAD_S))
        server.kill()
        for thread in threads:
            thread.join()
    server = Server(folder)
    tally.recoveries_s.append(server.answers())
    settle(server.port, tally)
    server.kill()
    tally.faults += recount(folder / "log.sqlite", tally.acknowledged, len(tally.reported), CAPACITIES)
    tally.faults += audited(folder)
    return tally


def settle(port: int, tally: Tally) -> None:
    """Send what was in doubt again, twice: both answers must be the same."""
    in_doubt, tally.in_doubt = tally.in_doubt, []
    client = Client(port, tally, random.Random(0))
    for path, body, key in in_doubt:
        tally.retried += 1
        first, second = client.post(path, body, key), client.post(path, body, key)
        if first != second and first is not None:
            tally.faults.append(f"{path} under one key was answered {first} and then {second}")
    client.close()


def audited(folder: Path) -> list[str]:
    """Let the product audit its own log."""
    done = subprocess.run(
        [MUSTER, "audit", "--database", str(folder / "log.sqlite")],
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
    )
    return [] if done.returncode == 0 else [f"the audit found: {done.stdout[-2000:]} {done.stderr[-2000:]}"]


def report(tally: Tally, kills: int) -> str:
    """Say what was counted."""
    recoveries = sorted(tally.recoveries_s)
    p99 = recoveries[min(len(recoveries) - 1, round(0.99 * len(recoveries)))]
    lines = [
        f"{kills} kills under load from {CLIENTS} clients",
        f"{len(tally.acknowledged)} facts acknowledged in {tally.requests} requests ({tally.refused} refused, as they should be)",
        f"{tally.retried} requests in doubt were sent again",
        f"from start to first answer: median {statistics.median(recoveries):.2f} s, 99th percentile {p99:.2f} s",
        f"{len(tally.faults)} faults: lost, altered, double-booked, chain, audit",
        *tally.faults[:20],
    ]
    return "\n".join(lines)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="keep the log here instead of in a temporary folder")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        tally = run(arguments.kills, arguments.seed, folder)
    print(report(tally, arguments.kills))
    sys.exit(1 if tally.faults else 0)


if __name__ == "__main__":
    main()
