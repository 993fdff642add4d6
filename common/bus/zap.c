/* zap -- CURVE keys, and who is let in. */
#include "common/bus/zap.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/base.h"
#include "common/bus/parts.h"

#define ZAP_ENDPOINT "inproc://zeromq.zap.01"
#define RAW_KEY_BYTES 32

struct zap {
    struct bus_socket *socket;
    char *dir;
    struct zap_keys keys;
};

/* ---- files ---- */

static FILE *
open_key(const char *dir, const char *name, const char *kind)
{
    char *path = mem_format("%s/%s.%s", dir, name, kind);
    FILE *file = fopen(path, "re");
    struct stat is;
    if (file == NULL || fstat(fileno(file), &is) != 0) {
        log_fatal("cannot read the key %s: %s", path, strerror(errno));
    }
    if (strcmp(kind, "secret") == 0 && (is.st_mode & 077) != 0) {
        log_fatal("the key %s can be read by others: chmod 600 it", path);
    }
    free(path);
    return file;
}

static bool
read_key_line(FILE *file, char key[ZAP_KEY_SIZE])
{
    uint8_t raw[RAW_KEY_BYTES];
    char line[ZAP_KEY_SIZE + 2] = "";
    if (fgets(line, sizeof(line), file) == NULL) {
        return false;
    }
    line[strcspn(line, "\r\n")] = '\0';
    if (strlen(line) != ZAP_KEY_SIZE - 1 || zmq_z85_decode(raw, line) == NULL) {
        return false;
    }
    memcpy(key, line, ZAP_KEY_SIZE);
    return true;
}

static void
read_own_keys(const char *dir, const char *name, struct zap_keys *out)
{
    FILE *file = open_key(dir, name, "secret");
    if (!read_key_line(file, out->public_key) ||
        !read_key_line(file, out->secret_key)) {
        log_fatal("%s/%s.secret does not hold two Z85 keys", dir, name);
    }
    (void)fclose(file);
}

void
zap_public_of(const struct zap *zap, const char *name, char key[ZAP_KEY_SIZE])
{
    FILE *file = open_key(zap->dir, name, "public");
    if (!read_key_line(file, key)) {
        log_fatal("%s/%s.public does not hold a Z85 key", zap->dir, name);
    }
    (void)fclose(file);
}

static void
write_key(const char *dir, const char *name, const char *kind, mode_t mode,
          const char *text)
{
    char *path = mem_format("%s/%s.%s", dir, name, kind);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text) ||
        close(fd) != 0) {
        log_fatal("cannot write the key %s: %s", path, strerror(errno));
    }
    free(path);
}

void
bus_make_keys(const char *dir, const char *name)
{
    struct zap_keys keys;
    if (zmq_curve_keypair(keys.public_key, keys.secret_key) != 0) {
        log_fatal("cannot make a CURVE key: %s", zmq_strerror(errno));
    }
    char *both = mem_format("%s\n%s\n", keys.public_key, keys.secret_key);
    char *open = mem_format("%s\n", keys.public_key);
    write_key(dir, name, "secret", 0600, both);
    write_key(dir, name, "public", 0644, open);
    free(both);
    free(open);
}

/* ---- who is it ---- */

static bool
holds_key(const char *dir, const char *file_name, const char *key)
{
    char *path = mem_format("%s/%s", dir, file_name);
    char line[ZAP_KEY_SIZE];
    FILE *file = fopen(path, "re");
    bool is_it =
        file != NULL && read_key_line(file, line) && strcmp(line, key) == 0;
    if (file != NULL) {
        (void)fclose(file);
    }
    free(path);
    return is_it;
}

/* The name of the peer with this key, or "". */
static void
find_name(const struct zap *zap, const char *key, char name[BUS_NAME_SIZE])
{
    name[0] = '\0';
    DIR *dir = opendir(zap->dir);
    if (dir == NULL) {
        return;
    }
    struct dirent *entry;
    while (name[0] == '\0' && (entry = readdir(dir)) != NULL) {
        const char *end = strrchr(entry->d_name, '.');
        size_t len = end == NULL ? 0 : (size_t)(end - entry->d_name);
        if (len > 0 && len < BUS_NAME_SIZE && strcmp(end, ".public") == 0 &&
            holds_key(zap->dir, entry->d_name, key)) {
            memcpy(name, entry->d_name, len);
            name[len] = '\0';
        }
    }
    (void)closedir(dir);
}

/* ---- the protocol: RFC 27 ---- */

enum { VERSION, REQUEST_ID, DOMAIN, ADDRESS, IDENTITY, MECHANISM, KEY, COUNT };

static bool
is_frame(zmq_msg_t *frame, const char *text)
{
    return zmq_msg_size(frame) == strlen(text) &&
           memcmp(zmq_msg_data(frame), text, strlen(text)) == 0;
}

static void
set_frame(zmq_msg_t *frame, const void *bytes, size_t len)
{
    if (zmq_msg_init_size(frame, len) != 0) {
        abort();
    }
    if (len > 0) {
        memcpy(zmq_msg_data(frame), bytes, len);
    }
}

/* 300 and not 400: libzmq gives up for ever on a connection refused with
 * 400, but this key may be listed a minute from now. */
static void
answer(struct zap *zap, zmq_msg_t *frames, int count, const char *name)
{
    bool is_known = name[0] != '\0';
    zmq_msg_t reply[6];
    set_frame(&reply[0], "1.0", 3);
    set_frame(&reply[1], count > REQUEST_ID ? zmq_msg_data(&frames[1]) : "",
              count > REQUEST_ID ? zmq_msg_size(&frames[1]) : 0);
    set_frame(&reply[2], is_known ? "200" : "300", 3);
    set_frame(&reply[3], is_known ? "OK" : "unknown key", is_known ? 2 : 11);
    set_frame(&reply[4], name, strlen(name));
    set_frame(&reply[5], "", 0);
    (void)bus_socket_send(zap->socket, reply, 6);
}

static void
on_handshake(void *arg, zmq_msg_t *frames, int count)
{
    struct zap *zap = arg;
    char key[ZAP_KEY_SIZE], name[BUS_NAME_SIZE] = "";
    if (count == COUNT && is_frame(&frames[VERSION], "1.0") &&
        is_frame(&frames[MECHANISM], "CURVE") &&
        zmq_msg_size(&frames[KEY]) == RAW_KEY_BYTES &&
        zmq_z85_encode(key, zmq_msg_data(&frames[KEY]), RAW_KEY_BYTES) !=
            NULL) {
        find_name(zap, key, name);
    }
    if (name[0] == '\0') {
        log_warn("bus.key_refused");
    }
    answer(zap, frames, count, name);
}

struct zap *
zap_open(struct bus *bus, const char *dir, const char *name)
{
    struct zap *zap = mem_new(sizeof(*zap));
    zap->dir = mem_copy_string(dir);
    read_own_keys(dir, name, &zap->keys);
    zap->socket = bus_socket_new(bus, ZMQ_REP, on_handshake, zap);
    bus_socket_bind(zap->socket, ZAP_ENDPOINT);
    return zap;
}

void
zap_close(struct zap **zap)
{
    if (*zap == NULL) {
        return;
    }
    bus_socket_free(&(*zap)->socket);
    free((*zap)->dir);
    memset(&(*zap)->keys, 0, sizeof((*zap)->keys));
    free(*zap);
    *zap = NULL;
}

const struct zap_keys *
zap_own_keys(const struct zap *zap)
{
    return &zap->keys;
}
