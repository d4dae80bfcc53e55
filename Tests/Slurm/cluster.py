"""A real Slurm of one node on this machine: its own munged, slurmctld and slurmd, in a temporary folder, without systemd."""

import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time

SEARCH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


class SlurmError(Exception):
    """What Slurm or a job did not do."""


def free_ports(count):
    """Ports that nobody has, below those that the system gives to whoever asks for any: a program beside this one must not
    get them before the daemons do."""
    with open("/proc/sys/net/ipv4/ip_local_port_range") as file:
        first = int(file.read().split()[0])
    found = []
    for port in random.sample(range(max(1024, first - 20000), max(1024, first)), k=min(200, max(0, first - 1024))):
        with socket.socket() as one:
            try:
                one.bind(("", port))
            except OSError:
                continue
        found.append(port)
        if len(found) == count:
            return found
    raise SlurmError(f"no {count} free ports below {first}, where the system's own range begins")


class Cluster:
    """Starts the daemons; `stop` ends all that came from them and removes the folder.

    The node claims more processors than the machine has: the tests ask who runs when, not how fast. Jobs in the partition
    `low` can be preempted by those in `high`; `steady` is left alone.
    """

    processors = 16

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="ptrain-slurm-")
        os.chmod(self.folder, 0o755)  # munge wants its socket to be reachable
        self.daemons = []
        # Inside another Slurm job its variables must not leak into this one.
        self.environment = {
            key: value for key, value in os.environ.items() if not key.startswith(("SLURM_", "SBATCH_", "SRUN_"))
        }
        self.environment["SLURM_CONF"] = self.path("slurm.conf")
        self.started = 0.0

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def start(self):
        for name in ("munge", "state", "spool"):
            os.mkdir(self.path(name), 0o755)
        with open(os.open(self.path("munge", "key"), os.O_CREAT | os.O_WRONLY, 0o600), "wb") as file:
            file.write(os.urandom(128))
        host = socket.gethostname().split(".")[0]
        controller, node = free_ports(2)
        user = pwd.getpwuid(os.getuid()).pw_name
        # MinJobAge: after five minutes Slurm would forget a job that is done, and nobody could tell how it ended.
        with open(self.path("slurm.conf"), "w") as file:
            file.write(f"""\
ClusterName=ptrain
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmdPort={node}
SlurmUser={user}
SlurmdUser={user}
StateSaveLocation={self.path("state")}
SlurmdSpoolDir={self.path("spool")}
SlurmctldPidFile={self.path("slurmctld.pid")}
SlurmdPidFile={self.path("slurmd.pid")}
AuthType=auth/munge
AuthInfo=socket={self.path("munge", "socket")}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmctldParameters=preempt_send_user_signal
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
JobRequeue=1
ReturnToService=2
KillWait=5
OverTimeLimit=0
MinJobAge=86400
SlurmdParameters=config_overrides
NodeName={host} NodeAddr=127.0.0.1 CPUs={self.processors} State=UNKNOWN
PartitionName=low Nodes={host} PriorityTier=1 GraceTime=30 PreemptMode=REQUEUE
PartitionName=steady Nodes={host} Default=YES PriorityTier=2 PreemptMode=OFF
PartitionName=high Nodes={host} PriorityTier=3 PreemptMode=OFF
""")
        munge = {name: self.path("munge", name) for name in ("key", "socket", "pid", "seed", "log")}
        self.daemon(
            "munged",
            "--foreground",
            "--key-file",
            munge["key"],
            "--socket",
            munge["socket"],
            "--pid-file",
            munge["pid"],
            "--seed-file",
            munge["seed"],
            "--log-file",
            munge["log"],
        )
        self.until(15, "munged makes no socket", lambda: os.path.exists(munge["socket"]))
        self.started = time.monotonic()
        self.daemon("slurmctld", "-D")
        self.daemon("slurmd", "-D", "-N", host)
        self.until(
            40, "the node does not become idle", lambda: self.ask("sinfo", "-h", "-p", "steady", "-o", "%t") == "idle"
        )

    def daemon(self, program, *arguments):
        with open(self.path(program + ".log"), "w") as log:
            self.daemons.append(
                subprocess.Popen(
                    [shutil.which(program, path=SEARCH), *arguments],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env=self.environment,
                    cwd=self.folder,
                    start_new_session=True,
                )
            )

    def check(self):
        for daemon in self.daemons:
            if daemon.poll() is not None:
                raise SlurmError(f"{os.path.basename(daemon.args[0])} ended with code {daemon.returncode}")

    def until(self, seconds, failure, holds):
        """Waits until `holds()`, looking at the daemons meanwhile."""
        end = time.monotonic() + seconds
        while not holds():
            self.check()
            if time.monotonic() > end:
                raise SlurmError(f"{failure} within {seconds} s")
            time.sleep(0.1)

    def ask(self, *command):
        """The output of one of Slurm's commands, without space around it; empty if it failed."""
        try:
            done = subprocess.run(
                command, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=80
            )
        except subprocess.TimeoutExpired:
            return ""
        return done.stdout.strip() if done.returncode == 0 else ""

    def tell(self, *command):
        """One of Slurm's commands that must succeed."""
        done = subprocess.run(
            command, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=80
        )
        if done.returncode != 0:
            raise SlurmError(f"{' '.join(command)}: {(done.stderr or done.stdout).strip()}")
        return done.stdout.strip()

    def logs(self):
        """The ends of the daemons' logs."""
        text = ""
        for name in ("munge/log", "munged.log", "slurmctld.log", "slurmd.log"):
            if os.path.exists(self.path(name)):
                with open(self.path(name), errors="replace") as file:
                    text += f"--- {name}\n" + "".join(file.readlines()[-15:])
        return text

    def processes(self):
        """Everything that still runs with this cluster's configuration: daemons, steps, mpirun, ranks."""
        mark = b"SLURM_CONF=" + self.path("slurm.conf").encode()
        found = []
        for name in os.listdir("/proc"):
            if not name.isdigit() or int(name) == os.getpid():
                continue
            try:
                with open(f"/proc/{name}/environ", "rb") as file:
                    if mark in file.read().split(b"\0"):
                        found.append(int(name))
            except OSError:
                pass
        return found

    def stop(self):
        if len(self.daemons) > 1 and all(daemon.poll() is None for daemon in self.daemons):
            self.ask("scancel", "--quiet", "--user", pwd.getpwuid(os.getuid()).pw_name)
            end = time.monotonic() + 8
            while time.monotonic() < end and self.ask("squeue", "-h", "-t", "running,completing"):
                time.sleep(0.2)
        for kind, seconds in ((signal.SIGTERM, 3), (signal.SIGKILL, 3)):
            for process in self.processes():
                try:
                    os.kill(process, kind)
                except OSError:
                    pass
            end = time.monotonic() + seconds
            while time.monotonic() < end and self.processes():
                for daemon in self.daemons:
                    daemon.poll()
                time.sleep(0.1)
        for daemon in self.daemons:
            daemon.poll()
        shutil.rmtree(self.folder, ignore_errors=True)
