// SPDX-License-Identifier: GPL-2.0
/*
 * input - what may be done to an open file, and what may not: every flag of
 * open(), every kind of lseek(), reads of all sizes, and every other call that
 * takes a file; with the errno that it is to have.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include <linux/capability.h>

#include "kselftest_harness.h"
#include "twlib.h"

#define PORT	5000

FIXTURE(input) {
	char *text;
	size_t len;
	char path[128];
	int fd;
};

FIXTURE_VARIANT(input) {
	const char *name;
};

FIXTURE_VARIANT_ADD(input, summary) { .name = "summary" };
FIXTURE_VARIANT_ADD(input, ehash_buckets) { .name = "ehash_buckets" };
FIXTURE_VARIANT_ADD(input, deathrow) { .name = "deathrow" };
FIXTURE_VARIANT_ADD(input, bind_buckets) { .name = "bind_buckets" };
FIXTURE_VARIANT_ADD(input, tuples) { .name = "tuples" };
FIXTURE_VARIANT_ADD(input, netns) { .name = "netns" };
FIXTURE_VARIANT_ADD(input, caps) { .name = "caps" };

FIXTURE_SETUP(input)
{
	struct tw_conn conn = { .family = TW_V4, .port = PORT };

	ASSERT_LE(0, tw_ns_new());
	ASSERT_EQ(100, tw_make(&conn, 100));
	snprintf(self->path, sizeof(self->path), TW_DIR "%s", variant->name);
	self->fd = tw_open(variant->name, O_RDONLY);
	ASSERT_LE(0, self->fd);
	self->text = tw_slurp(self->fd, &self->len);
	ASSERT_NE(NULL, self->text);
	ASSERT_NE(NULL, tw_parse(variant->name, self->text, self->len));
	ASSERT_EQ(0, lseek(self->fd, 0, SEEK_SET));
}

FIXTURE_TEARDOWN(input)
{
	close(self->fd);
}

/* 0 if the call failed with @err. */
#define FAILS(err, call) ({						\
	errno = 0;							\
	long long _seen = (long long)(call);				\
	int _errno = errno;						\
									\
	if (_seen != -1 || _errno != (err))				\
		tw_log("%s: %lld, %s, not %s", #call, _seen,		\
		       strerror(_errno), strerror(err));		\
	_seen != -1 || _errno != (err);					\
})

/*
 * Each flag beside each way to access a file.  What it is for a file that may
 * be read alone: the errno, 0 if it opens.
 */
static const struct {
	const char *name;
	int flag;
	int err;		/* with O_RDONLY */
	int werr;		/* with O_WRONLY and O_RDWR */
} flags[] = {
#define FLAG(f, err, werr) { #f, f, err, werr }
	{ "none", 0, 0, EACCES },
	FLAG(O_APPEND, 0, EACCES),
	FLAG(O_ASYNC, 0, EACCES),
	FLAG(O_CLOEXEC, 0, EACCES),
	FLAG(O_CREAT, 0, EACCES),
	FLAG(O_CREAT | O_EXCL, EEXIST, EEXIST),
	FLAG(O_DIRECT, EINVAL, EACCES),
	FLAG(O_DIRECTORY, ENOTDIR, ENOTDIR),
	FLAG(O_DSYNC, 0, EACCES),
	FLAG(O_EXCL, 0, EACCES),
	FLAG(O_LARGEFILE, 0, EACCES),
	FLAG(O_NOATIME, 0, EACCES),
	FLAG(O_NOCTTY, 0, EACCES),
	FLAG(O_NOFOLLOW, 0, EACCES),
	FLAG(O_NONBLOCK, 0, EACCES),
	FLAG(O_SYNC, 0, EACCES),
	FLAG(O_TMPFILE, EINVAL, ENOTDIR),
	FLAG(O_TRUNC, 0, EACCES),
	/* Bits that mean nothing to open() are passed over. */
	{ "unknown", 1 << 29, 0, EACCES },
};

