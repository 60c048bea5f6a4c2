// A library that is preloaded into a program which is to run many times: the program is linked and its libraries are
// initialised once, and then a copy of the process (fork) runs `main` for each request.
//
// It knows nothing of the program. A request on standard input is a 32-bit length and arguments that each end in a zero byte;
// the answer on standard output is the exit status (256 + the signal if there was one), then standard output and standard
// error of the copy, each after its 32-bit length. Byte order is the machine's. A copy has TIME seconds, and may write MOST_BYTES.
//
// The folder that ZYGOTE_KEPT names, if any, is the same for each copy: what a copy changes there is gone with it. That takes the
// rights to mount; the program must be in a mount namespace of its own.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define TIME 20
#define MOST_BYTES (64 << 20)

typedef int main_function(int, char **, char **);
typedef int start_function(main_function *, int, char **, void (*)(void), void (*)(void), void (*)(void), void *);

extern char **environ;

static int read_exactly(void *to, size_t size) {
  char *at = to;
  while (size > 0) {
    ssize_t count = read(0, at, size);
    if (count <= 0) return 0;
    at += count;
    size -= (size_t)count;
  }
  return 1;
}

static void write_all(const void *from, size_t size) {
  const char *at = from;
  while (size > 0) {
    ssize_t count = write(1, at, size);
    if (count < 0) _exit(1);
    at += count;
    size -= (size_t)count;
  }
}

static void send_file(int file) {
  char buffer[65536];
  struct stat status;
  if (fstat(file, &status) < 0) _exit(1);
  uint32_t size = (uint32_t)status.st_size;
  write_all(&size, sizeof size);
  for (off_t at = 0; at < status.st_size;) {
    ssize_t count = pread(file, buffer, sizeof buffer, at);
    if (count <= 0) _exit(1);
    write_all(buffer, (size_t)count);
    at += count;
  }
  close(file);
}

// Puts a layer on a folder that takes all that is written there, for this process and those it starts. The layer is in memory, and
// for want of a better place below the folder `/mnt`, where only this process sees it.
static void keep(const char *folder) {
  char layers[4096];
  int length = snprintf(layers, sizeof layers, "lowerdir=%s,upperdir=/mnt/upper,workdir=/mnt/work", folder);
  if (length < 0 || (size_t)length >= sizeof layers || unshare(CLONE_NEWNS) < 0 || mount("tmpfs", "/mnt", "tmpfs", 0, NULL) < 0
      || mkdir("/mnt/upper", 0755) < 0 || mkdir("/mnt/work", 0755) < 0 || mount("overlay", folder, "overlay", 0, layers) < 0) {
    perror(folder);
    _exit(1);
  }
}

// Arguments with the environment behind them, as `main` expects them; never freed, for a copy ends with its `main`.
static char **arguments(char *program, char *text, uint32_t size, int *count) {
  *count = 1;
  for (uint32_t at = 0; at < size; at++) *count += text[at] == 0;
  size_t variables = 0;
  while (environ[variables]) variables++;
  char **all = calloc((size_t)*count + variables + 4, sizeof *all);
  if (!all) _exit(1);
  all[0] = program;
  for (int index = 1; index < *count; index++) {
    all[index] = text;
    text += strlen(text) + 1;
  }
  memcpy(all + *count + 1, environ, variables * sizeof *all);
  return all;
}

int __libc_start_main(main_function *main, int argc, char **argv, void (*init)(void), void (*fini)(void), void (*rtld_fini)(void), void *stack_end) {
  start_function *start = (start_function *)dlsym(RTLD_NEXT, "__libc_start_main");
  if (!getenv("ZYGOTE")) return start(main, argc, argv, init, fini, rtld_fini, stack_end);
  unsetenv("ZYGOTE");
  unsetenv("LD_PRELOAD");
  const char *kept = getenv("ZYGOTE_KEPT");
  uint32_t size;
  while (read_exactly(&size, sizeof size)) {
    char *text = calloc((size_t)size + 1, 1);
    if (!text || !read_exactly(text, size)) _exit(1);
    int out = memfd_create("out", 0), error = memfd_create("error", 0);
    pid_t copy = fork();
    if (copy < 0 || out < 0 || error < 0) _exit(1);
    if (copy == 0) {
      if (!freopen("/dev/null", "r", stdin)) _exit(1);
      dup2(out, 1);
      dup2(error, 2);
      close(out);
      close(error);
      if (kept) keep(kept);
      alarm(TIME);
      struct rlimit most = {MOST_BYTES, MOST_BYTES};
      setrlimit(RLIMIT_FSIZE, &most);
      int count;
      char **all = arguments(argv[0], text, size, &count);
      return start(main, count, all, init, fini, rtld_fini, stack_end);
    }
    int status = 0;
    if (waitpid(copy, &status, 0) < 0) _exit(1);
    uint32_t code = WIFEXITED(status) ? (uint32_t)WEXITSTATUS(status) : 256u + (uint32_t)WTERMSIG(status);
    write_all(&code, sizeof code);
    send_file(out);
    send_file(error);
    free(text);
  }
  _exit(0);
}
