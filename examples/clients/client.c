/*
 * A right client with blocking POSIX sockets: u32be frames, at most 1 MiB each.
 *
 * It sends what it reads on its standard input, one message a line in hex, and prints every reply.
 *
 * Build it:  cc -O2 -o client examples/clients/client.c
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MESSAGE_BYTES_MAX (1024 * 1024)

static int server;
/* A header and the longest message. */
static unsigned char frame[4 + MESSAGE_BYTES_MAX];

static void fail(const char *what, const char *why) {
  fprintf(stderr, "client: %s: %s\n", what, why);
  exit(1);
}

/* One send takes what fits: go on until all of it is taken. */
static void send_all(const unsigned char *bytes, size_t count) {
  while (count > 0) {
    ssize_t taken = send(server, bytes, count, MSG_NOSIGNAL);
    if (taken < 0 && errno == EINTR) continue;
    if (taken < 0) fail("send", strerror(errno));
    bytes += taken;
    count -= taken;
  }
}

/* One recv returns what is there: ask until all of it has come. */
static void receive_exactly(unsigned char *bytes, size_t count) {
  while (count > 0) {
    ssize_t came = recv(server, bytes, count, 0);
    if (came < 0 && errno == EINTR) continue;
    if (came < 0) fail("recv", strerror(errno));
    if (came == 0) fail("recv", "the server closed the connection inside a reply or before it");
    bytes += came;
    count -= came;
  }
}

static unsigned digit(char character) {
  if (character >= '0' && character <= '9') return character - '0';
  if (character >= 'a' && character <= 'f') return character - 'a' + 10;
  fail("input", "a line is not in hex");
  return 0;
}

static void exchange(const char *line, size_t digits) {
  uint32_t length = digits / 2;
  if (length > MESSAGE_BYTES_MAX) fail("input", "a request is too long");
  uint32_t announced = htonl(length);
  memcpy(frame, &announced, 4);
  for (size_t at = 0; at < length; at++)
    frame[4 + at] = digit(line[2 * at]) << 4 | digit(line[2 * at + 1]);
  send_all(frame, 4 + (size_t)length);

  receive_exactly(frame, 4);
  memcpy(&announced, frame, 4);
  length = ntohl(announced);
  if (length > MESSAGE_BYTES_MAX) fail("recv", "a reply is too long");
  receive_exactly(frame, length);
  for (size_t at = 0; at < length; at++) printf("%02x", frame[at]);
  printf("\n");
  fflush(stdout);
}

int main(int count, char **words) {
  if (count != 3) fail("usage", "client HOST PORT");
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(words[2]))};
  if (inet_aton(words[1], &address.sin_addr) == 0) fail(words[1], "no numeric address");
  server = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(server, (struct sockaddr *)&address, sizeof address) < 0)
    fail("connect", strerror(errno));
  char *line = NULL;
  size_t room = 0;
  for (ssize_t came; (came = getline(&line, &room, stdin)) > 0;) {
    if (line[came - 1] == '\n') came--;
    exchange(line, came);
  }
  free(line);
  return 0;
}
