/* vault -- muster vault make, seal, open: what ./muster backup and restore are
 * made of. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/crypto/crypto.h"
#include "services/cli/api/say.h"
#include "services/cli/args/args.h"
#include "services/cli/words/words.h"

#define HEX_CHARS (2 * VAULT_KEY_BYTES)

/* ---- keys in files: a line of hexadecimal ---- */

static bool
write_key(const char *path, const uint8_t key[VAULT_KEY_BYTES], mode_t mode)
{
    struct buf line;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0) {
        say_error("%s: %s", path, strerror(errno));
        return false;
    }
    buf_init(&line, 0);
    crypto_add_hex(&line, key, VAULT_KEY_BYTES);
    buf_add_string(&line, "\n");
    bool is_good =
        write(fd, line.data, line.len) == (ssize_t)line.len && fsync(fd) == 0;
    is_good = close(fd) == 0 && is_good;
    if (!is_good) {
        say_error("%s could not be written", path);
    }
    buf_fini(&line);
    return is_good;
}

static bool
read_key(const char *path, uint8_t key[VAULT_KEY_BYTES])
{
    char line[HEX_CHARS + 2] = "";
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        say_error("%s: %s", path, strerror(errno));
        return false;
    }
    bool is_read = fgets(line, sizeof(line), file) != NULL;
    (void)fclose(file);
    if (!is_read || crypto_read_hex(line, strcspn(line, "\n"), key,
                                    VAULT_KEY_BYTES) != VAULT_KEY_BYTES) {
        say_error("%s is no key that muster vault make wrote", path);
        return false;
    }
    return true;
}

/* ---- the verbs ---- */

static int
make(const char *dir)
{
    struct vault_keys keys;
    char secret[4096], public_key[4096];
    struct stat there;
    if (strlen(dir) > sizeof(secret) - 32 || stat(dir, &there) != 0 ||
        !S_ISDIR(there.st_mode)) {
        say_error("there is no folder %s: make it first", dir);
        return FAILED;
    }
    (void)snprintf(secret, sizeof(secret), "%s/backup.secret", dir);
    (void)snprintf(public_key, sizeof(public_key), "%s/backup.public", dir);
    vault_make_keys(&keys);
    if (!write_key(secret, keys.secret, 0600) ||
        !write_key(public_key, keys.public_key, 0644)) {
        return FAILED;
    }
    (void)printf("%s makes backups; only %s opens them.\nKeep that one on "
                 "another machine, and on paper.\n",
                 public_key, secret);
    return DONE;
}

static int
seal(const char *path)
{
    uint8_t key[VAULT_KEY_BYTES];
    if (!read_key(path, key)) {
        return FAILED;
    }
    if (!vault_seal(stdin, stdout, key)) {
        say_error("the backup could not be written: %s", strerror(errno));
        return FAILED;
    }
    return DONE;
}

static int
open_sealed(const char *path)
{
    struct vault_keys keys;
    if (!read_key(path, keys.secret)) {
        return FAILED;
    }
    vault_set_public(&keys);
    const char *why = vault_open(stdin, stdout, &keys);
    if (why != NULL) {
        say_error("%s", why);
        return REFUSED;
    }
    return DONE;
}

int
vault_word(struct cli *cli, int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(const char *path);
    } verbs[] = {{"make", make}, {"seal", seal}, {"open", open_sealed}};
    const struct args args = {
        "vault make FOLDER | seal PUBLIC | open SECRET",
        "Keys for backups, and what a backup is sealed with: seal and open "
        "read standard\ninput and write standard output. ./muster backup and "
        "restore use them.",
        NULL,
        0,
        2,
        2};
    int at = args_read(cli, &args, argc, argv);
    if (at < 0) {
        return args_status(at);
    }
    for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++) {
        if (strcmp(argv[at], verbs[i].name) == 0) {
            return verbs[i].run(argv[at + 1]);
        }
    }
    say_error("usage: muster %s", args.usage);
    return MISUSED;
}
