/*
 * An echo server in C: a length of 4 bytes, big-endian, then the message. A thread a connection.
 *
 *   cc -O2 -pthread -o echo examples/servers/echo.c && ./echo 9000
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MESSAGE_BYTES_MAX (1024 * 1024)
#define HEADER_BYTES 4

/* One read is not one message: goes on until all of it is there. 0 at the end of the stream. */
static int read_all(int fd, unsigned char *to, size_t bytes) {
  for (size_t at = 0; at < bytes;) {
    ssize_t count = recv(fd, to + at, bytes - at, 0);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return 0;
    at += (size_t)count;
  }
  return 1;
}

/* A write may take only a part: goes on until all of it is gone. */
static int write_all(int fd, const unsigned char *from, size_t bytes) {
  for (size_t at = 0; at < bytes;) {
    ssize_t count = send(fd, from + at, bytes - at, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return 0;
    at += (size_t)count;
  }
  return 1;
}

static void *serve(void *argument) {
  int fd = (int)(intptr_t)argument;
  unsigned char *frame = NULL;
  size_t room = 0;
  unsigned char header[HEADER_BYTES];
  while (read_all(fd, header, HEADER_BYTES)) {
    size_t bytes = (size_t)header[0] << 24 | header[1] << 16 | header[2] << 8 | header[3];
    if (bytes > MESSAGE_BYTES_MAX) break;
    if (HEADER_BYTES + bytes > room) {
      /* Bounded: the limit was checked. The system gives memory only where bytes are written. */
      unsigned char *larger = realloc(frame, HEADER_BYTES + bytes);
      if (!larger) break;
      frame = larger;
      room = HEADER_BYTES + bytes;
    }
    memcpy(frame, header, HEADER_BYTES);
    if (!read_all(fd, frame + HEADER_BYTES, bytes)) break;
    if (!write_all(fd, frame, HEADER_BYTES + bytes)) break;
  }
  free(frame);
  close(fd);
  return NULL;
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: %s PORT\n", argv[0]);
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[1]))};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 128) < 0) {
    perror("cannot listen");
    return 1;
  }
  pthread_attr_t detached;
  pthread_attr_init(&detached);
  pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
  for (;;) {
    int fd = accept(listener, NULL, NULL);
    if (fd < 0) continue;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    pthread_t thread;
    if (pthread_create(&thread, &detached, serve, (void *)(intptr_t)fd) != 0) close(fd);
  }
}
