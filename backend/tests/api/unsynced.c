/* Throws away what was not synced to disk, as a power cut may.
 *
 * Preload it into a process (LD_PRELOAD). Before a file below $UNSYNCED_UNDER is written, what was there is added
 * to a log in $UNSYNCED_LOGS. A sync of the file empties its log. After the process was killed, the test applies
 * the logs backwards: each file is as it was at its last sync. With $UNSYNCED_LIES, syncs do nothing.
 *
 * A log has the inode and the time of birth of its file as its name: files are renamed, and inodes used again.
 * Several processes may write to a file, so the log is locked meanwhile.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(type, name, ...) ((type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name))

/* The log of a file, open and locked; -1 if the file is none of those. */
static int open_log(int file) {
    const char *under = getenv("UNSYNCED_UNDER"), *logs = getenv("UNSYNCED_LOGS");
    char link[64], path[PATH_MAX], log[PATH_MAX];
    struct statx about;
    int before = errno;
    if (!under || !logs) return -1;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return errno = before, -1;
    path[length] = 0;
    if (strncmp(path, under, strlen(under)) || statx(file, "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_BTIME, &about) ||
        !S_ISREG(about.stx_mode))
        return errno = before, -1;
    snprintf(log, sizeof log, "%s/%llu-%lld-%u", logs, (unsigned long long)about.stx_ino,
             (long long)about.stx_btime.tv_sec, about.stx_btime.tv_nsec);
    int opened = open(log, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (opened < 0 || flock(opened, LOCK_EX)) abort();
    return errno = before, opened;
}

/* Adds to the log what is at this place of the file now, and the size of the file. */
static void note(int log, int file, off_t offset, size_t length) {
    struct stat about;
    int before = errno;
    if (fstat(file, &about)) abort();
    size_t there = 0;
    if (offset < about.st_size)
        there = (size_t)(about.st_size - offset) < length ? (size_t)(about.st_size - offset) : length;
    uint64_t head[3] = {(uint64_t)offset, there, (uint64_t)about.st_size};
    char *record = malloc(sizeof head + there);
    if (!record) abort();
    memcpy(record, head, sizeof head);
    /* The file may be open for writing only. */
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    int readable = there ? open(link, O_RDONLY | O_CLOEXEC) : -1;
    if (there && pread(readable, record + sizeof head, there, offset) != (ssize_t)there) abort();
    if (readable >= 0) close(readable);
    if (REAL(ssize_t, "write", int, const void *, size_t)(log, record, sizeof head + there) < 0) abort();
    free(record);
    errno = before;
}

static off_t position(int file) {
    struct stat about;
    if (fcntl(file, F_GETFL) & O_APPEND) return fstat(file, &about) ? 0 : about.st_size;
    return lseek(file, 0, SEEK_CUR);
}

static size_t sum(const struct iovec *parts, int count) {
    size_t all = 0;
    for (int i = 0; i < count; i++) all += parts[i].iov_len;
    return all;
}

/* Calls the real function while the log is locked. */
#define LOGGED(type, file, offset, length, call)              \
    int log = open_log(file);                                 \
    if (log >= 0) note(log, file, offset, length);            \
    type done = call;                                         \
    if (log >= 0) { int e = errno; close(log); errno = e; }   \
    return done

ssize_t write(int f, const void *data, size_t n) {
    LOGGED(ssize_t, f, position(f), n, REAL(ssize_t, "write", int, const void *, size_t)(f, data, n));
}
ssize_t writev(int f, const struct iovec *v, int n) {
    LOGGED(ssize_t, f, position(f), sum(v, n), REAL(ssize_t, "writev", int, const struct iovec *, int)(f, v, n));
}
#define AT(name)                                                                                            \
    ssize_t name(int f, const void *data, size_t n, off_t at) {                                             \
        LOGGED(ssize_t, f, at, n, REAL(ssize_t, #name, int, const void *, size_t, off_t)(f, data, n, at));  \
    }
#define VECTOR(name)                                                                                        \
    ssize_t name(int f, const struct iovec *v, int n, off_t at) {                                           \
        LOGGED(ssize_t, f, at, sum(v, n), REAL(ssize_t, #name, int, const struct iovec *, int, off_t)(f, v, n, at)); \
    }
#define CUT(name)                                                                                           \
    int name(int f, off_t size) {                                                                           \
        LOGGED(int, f, size, SIZE_MAX, REAL(int, #name, int, off_t)(f, size));                              \
    }
#define GROW(name)                                                                                          \
    int name(int f, off_t at, off_t n) { LOGGED(int, f, at, 0, REAL(int, #name, int, off_t, off_t)(f, at, n)); }
#define SYNC(name)                                                                                          \
    int name(int f) {                                                                                       \
        if (getenv("UNSYNCED_LIES")) return 0;                                                              \
        int log = open_log(f), done = REAL(int, #name, int)(f), e = errno;                                  \
        if (log >= 0) {                                                                                     \
            if (!done && REAL(int, "ftruncate", int, off_t)(log, 0)) abort();                               \
            close(log);                                                                                     \
        }                                                                                                   \
        return errno = e, done;                                                                             \
    }
AT(pwrite)
AT(pwrite64)
VECTOR(pwritev)
VECTOR(pwritev64)
CUT(ftruncate)
CUT(ftruncate64)
GROW(posix_fallocate)
GROW(posix_fallocate64)
SYNC(fsync)
SYNC(fdatasync)
