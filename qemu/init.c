// SPDX-License-Identifier: GPL-2.0
/*
 * PID 1 of a guest, started from the initramfs: mounts the root, runs the
 * job's script, passes on its output, ends what it left behind, and as the
 * very last thing writes what became of it to the verdict port.
 *
 * Whatever goes wrong before that is a line in the kernel's log and a guest
 * without a verdict, which the host calls lost. Nothing here decides between
 * pass and fail: qemu/verdict does, from all that was recorded.
 *
 * Disks, in the order of QEMU's command line: the root, /lib/modules, and a
 * tar file that is unpacked over the root: the script and its files in /job,
 * /etc/job pointing to the script.
 *
 * Disks and ports are virtio's, unless the kernel's command line has paths for
 * them (disk=, output=, verdict=), which it puts in our environment.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define WAIT_MS		20000	/* for a device to appear */
#define POLL_MS		10

static void say(const char *fmt, ...)
{
	char line[512];
	va_list args;
	ssize_t ignored;	/* there is nobody left to tell */
	int fd, n;

	n = snprintf(line, sizeof(line), "guest: ");
	va_start(args, fmt);
	vsnprintf(line + n, sizeof(line) - n, fmt, args);
	va_end(args);
	fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	ignored = write(fd, line, strlen(line));
	(void)ignored;
	close(fd);
}

static void __attribute__((noreturn)) power_off(void)
{
	sync();
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

#define die(what) do {							\
	say("%s: %s", (what), strerror(errno));				\
	power_off();							\
} while (0)

static void mount_at(const char *dev, const char *dir, const char *type,
		     unsigned long flags, const char *data)
{
	mkdir(dir, 0755);
	if (mount(dev, dir, type, flags, data))
		die(dir);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* /modules holds them in the order in which they depend on one another. */
static void load_modules(void)
{
	struct dirent **list;
	char path[300];
	int i, n, fd;

	n = scandir("/modules", &list, visible, by_name);
	if (n < 0)
		die("/modules");
	for (i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "/modules/%s", list[i]->d_name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || syscall(SYS_finit_module, fd, "", 0))
			die(path);
		close(fd);
	}
}

static void wait_for(const char *path)
{
	int ms;

	for (ms = 0; access(path, F_OK); ms += POLL_MS) {
		if (ms >= WAIT_MS)
			die(path);
		usleep(POLL_MS * 1000);
	}
}

/* The path of a disk that the host has given, 'a' for the first one. */
static const char *disk(char letter)
{
	const char *prefix = getenv("disk");
	static char path[64];

	snprintf(path, sizeof(path), "%s%c", prefix ? prefix : "/dev/vd",
		 letter);
	wait_for(path);
	return path;
}

/* A read-only root serves any number of guests; each writes to its memory. */
static void mount_root(void)
{
	mount_at(disk('a'), "/lower", "ext4", MS_RDONLY, "");
	mount_at("none", "/upper", "tmpfs", 0, "mode=755");
	mkdir("/upper/data", 0755);
	mkdir("/upper/work", 0755);
	mount_at("none", "/new", "overlay", 0,
		 "lowerdir=/lower,upperdir=/upper/data,workdir=/upper/work");
	mount_at(disk('b'), "/new/usr/lib/modules", "ext4", MS_RDONLY, "");
	mount_at("/dev", "/new/dev", NULL, MS_MOVE, NULL);
	mount_at("/sys", "/new/sys", NULL, MS_MOVE, NULL);
	mount_at("/proc", "/new/proc", NULL, MS_MOVE, NULL);
	if (chdir("/new") || mount(".", "/", NULL, MS_MOVE, NULL) ||
	    chroot(".") || chdir("/"))
		die("root");
}

static void mount_rest(void)
{
	mount_at("none", "/dev/pts", "devpts", 0, "mode=620,ptmxmode=666");
	mount_at("none", "/dev/shm", "tmpfs", 0, "");
	mount_at("none", "/run", "tmpfs", 0, "mode=755");
	mount_at("none", "/tmp", "tmpfs", 0, "mode=1777");
	mount_at("none", "/sys/kernel/debug", "debugfs", 0, "");
	mount_at("none", "/sys/fs/cgroup", "cgroup2", 0, "");
	if (symlink("/proc/self/fd", "/dev/fd") ||
	    symlink("/proc/self/fd/0", "/dev/stdin") ||
	    symlink("/proc/self/fd/1", "/dev/stdout") ||
	    symlink("/proc/self/fd/2", "/dev/stderr"))
		die("/dev/fd");
	/* ip netns makes mounts that its namespaces are to see. */
	if (mount(NULL, "/", NULL, MS_REC | MS_SHARED, NULL))
		die("shared /");
}

static void loopback_up(void)
{
	struct ifreq req = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &req))
		die("lo");
	close(fd);
}

/* Opens the virtio port that the host called by this name. */
static int port_find(const char *name)
{
	static const char dir[] = "/sys/class/virtio-ports";
	struct dirent *entry;
	char path[400], line[64];
	int port = -1;
	DIR *ports;
	FILE *file;

	ports = opendir(dir);
	if (!ports)
		return -1;
	while (port < 0 && (entry = readdir(ports))) {
		snprintf(path, sizeof(path), "%s/%s/name", dir, entry->d_name);
		file = fopen(path, "re");
		if (!file)
			continue;
		if (fgets(line, sizeof(line), file) &&
		    !strncmp(line, name, strlen(name)) &&
		    line[strlen(name)] == '\n') {
			snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
			port = open(path, O_WRONLY | O_CLOEXEC);
		}
		fclose(file);
	}
	closedir(ports);
	return port;
}

