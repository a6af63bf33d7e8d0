/*
 * Stands between a program and the C library: writes down every change to files below CRASH_ROOT, and at the calls that
 * a rule names kills the program, fails, or does nothing and says it did.
 *
 * Rules are lines in the file CRASH_RULES, which may change at any time: `action call pattern from count errno`.
 *   action   kill-before, kill-after, fail, skip
 *   call     open, write, truncate, sync, link, rename, unlink, mkdir, answer, or *
 *   pattern  for fnmatch(3), of the path below CRASH_ROOT
 *   from, count  which of the matching calls, counted from 1 since the rules were given
 * Its first 8 bytes are the rules' number: they are read again when it changes.
 *
 * The journal (CRASH_JOURNAL) is a row of entries, each a line `kind a b c length path` and then `length` bytes:
 *   create inode . .   a new name for a new file        write inode offset .   bytes
 *   truncate inode size .                               begin, end id inode .  of a flush of a file
 *   beginfolder, endfolder id . .   of a flush of a folder
 *   mkdir, unlink . . .             link, rename . . .  the bytes are the former path
 *   answer . . .                    bytes that begin with "HTTP/1.1 2", to a socket
 * Entries and the changes they tell of are in one order: both happen under one lock, but for flushes.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define MOST_FDS 4096
#define MOST_RULES 16
#define RULES_SIZE 4096

enum verdict { GO, FAIL, SKIP, DIE_AFTER };

struct rule {
  char action[16], call[16], pattern[256];
  long from, count, error, seen;
};

struct handle {
  char *path; /* below the root; NULL: not ours */
  ino_t inode;
  int is_folder;
};

static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static struct handle handles[MOST_FDS];
static struct rule rules[MOST_RULES];
static int rule_count;
static char rules_number[8];
static char *rules_text;
static int journal = -1;
static const char *root;
static size_t root_length;
static unsigned long last_flush;

/* The C library's own function behind a name that is defined here. */
#define REAL(result, name, ...)                                    \
  static result (*real)(__VA_ARGS__);                              \
  if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, #name)

static int real_open(const char *path, int flags, mode_t mode) {
  static int (*open_)(const char *, int, ...);
  if (open_ == NULL) *(void **)&open_ = dlsym(RTLD_NEXT, "open64");
  return open_(path, flags, mode);
}

static ssize_t real_writev(int fd, const struct iovec *pieces, int count) {
  REAL(ssize_t, writev, int, const struct iovec *, int);
  return real(fd, pieces, count);
}