/* The open file is a whole one. */
static bool is_whole(const char *name, int fd)
{
	char *text;
	struct tw_file *f;
	size_t len;
	bool whole;

	text = tw_slurp(fd, &len);
	f = text ? tw_parse(name, text, len) : NULL;
	whole = f;
	tw_free(f);
	free(text);
	return whole;
}

TEST_F(input, open_flags)
{
	static const int modes[] = { O_RDONLY, O_WRONLY, O_RDWR };

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		for (int m = 0; m < 3; m++) {
			int err = m ? flags[i].werr : flags[i].err, seen;
			int fd = open(self->path, flags[i].flag | modes[m],
				      0600);

			seen = fd < 0 ? errno : 0;
			EXPECT_EQ(err, seen) {
				TH_LOG("with %s and mode %d", flags[i].name,
				       modes[m]);
			}
			if (fd < 0)
				continue;
			EXPECT_TRUE(is_whole(variant->name, fd));
			close(fd);
		}
	}
	/* It is none of those that O_TRUNC and O_CREAT have an effect on. */
	EXPECT_TRUE(is_whole(variant->name, self->fd));
}

/* Opened, but not for reading. */
TEST_F(input, open_for_nothing)
{
	struct stat st;
	char byte;
	int fd;

	fd = open(self->path, O_ACCMODE);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, FAILS(EBADF, read(fd, &byte, 1)));
	EXPECT_EQ(0, FAILS(EBADF, write(fd, &byte, 1)));
	close(fd);
	fd = open(self->path, O_PATH);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, FAILS(EBADF, read(fd, &byte, 1)));
	EXPECT_EQ(0, FAILS(EBADF, lseek(fd, 0, SEEK_SET)));
	ASSERT_EQ(0, fstat(fd, &st));
	EXPECT_EQ(S_IFREG | 0400U, st.st_mode);
	EXPECT_EQ(0U, st.st_uid);
	EXPECT_EQ(0U, st.st_gid);
	close(fd);
	/* What is not there can't be made. */
	EXPECT_EQ(0, FAILS(EACCES, open(TW_DIR "new", O_RDWR | O_CREAT, 0600)));
	EXPECT_EQ(0, FAILS(ENOENT, open(TW_DIR "new", O_RDONLY)));
	EXPECT_EQ(0, FAILS(EPERM, mkdir(TW_DIR "new", 0700)));
	EXPECT_EQ(0, FAILS(EPERM, unlink(self->path)));
	EXPECT_EQ(0, FAILS(EPERM, rename(self->path, TW_DIR "new")));
}

/* A seek that fails leaves the position where it is. */
TEST_F(input, seek)
{
	static const struct { off_t at; int whence; } bad[] = {
		{ -1, SEEK_SET }, { LLONG_MIN, SEEK_SET },
		{ -4, SEEK_CUR }, { LLONG_MIN, SEEK_CUR },
		{ LLONG_MAX, SEEK_CUR },
		{ 0, SEEK_END }, { -1, SEEK_END }, { 1, SEEK_END },
		{ 0, SEEK_DATA }, { 0, SEEK_HOLE }, { 0, 5 }, { 0, -1 },
	};
	const off_t len = self->len;
	const off_t at[] = {
		1, 0, len - 1, len, len + 1, 4095, 4096, 4097, 1LL << 31,
		1LL << 32, 1LL << 40, LLONG_MAX - 1, LLONG_MAX, 7,
	};
	char byte;

	ASSERT_EQ(3, lseek(self->fd, 3, SEEK_SET));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		EXPECT_EQ(0, FAILS(EINVAL, lseek(self->fd, bad[i].at,
						 bad[i].whence)));
		EXPECT_EQ(3, lseek(self->fd, 0, SEEK_CUR));
	}
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		ASSERT_EQ(at[i], lseek(self->fd, at[i], SEEK_SET));
		ASSERT_EQ(at[i], lseek(self->fd, 0, SEEK_CUR));
		/* Such a read would end beyond what an offset can be. */
		if (at[i] == LLONG_MAX) {
			EXPECT_EQ(0, FAILS(EINVAL, read(self->fd, &byte, 1)));
		} else if (at[i] < len) {
			EXPECT_EQ(1, read(self->fd, &byte, 1));
			EXPECT_EQ(self->text[at[i]], byte);
			EXPECT_EQ(at[i], lseek(self->fd, -1, SEEK_CUR));
			EXPECT_EQ(1, read(self->fd, &byte, 1));
			EXPECT_EQ(self->text[at[i]], byte);
		} else {
			EXPECT_EQ(0, read(self->fd, &byte, 1));
			EXPECT_EQ(at[i], lseek(self->fd, 0, SEEK_CUR));
		}
	}
	ASSERT_EQ(5, lseek(self->fd, 5, SEEK_SET));
	ASSERT_EQ(len - 2, lseek(self->fd, len - 7, SEEK_CUR));
	ASSERT_EQ(2, read(self->fd, self->text, 100));
}

