// Runs a command and says when and at what cost, without a shell or an interpreter in between.
//
// usage: meter [--output FILE] [--errors FILE] [--runs N] [--listen] COMMAND [ARGUMENT...]
//
//   --output, --errors   where the command's standard output and standard error go (default: nowhere)
//   --runs N             one after the other (1)
//   --listen             listens on a port of 127.1.0.1, the group's first address, which replaces {port} in the
//                        arguments, notes when the first connection of a run is there, and ends that run (SIGKILL)
//
// A JSON line a run: first {"pid":…}, and when the command has ended its times (CLOCK_MONOTONIC, ns; 0: never) and
// costs. The output's times are those at which its bytes were at this reader. Whoever ends the meter ends the command.
#include "common.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

static const char *output_path = "/dev/null", *errors_path = "/dev/null";
static int listener = -1, port;

struct run {
  int64_t begun, first_byte, last_byte, connected;
  long bytes;
};

static void fail(const char *what) {
  perror(what);
  exit(71);
}

static void open_listener(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(address_of(0))};
  socklen_t size = sizeof address;
  listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0 || bind(listener, (struct sockaddr *)&address, size) || listen(listener, 16) ||
      getsockname(listener, (struct sockaddr *)&address, &size))
    fail("meter: listen");
  port = ntohs(address.sin_port);
}

// The port in place of {port}.
static char *filled(char *argument) {
  char *place = strstr(argument, "{port}");
  if (!place) return argument;
  char *text = malloc(strlen(argument) + 8);
  sprintf(text, "%.*s%d%s", (int)(place - argument), argument, port, place + 6);
  return text;
}

static void become(char **command, int output) {
  int none = open("/dev/null", O_RDONLY), errors = open(errors_path, O_WRONLY | O_CREAT | O_APPEND, 0600);
  // A driver that is killed leaves nothing behind.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (none < 0 || errors < 0) fail("meter: open");
  dup2(none, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(errors, STDERR_FILENO);
  execvp(command[0], command);
  fail(command[0]);
}

// Reads the output until its end, and takes the first connection.
static void follow(struct run *run, int output, int file, pid_t child) {
  struct pollfd places[2] = {{.fd = output, .events = POLLIN}, {.fd = listener, .events = POLLIN}};
  while (places[0].fd >= 0) {
    if (poll(places, 2, -1) < 0) {
      if (errno == EINTR) continue;
      fail("meter: poll");
    }
    int64_t now = now_ns();
    if (places[1].revents) {
      int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
      if (client >= 0 && !run->connected) {
        run->connected = now;
        kill(child, SIGKILL);
      }
      if (client >= 0) close(client);
    }
    if (!places[0].revents) continue;
    static char buffer[1 << 16];
    ssize_t size = read(output, buffer, sizeof buffer);
    if (size <= 0) {
      places[0].fd = -1;
      continue;
    }
    // The moment at which the bytes are here, not the one before the pipe was emptied.
    run->last_byte = now_ns();
    if (!run->first_byte) run->first_byte = run->last_byte;
    run->bytes += size;
    if (write(file, buffer, (size_t)size) != size) fail(output_path);
  }
}

static void run_once(char **command) {
  int ends[2], file = open(output_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) fail(output_path);
  if (pipe2(ends, O_CLOEXEC)) fail("meter: pipe");
  struct run run = {.begun = now_ns()};
  pid_t child = fork();
  if (child < 0) fail("meter: fork");
  if (child == 0) become(command, ends[1]);
  close(ends[1]);
  printf("{\"pid\":%d}\n", (int)child);
  fflush(stdout);
  follow(&run, ends[0], file, child);
  int status;
  struct rusage usage;
  if (wait4(child, &status, 0, &usage) < 0) fail("meter: wait4");
  int64_t ended = now_ns();
  close(ends[0]);
  close(file);
  printf("{\"begun_ns\":%lld,\"connected_ns\":%lld,\"first_byte_ns\":%lld,\"last_byte_ns\":%lld,"
         "\"ended_ns\":%lld,\"bytes\":%ld,\"status\":%d,\"signal\":%d,\"cpu_us\":%lld,\"peak_kb\":%ld}\n",
         (long long)run.begun, (long long)run.connected, (long long)run.first_byte,
         (long long)run.last_byte, (long long)ended, run.bytes,
         WIFEXITED(status) ? WEXITSTATUS(status) : -1, WIFSIGNALED(status) ? WTERMSIG(status) : 0,
         (long long)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
             usage.ru_utime.tv_usec + usage.ru_stime.tv_usec,
         usage.ru_maxrss);
  fflush(stdout);
}

int main(int count, char **words) {
  int runs = 1, next = 1;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (; next < count && !strncmp(words[next], "--", 2); next++) {
    if (!strcmp(words[next], "--listen")) {
      open_listener();
      continue;
    }
    if (next + 1 == count) return 64;
    const char *option = words[next++];
    if (!strcmp(option, "--output")) output_path = words[next];
    else if (!strcmp(option, "--errors")) errors_path = words[next];
    else if (!strcmp(option, "--runs")) runs = atoi(words[next]);
    else return 64;
  }
  if (next == count) return 64;
  for (int i = next; i < count; i++) words[i] = filled(words[i]);
  for (int i = 0; i < runs; i++) run_once(&words[next]);
  return 0;
}
