# SPDX-License-Identifier: GPL-2.0
"""
What tests in Python share: processes, network namespaces, sockets, and results
as the kernel's runner wants them.  The sister of twlib.h, for programs that run
other programs and read JSON.
"""

import contextlib
import ctypes
import errno
import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
import traceback

FILES = "/sys/kernel/debug/twinspect/"
SERVER, PORT = "10.70.0.1", 5000

CLONE_NEWNET = 0x40000000
PR_SET_PDEATHSIG = 1
KSFT_SKIP = 4

# How many times slower than others this kernel is.
SLOW = int(os.environ.get("TWINSPECT_SLOW", 1))

libc = ctypes.CDLL(None, use_errno=True)


class Wrong(Exception):
    """Something is not as it should be: the test fails."""


class Skip(Exception):
    """The kernel lacks what the test needs."""


def say(text):
    for line in text.splitlines():
        print("#", line, flush=True)


def expect(what, want, got):
    if want != got:
        raise Wrong(f"{what}: {got!r}, not {want!r}")


def wait(what, condition, seconds=10):
    """Until it holds; its value. A slow kernel has more time."""
    seconds *= SLOW
    end = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > end:
            raise Wrong(f"waited {seconds} s in vain: {what}")
        time.sleep(0.02)
    return value


# Files, settings and programs.

def read(path):
    with open(path, encoding="ascii") as file:
        return file.read()


def write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(str(text))


def sysctl(name, value=None):
    """The setting as it was; with a value, what it shall be from now on."""
    path = "/proc/sys/" + name.replace(".", "/")
    before = read(path).strip()
    if value is not None:
        write(path, value)
    return before


@contextlib.contextmanager
def setting(name, value):
    """As long as it lasts: what is the machine's is others' too."""
    before = sysctl(name, value)
    try:
        yield
    finally:
        sysctl(name, before)


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def modprobe(name, *options):
    if subprocess.run(("modprobe", "-q", name, *options),
                      check=False).returncode:
        raise Skip(f"no module {name}")


# Processes and namespaces.

def spawn(job, *args):
    """A process that ends with all that it has opened."""
    parent = os.getpid()
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        return pid
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    status = 1
    try:
        if os.getppid() == parent:
            job(*args)
            status = 0
    except Wrong as wrong:
        say(str(wrong))
        frames = traceback.extract_tb(wrong.__traceback__)
        say("  in " + ", ".join(f"{f.name}:{f.lineno}" for f in frames[1:]))
    except BaseException:  # pylint: disable=broad-except
        say(traceback.format_exc())
    finally:
        sys.stdout.flush()
        os._exit(status)


def reap(pid):
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def is_alone():
    keys = dict(line.split(" ", 1)
                for line in read(FILES + "summary").splitlines())
    return (keys["netns"], keys["netns_unheld"]) == ("1", "0")


def wait_alone():
    """Until there is the first namespace and nothing left of others."""
    wait("the only network namespace", is_alone, 20)


def namespace():
    """Its inode number."""
    return os.stat("/proc/self/ns/net").st_ino


def enter_new():
    if libc.unshare(CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "unshare")
    run("ip", "link", "set", "lo", "up")
    # no loopback address, which has rules of its own
    run("ip", "addr", "add", SERVER + "/32", "dev", "lo")
    sysctl("net.ipv4.tcp_max_tw_buckets", 262144)
    # TIME-WAIT answers an ACK that comes late, and where the socket is gone that
    # sent it, the RST would end it.
    sysctl("net.ipv4.tcp_rfc1337", 1)


def enter_and_do(job, *args):
    enter_new()
    job(*args)


def in_namespace(job, *args):
    """In a fresh one, beside the first one alone."""
    wait_alone()
    if reap(spawn(enter_and_do, job, *args)):
        raise Wrong(f"{job.__name__}{args}")


# The reader.

def twinspect(*args, status=0):
    done = subprocess.run(("twinspect", "-j", *args), check=False,
                          stdout=subprocess.PIPE)
    expect(f"exit status of {args}", status, done.returncode)
    return json.loads(done.stdout)


def group():
    """The only group of connections that are going out from here."""
    rows = twinspect("--netns", str(namespace()), "--side", "outbound",
                     "tuples")["rows"]
    expect("groups", 1, len(rows))
    return rows[0]


# Sockets.

def sockstat(name):
    words = re.search("^TCP: (.*)$", read("/proc/net/sockstat"), re.M)
    words = words.group(1).split()
    return int(words[words.index(name) + 1])


def wait_tw(number):
    try:
        wait(f"{number} TIME-WAIT", lambda: sockstat("tw") == number)
    except Wrong:
        say(read("/proc/net/sockstat"))
        say(read("/proc/net/netstat"))
        raise


class Server:
    """Listens, and has connections that their client closes first."""

    def __init__(self, address=SERVER, port=PORT):
        self.where = (address, port)
        self.listener = socket.create_server(self.where, backlog=1024)

    def open(self, client=None):
        """Both ends of a new connection."""
        client = client or socket.socket()
        try:
            client.connect(self.where)
        except OSError:
            client.close()
            raise
        return client, self.listener.accept()[0]

    def close(self, client, peer):
        client.close()
        # reset, if the client has found no room for its TIME-WAIT
        with contextlib.suppress(ConnectionResetError):
            peer.recv(1)
        peer.close()

    def make(self, number):
        for _ in range(number):
            self.close(*self.open())

    def make_tw(self, number):
        """That many TIME-WAIT more."""
        before = sockstat("tw")
        self.make(number)
        wait_tw(before + number)

    def open_all(self):
        """As many connections as connect() finds ports for."""
        ends = []
        while len(ends) <= 65536:
            try:
                ends.append(self.open())
            except OSError as error:
                expect("error", errno.EADDRNOTAVAIL, error.errno)
                return ends
        raise Wrong("connect() finds ports without end")

    def make_all(self):
        """A TIME-WAIT on each port that connect() finds; how many."""
        before = sockstat("tw")
        ends = self.open_all()
        for client, peer in ends:
            self.close(client, peer)
        wait_tw(before + len(ends))
        return len(ends)


def bound(port, option=None):
    """A socket that is bound and nothing else."""
    sock = socket.socket()
    if option:
        sock.setsockopt(socket.SOL_SOCKET, option, 1)
    sock.bind((SERVER, port))
    return sock


# Results.

tests = []


def test(function):
    tests.append(function)
    return function


def attempt(function, pipe):
    # more than any takes; the runner's limit is for all of them
    signal.alarm(100 * SLOW)
    try:
        function()
    except Skip as skip:
        os.write(pipe, str(skip).encode())


def run_test(number, function):
    reader, writer = os.pipe()
    status = reap(spawn(attempt, function, writer))
    os.close(writer)
    reason = os.read(reader, 4096).decode()
    os.close(reader)
    if status < 0:
        say(f"{function.__name__}: signal {-status}")
    print(f"{'not ok' if status else 'ok'} {number} {function.__name__}"
          f"{' # SKIP ' if reason else ''}{reason}", flush=True)
    return not status


def main():
    """Those that are named, or all."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (8192, 8192))
    chosen = [t for t in tests if t.__name__ in sys.argv[1:]] or tests
    print(f"TAP version 13\n1..{len(chosen)}", flush=True)
    passed = [run_test(i, t) for i, t in enumerate(chosen, 1)]
    return not all(passed)


def main_of_reader():
    """The same, if there is a reader."""
    if shutil.which("twinspect"):
        return main()
    print("TAP version 13\n1..0 # SKIP no twinspect: make -C tools", flush=True)
    return KSFT_SKIP