/* By pieces of a size, from the first byte to the last one. */
static bool in_pieces(int fd, const char *text, size_t len, size_t size)
{
	char *buf = tw_need(malloc(size + 1));
	size_t at = 0;
	bool same = !lseek(fd, 0, SEEK_SET);
	ssize_t n;

	buf[size] = '~';
	while (same && (n = read(fd, buf, size)) > 0) {
		same = (size_t)n <= size && at + n <= len &&
		       !memcmp(text + at, buf, n) && buf[size] == '~';
		at += n;
	}
	free(buf);
	return same && at == len;
}

TEST_F(input, read_sizes)
{
	static const size_t sizes[] = { 1, 2, 4095, 4096, 4097, 1 << 20 };
	char a[10], b[4095];
	struct iovec iov[3] = {
		{ .iov_base = a, .iov_len = 10 }, { .iov_base = b },
		{ .iov_base = b, .iov_len = sizeof(b) },
	};
	ssize_t n;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		EXPECT_TRUE(in_pieces(self->fd, self->text, self->len,
				      sizes[i])) {
			TH_LOG("%zu bytes at a time", sizes[i]);
		}
	}
	/* Nothing, anywhere, moves nothing. */
	for (off_t at = 0; at <= (off_t)self->len + 1; at += self->len / 2) {
		ASSERT_EQ(at, lseek(self->fd, at, SEEK_SET));
		EXPECT_EQ(0, read(self->fd, a, 0));
		EXPECT_EQ(0, pread(self->fd, a, 0, 0));
		EXPECT_EQ(at, lseek(self->fd, 0, SEEK_CUR));
	}
	ASSERT_EQ(0, lseek(self->fd, 0, SEEK_SET));
	n = readv(self->fd, iov, 3);
	EXPECT_LE(10, n);
	EXPECT_EQ(0, memcmp(self->text, a, 10));
	EXPECT_EQ(0, memcmp(self->text + 10, b, n - 10));
	EXPECT_EQ(0, FAILS(EINVAL, pread(self->fd, a, 1, -1)));
	EXPECT_EQ(0, FAILS(EOPNOTSUPP, preadv2(self->fd, iov, 1, 0,
					       RWF_NOWAIT)));
}

