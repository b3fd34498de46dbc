/*
 * The floor: an echo of bytes, without framing, as one thread and epoll do it. Whatever frames on
 * top can at best be as fast. What the kernel does not take is kept, and meanwhile that connection
 * is not read.
 *
 * RUN  cc -O2 -o epoll-echo epoll-echo.c && ./epoll-echo 8080
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_BYTES (256 * 1024)
#define EVENTS 256

/* What a connection is owed; no memory as long as everything is taken at once. */
struct connection {
  int fd;
  char *rest;
  size_t at, end;
};

static char buffer[READ_BYTES];
static int loop;

static void watch(struct connection *c, unsigned events, int operation) {
  struct epoll_event event = {.events = events, .data.ptr = c};
  epoll_ctl(loop, operation, c->fd, &event);
}

static void drop(struct connection *c) {
  close(c->fd);
  free(c->rest);
  free(c);
}

/* Bytes taken, or -1 when the connection is broken. */
static ssize_t put(int fd, const char *bytes, size_t length) {
  size_t done = 0;
  while (done < length) {
    ssize_t taken = send(fd, bytes + done, length - done, MSG_NOSIGNAL);
    if (taken < 0 && errno == EINTR) continue;
    if (taken < 0 && errno == EAGAIN) break;
    if (taken < 0) return -1;
    done += (size_t)taken;
  }
  return (ssize_t)done;
}

/* 0 when the connection is over. */
static int readable(struct connection *c) {
  ssize_t got = recv(c->fd, buffer, sizeof buffer, 0);
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  if (got == 0) return 0;
  ssize_t taken = put(c->fd, buffer, (size_t)got);
  if (taken < 0) return 0;
  if (taken == got) return 1;
  c->end = (size_t)(got - taken);
  c->at = 0;
  c->rest = malloc(c->end);
  if (!c->rest) return 0;
  memcpy(c->rest, buffer + taken, c->end);
  watch(c, EPOLLOUT, EPOLL_CTL_MOD);
  return 1;
}

static int writable(struct connection *c) {
  ssize_t taken = put(c->fd, c->rest + c->at, c->end - c->at);
  if (taken < 0) return 0;
  c->at += (size_t)taken;
  if (c->at < c->end) return 1;
  free(c->rest);
  c->rest = NULL;
  watch(c, EPOLLIN, EPOLL_CTL_MOD);
  return 1;
}

static void accept_all(int listener) {
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    struct connection *c = calloc(1, sizeof *c);
    if (!c) {
      close(fd);
      return;
    }
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    c->fd = fd;
    watch(c, EPOLLIN, EPOLL_CTL_ADD);
  }
}

static int listen_on(int port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  int on = 1;
  struct sockaddr_in where = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(fd, (struct sockaddr *)&where, sizeof where) == 0 && listen(fd, 4096) == 0) return fd;
  perror("epoll-echo");
  exit(1);
}

int main(int argc, char **argv) {
  struct rlimit files;
  if (argc != 2 || atoi(argv[1]) <= 0) {
    fprintf(stderr, "usage: epoll-echo PORT\n");
    return 2;
  }
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
  loop = epoll_create1(EPOLL_CLOEXEC);
  struct connection listener = {.fd = listen_on(atoi(argv[1]))};
  watch(&listener, EPOLLIN, EPOLL_CTL_ADD);
  struct epoll_event events[EVENTS];
  for (;;) {
    int count = epoll_wait(loop, events, EVENTS, -1);
    for (int i = 0; i < count; i++) {
      struct connection *c = events[i].data.ptr;
      if (c == &listener) accept_all(listener.fd);
      else if (!(c->rest ? writable(c) : readable(c))) drop(c);
    }
  }
}