__attribute__((constructor)) static void begin(void) {
  root = getenv("CRASH_ROOT");
  root_length = root == NULL ? 0 : strlen(root);
  if (getenv("CRASH_JOURNAL")) journal = real_open(getenv("CRASH_JOURNAL"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (getenv("CRASH_RULES")) {
    int fd = real_open(getenv("CRASH_RULES"), O_RDONLY | O_CLOEXEC, 0);
    if (fd >= 0) {
      void *map = mmap(NULL, RULES_SIZE, PROT_READ, MAP_SHARED, fd, 0);
      if (map != MAP_FAILED) rules_text = map;
    }
  }
}

/* What lies behind the root in a path; NULL when it is elsewhere. */
static const char *below(const char *path) {
  if (root == NULL || path == NULL || strncmp(path, root, root_length) != 0) return NULL;
  if (path[root_length] == '\0') return ".";
  return path[root_length] == '/' ? path + root_length + 1 : NULL;
}

/* libuv closes some files by a bare system call, which is not seen here: the number may be a socket's by now. */
static struct handle *handle_of(int fd) {
  struct stat status;
  if (fd < 0 || fd >= MOST_FDS || handles[fd].path == NULL) return NULL;
  return fstat(fd, &status) == 0 && status.st_ino == handles[fd].inode ? &handles[fd] : NULL;
}

static void note(const char *kind, unsigned long a, unsigned long b, const char *path, const struct iovec *data, int count, size_t length) {
  char head[PATH_MAX + 128];
  struct iovec all[IOV_MAX];
  size_t left = length;
  int used = 1;
  if (journal < 0) return;
  int size = snprintf(head, sizeof head, "%s %lu %lu %zu %s\n", kind, a, b, length, path == NULL ? "." : path);
  all[0].iov_base = head;
  all[0].iov_len = (size_t)size;
  for (int i = 0; i < count && left > 0 && used < IOV_MAX; i++) {
    size_t part = data[i].iov_len < left ? data[i].iov_len : left;
    all[used].iov_base = data[i].iov_base;
    all[used++].iov_len = part;
    left -= part;
  }
  if (real_writev(journal, all, used) != (ssize_t)(size + length)) abort();
}

static void read_rules(void) {
  if (rules_text == NULL || memcmp(rules_number, rules_text, 8) == 0) return;
  memcpy(rules_number, rules_text, 8);
  char text[RULES_SIZE];
  memcpy(text, rules_text + 8, RULES_SIZE - 9);
  text[RULES_SIZE - 9] = '\0';
  rule_count = 0;
  char *rest = text;
  for (char *line = strsep(&rest, "\n"); line != NULL && rule_count < MOST_RULES; line = strsep(&rest, "\n")) {
    struct rule *rule = &rules[rule_count];
    rule->seen = 0;
    if (sscanf(line, "%15s %15s %255s %ld %ld %ld", rule->action, rule->call, rule->pattern, &rule->from, &rule->count, &rule->error) == 6)
      rule_count++;
  }
}

static void die(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

/* What the rules say of a call that is about to be made. Under the lock. */
static enum verdict judge(const char *call, const char *path) {
  enum verdict verdict = GO;
  read_rules();
  for (int i = 0; i < rule_count; i++) {
    struct rule *rule = &rules[i];
    if (strcmp(rule->call, "*") != 0 && strcmp(rule->call, call) != 0) continue;
    if (fnmatch(rule->pattern, path, 0) != 0) continue;
    rule->seen++;
    if (rule->seen < rule->from || rule->seen >= rule->from + rule->count) continue;
    if (strcmp(rule->action, "kill-before") == 0) die();
    if (strcmp(rule->action, "kill-after") == 0) verdict = DIE_AFTER;
    if (strcmp(rule->action, "skip") == 0) verdict = SKIP;
    if (strcmp(rule->action, "fail") == 0) {
      errno = (int)rule->error;
      return FAIL;
    }
  }
  return verdict;
}

static void enter(void) { pthread_mutex_lock(&lock); }

static void leave(enum verdict verdict) {
  int error = errno;
  if (verdict == DIE_AFTER) die();
  pthread_mutex_unlock(&lock);
  errno = error;
}

/* ---- open, close ---- */

static int open_path(const char *path, int flags, mode_t mode) {
  const char *inside = below(path);
  if (inside == NULL) return real_open(path, flags, mode);
  enter();
  struct stat before, after;
  int was_there = lstat(path, &before) == 0;
  enum verdict verdict = judge("open", inside);
  int fd = verdict == FAIL ? -1 : real_open(path, flags, mode);
  if (fd >= 0 && fd < MOST_FDS && fstat(fd, &after) == 0) {
    struct handle *handle = &handles[fd];
    free(handle->path);
    *handle = (struct handle){strdup(inside), after.st_ino, S_ISDIR(after.st_mode)};
    if (!was_there) note("create", after.st_ino, 0, inside, NULL, 0, 0);
    else if (flags & O_TRUNC) note("truncate", after.st_ino, 0, inside, NULL, 0, 0);
  }
  leave(verdict);
  return fd;
}

#define OPEN(name)                                    \
  int name(const char *path, int flags, ...) {        \
    va_list more;                                     \
    va_start(more, flags);                            \
    mode_t mode = va_arg(more, mode_t);               \
    va_end(more);                                     \
    return open_path(path, flags, mode);              \
  }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                       \
  int name(int at, const char *path, int flags, ...) {                     \
    va_list more;                                                          \
    va_start(more, flags);                                                 \
    mode_t mode = va_arg(more, mode_t);                                    \
    va_end(more);                                                          \
    if (path[0] == '/') return open_path(path, flags, mode);               \
    REAL(int, name, int, const char *, int, ...);                          \
    return real(at, path, flags, mode);                                    \
  }
OPENAT(openat)
OPENAT(openat64)

int close(int fd) {
  REAL(int, close, int);
  if (handle_of(fd) == NULL) return real(fd);
  enter();
  free(handles[fd].path);
  handles[fd].path = NULL;
  int result = real(fd);
  leave(GO);
  return result;
}

/* ---- bytes ---- */

static int is_answer(int fd, const struct iovec *pieces, int count) {
  struct stat status;
  return count > 0 && pieces[0].iov_len > 10 && memcmp(pieces[0].iov_base, "HTTP/1.1 2", 10) == 0 &&
         fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode);
}

/* Node hands an answer to the socket in one of three ways; all end here. */
typedef ssize_t (*sender)(int fd, const void *what, long how_many, long flags);

static ssize_t send_answer(int fd, const struct iovec *pieces, int count, sender send, const void *what, long how_many, long flags) {
  enter();
  enum verdict verdict = judge("answer", "answer");
  ssize_t sent = send(fd, what, how_many, flags);
  if (sent > 0) note("answer", 0, 0, NULL, pieces, count, (size_t)sent);
  leave(verdict);
  return sent;
}

typedef ssize_t (*writer)(int fd, const struct iovec *pieces, int count, off64_t offset);

/* Offset -1: where the file stands. */
static ssize_t write_pieces(int fd, const struct iovec *pieces, int count, off64_t offset, writer write) {
  struct handle *handle = handle_of(fd);
  if (handle == NULL) return write(fd, pieces, count, offset);
  enter();
  enum verdict verdict = judge("write", handle->path);
  ssize_t written = verdict == FAIL ? -1 : write(fd, pieces, count, offset);
  if (written > 0) {
    off64_t at = offset >= 0 ? offset : lseek64(fd, 0, SEEK_CUR) - written;
    note("write", handle->inode, (unsigned long)at, handle->path, pieces, count, (size_t)written);
  }
  leave(verdict);
  return written;
}

static ssize_t plain_write(int fd, const struct iovec *pieces, int count, off64_t offset) {
  REAL(ssize_t, write, int, const void *, size_t);
  (void)count, (void)offset;
  return real(fd, pieces->iov_base, pieces->iov_len);
}

static ssize_t plain_writev(int fd, const struct iovec *pieces, int count, off64_t offset) {
  (void)offset;
  return real_writev(fd, pieces, count);
}

static ssize_t plain_pwrite(int fd, const struct iovec *pieces, int count, off64_t offset) {
  REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t);
  (void)count;
  return real(fd, pieces->iov_base, pieces->iov_len, offset);
}

static ssize_t plain_pwritev(int fd, const struct iovec *pieces, int count, off64_t offset) {
  REAL(ssize_t, pwritev64, int, const struct iovec *, int, off64_t);
  return real(fd, pieces, count, offset);
}

static ssize_t send_write(int fd, const void *what, long size, long flags) {
  struct iovec piece = {(void *)what, (size_t)size};
  (void)flags;
  return plain_write(fd, &piece, 1, -1);
}

static ssize_t send_writev(int fd, const void *what, long count, long flags) {
  (void)flags;
  return real_writev(fd, what, (int)count);
}

static ssize_t send_message(int fd, const void *what, long unused, long flags) {
  REAL(ssize_t, sendmsg, int, const struct msghdr *, int);
  (void)unused;
  return real(fd, what, (int)flags);
}

ssize_t write(int fd, const void *bytes, size_t size) {
  struct iovec piece = {(void *)bytes, size};
  if (is_answer(fd, &piece, 1)) return send_answer(fd, &piece, 1, send_write, bytes, (long)size, 0);
  return write_pieces(fd, &piece, 1, -1, plain_write);
}

ssize_t writev(int fd, const struct iovec *pieces, int count) {
  if (is_answer(fd, pieces, count)) return send_answer(fd, pieces, count, send_writev, pieces, count, 0);
  return write_pieces(fd, pieces, count, -1, plain_writev);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
  if (!is_answer(fd, message->msg_iov, (int)message->msg_iovlen)) return send_message(fd, message, 0, flags);
  return send_answer(fd, message->msg_iov, (int)message->msg_iovlen, send_message, message, 0, flags);
}

#define PWRITE(name)                                                       \
  ssize_t name(int fd, const void *bytes, size_t size, off64_t offset) {   \
    struct iovec piece = {(void *)bytes, size};                            \
    return write_pieces(fd, &piece, 1, offset, plain_pwrite);              \
  }
PWRITE(pwrite)
PWRITE(pwrite64)

#define PWRITEV(name)                                                                \
  ssize_t name(int fd, const struct iovec *pieces, int count, off64_t offset) {      \
    return write_pieces(fd, pieces, count, offset, plain_pwritev);                   \
  }
PWRITEV(pwritev)
PWRITEV(pwritev64)

#define FTRUNCATE(name)                                                             \
  int name(int fd, off64_t size) {                                                  \
    REAL(int, ftruncate64, int, off64_t);                                           \
    struct handle *handle = handle_of(fd);                                          \
    if (handle == NULL) return real(fd, size);                                      \
    enter();                                                                        \
    enum verdict verdict = judge("truncate", handle->path);                         \
    int result = verdict == FAIL ? -1 : real(fd, size);                             \
    if (result == 0) note("truncate", handle->inode, (unsigned long)size, handle->path, NULL, 0, 0); \
    leave(verdict);                                                                 \
    return result;                                                                  \
  }
FTRUNCATE(ftruncate)
FTRUNCATE(ftruncate64)

/* ---- flushes: outside the lock, for they take their time ---- */

static int flush(int fd, int (*real)(int)) {
  struct handle *handle = handle_of(fd);
  if (handle == NULL) return real(fd);
  char path[PATH_MAX];
  enter();
  enum verdict verdict = judge("sync", handle->path);
  unsigned long id = (unsigned long)getpid() << 32 | ++last_flush;
  ino_t inode = handle->inode;
  int is_folder = handle->is_folder;
  snprintf(path, sizeof path, "%s", handle->path);
  if (verdict == GO || verdict == DIE_AFTER) note(is_folder ? "beginfolder" : "begin", id, inode, path, NULL, 0, 0);
  leave(GO);
  if (verdict == SKIP) return 0;
  int result = verdict == FAIL ? -1 : real(fd);
  enter();
  if (result == 0) note(is_folder ? "endfolder" : "end", id, inode, path, NULL, 0, 0);
  leave(verdict);
  return result;
}

int fsync(int fd) {
  REAL(int, fsync, int);
  return flush(fd, real);
}

int fdatasync(int fd) {
  REAL(int, fdatasync, int);
  return flush(fd, real);
}

/* ---- names ---- */

#define NAME_CALL(call, path, arguments, former)                                                \
  const char *inside = below(path);                                                             \
  if (inside == NULL) return real arguments;                                                    \
  enter();                                                                                      \
  enum verdict verdict = judge(call, inside);                                                   \
  int result = verdict == FAIL ? -1 : real arguments;                                           \
  if (result == 0) {                                                                            \
    const char *old = below(former);                                                            \
    struct iovec data = {(void *)old, old == NULL ? 0 : strlen(old)};                           \
    note(call, 0, 0, inside, &data, 1, data.iov_len);                                           \
  }                                                                                             \
  leave(verdict);                                                                               \
  return result

int mkdir(const char *path, mode_t mode) {
  REAL(int, mkdir, const char *, mode_t);
  NAME_CALL("mkdir", path, (path, mode), NULL);
}

int unlink(const char *path) {
  REAL(int, unlink, const char *);
  NAME_CALL("unlink", path, (path), NULL);
}

int rmdir(const char *path) {
  REAL(int, rmdir, const char *);
  NAME_CALL("unlink", path, (path), NULL);
}

int remove(const char *path) {
  REAL(int, remove, const char *);
  NAME_CALL("unlink", path, (path), NULL);
}

int link(const char *from, const char *to) {
  REAL(int, link, const char *, const char *);
  NAME_CALL("link", to, (from, to), from);
}

int rename(const char *from, const char *to) {
  REAL(int, rename, const char *, const char *);
  NAME_CALL("rename", to, (from, to), from);
}