/* Opens a serial line in place of a port: bytes are to go through as they are. */
static int line_open(const char *path)
{
	int line = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	struct termios mode;

	if (line < 0 || tcgetattr(line, &mode))
		die(path);
	cfmakeraw(&mode);
	if (tcsetattr(line, TCSANOW, &mode))
		die(path);
	return line;
}

/* Ports get their names by messages that come after the device itself. */
static int port_open(const char *name)
{
	const char *path = getenv(name);
	int port, ms;

	if (path)
		return line_open(path);
	for (ms = 0; (port = port_find(name)) < 0; ms += POLL_MS) {
		if (ms >= WAIT_MS)
			die(name);
		usleep(POLL_MS * 1000);
	}
	return port;
}

static void write_all(int fd, const char *data, size_t size)
{
	ssize_t n;

	while (size) {
		n = write(fd, data, size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			die("port");
		data += n;
		size -= n;
	}
}

static void __attribute__((noreturn)) run_script(int out)
{
	char script[4096];
	sigset_t none;
	ssize_t n;
	int null;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	null = open("/dev/null", O_RDONLY);
	if (setsid() < 0 || null < 0 || dup2(null, 0) < 0 ||
	    dup2(out, 1) < 0 || dup2(out, 2) < 0 || chdir("/job"))
		die("/job");
	/* Its name is only a name in the end: $0 is what the host gave. */
	n = readlink("/etc/job", script, sizeof(script) - 1);
	if (n < 0)
		die("/etc/job");
	script[n] = '\0';
	execlp(script, script, (char *)NULL);
	dprintf(2, "guest: cannot run %s: %s\n", script, strerror(errno));
	_exit(127);
}

static int spawn_wait(char *const argv[])
{
	int status = -1;
	pid_t pid = fork();

	if (!pid) {
		execvp(argv[0], argv);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		errno = ECHILD;
	return status;
}

static int shell_status(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) :
	       128 + WTERMSIG(status);
}

/*
 * Reaps what has ended. The script's own status goes to *result; at that
 * moment all it left behind is killed, as it could go on for ever.
 * Returns true once there is no process but this one.
 */
static int reap(pid_t script, int *result)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != script)
			continue;
		*result = shell_status(status);
		kill(-1, SIGKILL);
	}
	return pid < 0 && errno == ECHILD;
}

/*
 * Passes output on until nobody is left to write any: the pipe's end comes
 * when the last process has gone, so nothing is cut off.
 */
static int pump(pid_t script, int in, int children, int port)
{
	struct signalfd_siginfo info;
	static char data[65536];
	struct pollfd fds[2] = {
		{ .fd = in, .events = POLLIN },
		{ .fd = children, .events = POLLIN },
	};
	int result = -1, alone = 0;
	ssize_t n;

	while (fds[0].fd >= 0 || !alone) {
		if (poll(fds, 2, -1) < 0)
			die("poll");
		if (fds[0].revents) {
			n = read(in, data, sizeof(data));
			if (n > 0)
				write_all(port, data, n);
			else if (n == 0)
				fds[0].fd = -1;
			else if (errno != EINTR)
				die("output");
		}
		if (fds[1].revents) {
			if (read(children, &info, sizeof(info)) < 0)
				die("signalfd");
			alone = reap(script, &result);
		}
	}
	return result;
}

static int run(int port)
{
	int ends[2], children, status;
	sigset_t set;
	pid_t pid;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	children = signalfd(-1, &set, SFD_CLOEXEC);
	if (children < 0 || pipe2(ends, O_CLOEXEC))
		die("pipe");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid)
		run_script(ends[1]);
	close(ends[1]);
	status = pump(pid, ends[0], children, port);
	tcdrain(port);
	close(port);
	return status;
}

static unsigned long read_number(const char *path)
{
	unsigned long value = 0;
	FILE *file = fopen(path, "re");

	if (!file || fscanf(file, "%lu", &value) != 1)
		die(path);
	fclose(file);
	return value;
}

static long uptime_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* One write, with an end mark: what is cut short is no verdict. */
static void verdict(int port, int status, long boot_ms)
{
	char text[256];

	snprintf(text, sizeof(text),
		 "status %d\ntainted %lu\nboot_ms %ld\nrun_ms %ld\nend\n",
		 status, read_number("/proc/sys/kernel/tainted"), boot_ms,
		 uptime_ms() - boot_ms);
	write_all(port, text, strlen(text));
	tcdrain(port);
}

int main(void)
{
	char *unpack[] = { "tar", "-xf", NULL, "-C", "/", NULL };
	int output, port, status;
	long boot_ms;

	umask(022);
	mount_at("none", "/dev", "devtmpfs", 0, "");
	mount_at("none", "/proc", "proc", 0, "");
	mount_at("none", "/sys", "sysfs", 0, "");
	load_modules();
	mount_root();
	mount_rest();
	loopback_up();
	sethostname("guest", 5);
	setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:"
	       "/sbin:/bin:/usr/local/lib/busybox", 1);
	setenv("HOME", "/root", 1);
	setenv("LANG", "C.UTF-8", 1);
	unsetenv("TERM");
	unpack[2] = (char *)disk('c');
	if (spawn_wait(unpack))
		die("tar");
	output = port_open("output");
	port = port_open("verdict");

	boot_ms = uptime_ms();
	say("running the script");
	status = run(output);
	sync();
	say("the script ended with status %d", status);
	verdict(port, status, boot_ms);
	power_off();
}
