/* withdrawn_look -- the bytes of a file of withdrawals. Pure. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/signup/keep/withdrawn.h"

#define MAGIC "MUSTERWD"
#define MAGIC_BYTES 8
#define ID_BYTES (WITHDRAWN_ID_SIZE - 1)
#define MAC_BYTES 8
/* magic, version, id, MAC: the id is kept as its eight bytes. */
#define ID_AT 12
#define HEADER_MAC_AT (WITHDRAWN_HEADER_BYTES - MAC_BYTES)
#define WORD_MAC_AT (WITHDRAWN_WORD_BYTES - MAC_BYTES)

/* ---- packing ---- */

static void
add_mac(const struct crypto_key *key, struct buf *to, size_t from)
{
    uint64_t mac = crypto_mac64(key, to->data + from, to->len - from);
    rows_put(to, mac, MAC_BYTES);
}

static void
fill_up(struct buf *to, size_t from, size_t len)
{
    while (to->len - from < len) {
        buf_add_byte(to, 0);
    }
}

void
withdrawn_pack_header(const struct crypto_key *key, const char *id,
                      struct buf *to)
{
    size_t from = to->len;
    uint64_t value = strtoull(id, NULL, 16);
    buf_add(to, MAGIC, MAGIC_BYTES);
    rows_put(to, WITHDRAWN_VERSION, 4);
    rows_put(to, value, 8);
    fill_up(to, from, HEADER_MAC_AT);
    add_mac(key, to, from);
}

void
withdrawn_pack_word(const struct crypto_key *key,
                    const struct withdrawn_row *word, struct buf *to)
{
    size_t from = to->len;
    withdrawn_row_append(to, word);
    fill_up(to, from, WORD_MAC_AT);
    add_mac(key, to, from);
}

/* ---- looking ---- */

static bool
has_good_mac(const struct crypto_key *key, const uint8_t *bytes, size_t len)
{
    struct bytes at = bytes_of(bytes + len - MAC_BYTES, MAC_BYTES);
    uint64_t mac = 0;
    return rows_get(&at, MAC_BYTES, &mac) &&
           mac == crypto_mac64(key, bytes, len - MAC_BYTES);
}

static enum withdrawn_health
look_at_header(const struct crypto_key *key, struct bytes file,
               struct withdrawn_mark *out)
{
    const uint8_t *bytes = file.data;
    uint64_t version = 0, id = 0;
    if (file.len < WITHDRAWN_HEADER_BYTES) {
        return WITHDRAWN_EMPTY;
    }
    struct bytes at = bytes_of(bytes + MAGIC_BYTES, 4 + 8);
    if (memcmp(bytes, MAGIC, MAGIC_BYTES) != 0 || !rows_get(&at, 4, &version) ||
        !rows_get(&at, 8, &id)) {
        return WITHDRAWN_DAMAGED;
    }
    if (version > WITHDRAWN_VERSION) {
        return WITHDRAWN_NEWER;
    }
    if (!has_good_mac(key, bytes, WITHDRAWN_HEADER_BYTES)) {
        return WITHDRAWN_DAMAGED;
    }
    (void)snprintf(out->id, sizeof(out->id), "%016llx", (unsigned long long)id);
    return WITHDRAWN_GOOD;
}

static const uint8_t *
word_at(struct bytes file, uint64_t n)
{
    return (const uint8_t *)file.data + WITHDRAWN_HEADER_BYTES +
           n * WITHDRAWN_WORD_BYTES;
}

struct withdrawn_row
withdrawn_word(struct bytes file, uint64_t n)
{
    struct withdrawn_row row;
    struct bytes at = bytes_of(word_at(file, n), WORD_MAC_AT);
    bool is_whole = withdrawn_row_read(&at, &row);
    assert(is_whole);
    return row;
}

enum withdrawn_health
withdrawn_look(const struct crypto_key *key, struct bytes file,
               struct withdrawn_mark *out)
{
    *out = (struct withdrawn_mark){.count = 0};
    enum withdrawn_health health = look_at_header(key, file, out);
    if (health != WITHDRAWN_GOOD) {
        return health;
    }
    uint64_t whole = (file.len - WITHDRAWN_HEADER_BYTES) / WITHDRAWN_WORD_BYTES;
    bool is_over = false;
    for (uint64_t n = 0; n < whole; n++) {
        bool is_good =
            has_good_mac(key, word_at(file, n), WITHDRAWN_WORD_BYTES);
        if (is_good && is_over) {
            return WITHDRAWN_DAMAGED;
        }
        is_over = !is_good;
        if (is_good) {
            out->count = n + 1;
        }
    }
    out->at_ms =
        out->count == 0 ? 0 : (int64_t)withdrawn_word(file, out->count - 1).at;
    return WITHDRAWN_GOOD;
}