/* A place that can't be written to: no byte is lost. */
TEST_F(input, read_fault)
{
	size_t size = getpagesize();
	char *page = mmap(NULL, 2 * size, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *bad = page + size;

	ASSERT_NE(MAP_FAILED, page);
	ASSERT_EQ(0, munmap(bad, size));
	EXPECT_EQ(0, FAILS(EFAULT, read(self->fd, bad, 1)));
	EXPECT_EQ(0, FAILS(EFAULT, read(self->fd, bad, 4095)));
	EXPECT_EQ(0, FAILS(EFAULT, pread(self->fd, bad, 1, 1)));
	EXPECT_EQ(0, FAILS(EFAULT, read(self->fd, (void *)-1L, 1)));
	EXPECT_EQ(0, lseek(self->fd, 0, SEEK_CUR));
	EXPECT_TRUE(is_whole(variant->name, self->fd));
}

/* It can be read and nothing else. */
TEST_F(input, nothing_else)
{
	struct epoll_event event = { .events = EPOLLIN };
	int pipefd[2], file, epoll;
	struct iovec iov = { .iov_base = self->text, .iov_len = 1 };
	char byte = 'x';
	loff_t at = 0;

	ASSERT_EQ(0, pipe(pipefd));
	file = memfd_create("other", MFD_CLOEXEC);
	ASSERT_LE(0, file);
	ASSERT_EQ(1, write(pipefd[1], &byte, 1));
	ASSERT_EQ(1, write(file, &byte, 1));
	ASSERT_EQ(0, lseek(file, 0, SEEK_SET));

	EXPECT_EQ(0, FAILS(EBADF, write(self->fd, &byte, 1)));
	EXPECT_EQ(0, FAILS(EBADF, write(self->fd, &byte, 0)));
	/* seq_open() says so of all files: not at a place of one's own. */
	EXPECT_EQ(0, FAILS(ESPIPE, pwrite(self->fd, &byte, 1, 0)));
	EXPECT_EQ(0, FAILS(EBADF, writev(self->fd, &iov, 1)));
	EXPECT_EQ(0, FAILS(EINVAL, ftruncate(self->fd, 0)));
	EXPECT_EQ(0, FAILS(EBADF, fallocate(self->fd, 0, 0, 1)));
	EXPECT_EQ(0, FAILS(EINVAL, fsync(self->fd)));

	/* Out of it, and into it. */
	EXPECT_EQ(0, FAILS(EINVAL, splice(self->fd, NULL, pipefd[1], NULL, 9,
					  0)));
	EXPECT_EQ(0, FAILS(EINVAL, splice(self->fd, &at, pipefd[1], NULL, 9,
					  SPLICE_F_NONBLOCK)));
	EXPECT_EQ(0, FAILS(EBADF, splice(pipefd[0], NULL, self->fd, NULL, 1,
					 0)));
	EXPECT_EQ(0, FAILS(EINVAL, sendfile(pipefd[1], self->fd, NULL, 9)));
	EXPECT_EQ(0, FAILS(EINVAL, sendfile(file, self->fd, &at, 9)));
	EXPECT_EQ(0, FAILS(EBADF, sendfile(self->fd, file, NULL, 1)));
	EXPECT_EQ(0, FAILS(EXDEV, copy_file_range(self->fd, NULL, file, NULL,
						  9, 0)));
	EXPECT_EQ(0, FAILS(EBADF, copy_file_range(file, NULL, self->fd, NULL,
						  1, 0)));
	EXPECT_EQ(0, FAILS(EINVAL, tee(self->fd, pipefd[1], 9, 0)));

	for (int shared = 0; shared < 2; shared++) {
		int how = shared ? MAP_SHARED : MAP_PRIVATE;

		EXPECT_EQ(0, FAILS(ENODEV, mmap(NULL, 4096, PROT_READ, how,
						self->fd, 0)));
		EXPECT_EQ(0, FAILS(ENODEV, mmap(NULL, 1 << 20, PROT_READ, how,
						self->fd, getpagesize())));
	}
	EXPECT_EQ(0, FAILS(ENODEV, mmap(NULL, 4096, PROT_READ | PROT_WRITE,
					MAP_PRIVATE, self->fd, 0)));
	EXPECT_EQ(0, FAILS(EACCES, mmap(NULL, 4096, PROT_READ | PROT_WRITE,
					MAP_SHARED, self->fd, 0)));

	for (int nr = 0; nr < 256; nr++) {
		EXPECT_EQ(0, FAILS(ENOTTY, ioctl(self->fd, _IO('t', nr), 0)));
		EXPECT_EQ(0, FAILS(ENOTTY, ioctl(self->fd,
						 _IOWR('w', nr, long),
						 &at)));
	}
	EXPECT_EQ(0, FAILS(ENOTTY, ioctl(self->fd, 0, 0)));
	EXPECT_EQ(0, FAILS(ENOTTY, ioctl(self->fd, -1, -1L)));
	EXPECT_EQ(0, FAILS(ENOTDIR, syscall(SYS_getdents64, self->fd,
					    self->text, 100)));
	epoll = epoll_create1(EPOLL_CLOEXEC);
	EXPECT_EQ(0, FAILS(EPERM, epoll_ctl(epoll, EPOLL_CTL_ADD, self->fd,
					    &event)));
	EXPECT_EQ(0, FAILS(ENOTDIR, fchdir(self->fd)));

	/* All this has neither moved nor changed it. */
	EXPECT_EQ(0, lseek(self->fd, 0, SEEK_CUR));
	EXPECT_EQ(0, at);
	EXPECT_TRUE(is_whole(variant->name, self->fd));
}

static int capabilities(uint64_t effective)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data))
		return -1;
	data[0].effective = effective & data[0].permitted;
	data[1].effective = effective >> 32 & data[1].permitted;
	return syscall(SYS_capset, &header, data);
}

