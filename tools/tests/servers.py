# SPDX-License-Identifier: GPL-2.0 OR MIT
"""
What tests of metrics share: Debian's node_exporter and Prometheus on the
loopback device, what they answer, and results as KTAP.  Programs are found on
the PATH.
"""

import contextlib
import json
import os
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request

EXPORTER = "127.0.0.1:9100"
PROMETHEUS = "127.0.0.1:9090"
FILE = "textfile/twinspect.prom"


def run(*command, **options):
    result = subprocess.run(command, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, check=False, **options)
    assert result.returncode == 0, result.stdout.decode()


def fetch(address, path, **query):
    url = f"http://{address}{path}?{urllib.parse.urlencode(query)}"
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read().decode()


# Until it returns something: that, or the last reason why not.
def wait(what, seconds=20):
    end = time.monotonic() + seconds
    while True:
        try:
            found = what()
            if found:
                return found
            reason = f"{what.__name__}: {found!r}"
        except OSError as error:
            reason = f"{what.__name__}: {error}"
        assert time.monotonic() < end, f"not within {seconds} s: {reason}"
        time.sleep(0.2)


def key(name, labels):
    return name, frozenset(
        (label, float(value) if label == "le" else value)
        for label, value in labels.items()
        if label not in ("__name__", "instance", "job"))


def query(expression):
    answer = json.loads(fetch(PROMETHEUS, "/api/v1/query", query=expression))
    return {key(found["metric"].get("__name__", ""), found["metric"]):
            float(found["value"][1]) for found in answer["data"]["result"]}


# The alerts of twinspect by name: pending or firing.
def alerts():
    answer = json.loads(fetch(PROMETHEUS, "/api/v1/alerts"))
    return {alert["labels"]["alertname"]: alert["state"]
            for alert in answer["data"]["alerts"]}


def start(log, *command):
    with open(log, "wb") as out:
        # pylint: disable=consider-using-with
        return subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)


def start_servers(rules):
    with open("prometheus.yml", "w", encoding="ascii") as file:
        file.write(f"""
global:
  scrape_interval: 1s
  evaluation_interval: 1s
rule_files: ["{rules}"]
scrape_configs:
  - job_name: node
    static_configs: [targets: ["{EXPORTER}"]]
""")
    return [
        start("exporter.log", "prometheus-node-exporter",
              "--collector.disable-defaults", "--collector.textfile",
              "--collector.textfile.directory", "textfile",
              "--web.listen-address", EXPORTER),
        start("prometheus.log", "prometheus",
              "--config.file", "prometheus.yml",
              "--storage.tsdb.path", "data",
              "--web.listen-address", PROMETHEUS),
    ]


# In a directory of their own; what is written to FILE in it is scraped.
@contextlib.contextmanager
def running(rules):
    def exporter_answers():
        return fetch(EXPORTER, "/metrics")

    def prometheus_answers():
        return fetch(PROMETHEUS, "/-/ready")

    before = os.getcwd()
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        os.mkdir(os.path.dirname(FILE))
        servers = start_servers(rules)
        try:
            wait(exporter_answers, 60)
            wait(prometheus_answers, 60)
            yield
        finally:
            for server in servers:
                server.kill()
                server.wait()
            os.chdir(before)


# Their number that failed.
def run_tests(tests):
    failed = 0
    print("KTAP version 1")
    print(f"1..{len(tests)}", flush=True)
    for number, test in enumerate(tests, 1):
        result = "ok"
        try:
            test()
        except Exception as error:  # pylint: disable=broad-except
            result = "not ok"
            failed += 1
            for line in f"{type(error).__name__}: {error}".splitlines()[:20]:
                print(f"# {line:.200}")
        print(f"{result} {number} - {test.__name__}", flush=True)
    return failed