/* CAP_NET_ADMIN it is, whoever has it, and no other. */
TEST_F(input, capability)
{
	const uint64_t admin = 1ULL << CAP_NET_ADMIN;

	ASSERT_EQ(0, capabilities(~admin));
	EXPECT_EQ(0, FAILS(EPERM, open(self->path, O_RDONLY)));
	EXPECT_EQ(0, FAILS(EPERM, open(self->path, O_ACCMODE)));
	/* An open file is a capability of its own. */
	EXPECT_TRUE(is_whole(variant->name, self->fd));
	ASSERT_EQ(0, capabilities(0));
	EXPECT_EQ(0, FAILS(EPERM, open(self->path, O_RDONLY)));
	/* The mode is the owner's. */
	ASSERT_EQ(0, capabilities(admin));
	EXPECT_LE(0, open(self->path, O_RDONLY));
	ASSERT_EQ(0, capabilities(~0ULL));
	ASSERT_EQ(0, setresuid(65534, 65534, 65534));
	EXPECT_EQ(0, FAILS(EACCES, open(self->path, O_RDONLY)));
}

static int map_root(pid_t pid, const char *what)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, what);
	return tw_write(path, "0 0 1");
}

/*
 * All capabilities of a user namespace, where one is root: with and without
 * network namespace and mounts of its own.
 */
TEST_F(input, user_namespace)
{
	static const int with[] = {
		0, CLONE_NEWNET, CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID,
	};

	if (access("/proc/self/ns/user", F_OK))
		SKIP(return, "no user namespace: CONFIG_USER_NS");
	for (int i = 0; i < 3; i++) {
		int ready[2], mapped[2], status;
		char byte = 0;
		pid_t pid;

		ASSERT_EQ(0, pipe(ready));
		ASSERT_EQ(0, pipe(mapped));
		pid = fork();
		ASSERT_LE(0, pid);
		if (!pid) {
			int bad = unshare(CLONE_NEWUSER | with[i]);

			if (bad || write(ready[1], &byte, 1) != 1 ||
			    read(mapped[0], &byte, 1) != 1 ||
			    setresgid(0, 0, 0) || setresuid(0, 0, 0))
				_exit(2);
			bad += FAILS(EPERM, open(self->path, O_RDONLY));
			bad += FAILS(EACCES, open(self->path, O_RDWR));
			_exit(bad ? 1 : 0);
		}
		ASSERT_EQ(1, read(ready[0], &byte, 1));
		ASSERT_EQ(0, map_root(pid, "uid_map"));
		ASSERT_EQ(0, map_root(pid, "gid_map"));
		ASSERT_EQ(1, write(mapped[1], &byte, 1));
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		EXPECT_EQ(0, status);
	}
}

TEST_HARNESS_MAIN
