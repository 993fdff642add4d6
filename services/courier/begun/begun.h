/* begun -- whom the couriers of this machine have begun to hand a message to,
 * kept outside Redis: so that nobody is begun twice even when the store has
 * gone back in time.
 *
 * For each broadcast and channel a sparse file of bits in <journal_dir>/begun/,
 * by chunks of 65,536 numbers (8 KiB each), memory-mapped and shared by all
 * couriers of that directory; a bit is set atomically before the hand-over is
 * begun, and cleared only when it is known that nothing was taken. Beside it,
 * once an organiser has had somebody sent to again by hand, a file that says
 * up to which of these wishes each number was obeyed (four bytes a number).
 *
 * And of broadcasts whose numbers a store that has gone back may give to others
 * (confirmations, notes), a file that says in two bytes whom each number stood
 * for: somebody else is begun all the same.
 *
 * A broadcast is known by its id and by when it was made: a store that has
 * gone back may give an id again.
 *
 * What holds when: a mark is in the page cache, which outlives the process.
 * begun_sync puts it on the disk, once a lease, before the journal forgets the
 * lease. So after the machine was down a mark may be missing, but of a lease
 * that the journal still holds: there all that has no answer counts as begun,
 * and send/once.c marks it again. A bit has no checksum: what a disk turns
 * over is not noticed.
 *
 * Limits: BEGUN_FILES_MAX files (then nothing new is begun, in words);
 * a file has 8 KiB for each chunk it was used in, at most 512 MiB. One that
 * nobody has used for BEGUN_HOURS_KEPT is removed: hours in which couriers
 * ran, so that no clock that leaps ends anything. */
#ifndef COURIER_BEGUN_H
#define COURIER_BEGUN_H

#include <stdbool.h>
#include <stdint.h>

#define BEGUN_VERSION 1
#define BEGUN_HOURS_KEPT (14 * 24)
#define BEGUN_FILES_MAX 16384
#define BEGUN_MAPS_KEPT 32 /* open and not in use; those in use besides */
#define BEGUN_CHUNK_BYTES 8192
#define BEGUN_SWEPT_AT_ONCE 64 /* files looked at by one begun_sweep */

/* The directory. */
struct begun;
/* One broadcast on one channel. */
struct begun_map;

struct begun_key {
    const char *campaign, *broadcast; /* slugs */
    int channel;                      /* words.Channel */
    int64_t made_at_ms;               /* of the broadcast; 0: not said */
};

/* Opens or makes <dir>/begun and looks at every file. Exits when one is
 * damaged or of a newer version (start-up only). */
struct begun *begun_open(const char *dir);
void begun_close(struct begun **begun); /* no map is in use any more */

/* One more use of it, which begun_drop ends. NULL: it cannot be (logged). */
struct begun_map *begun_take(struct begun *begun, const struct begun_key *key);
void begun_drop(struct begun_map *map);
/* Calls cb with each that there is of this broadcast and channel, whenever it
 * was made; in use for the length of the call. */
typedef void begun_cb(void *arg, struct begun_map *map);
void begun_each(struct begun *begun, const struct begun_key *key, begun_cb *cb,
                void *arg);

/* Takes room for the chunk of this number, so that a full disk is met here;
 * false: there is none (logged). Needed before what follows. */
bool begun_prepare(struct begun_map *map, uint32_t number);
bool begun_has(const struct begun_map *map, uint32_t number);
/* False: it was marked before, by whichever courier. */
bool begun_mark(struct begun_map *map, uint32_t number);
void begun_clear(struct begun_map *map, uint32_t number);

/* Wishes to send again, by hand; wish: rises with each of one number, from 1.
 * Prepare takes room as begun_prepare does. */
bool begun_prepare_again(struct begun_map *map, uint32_t number);
/* Is this wish newer than the last that was obeyed? */
bool begun_may_again(const struct begun_map *map, uint32_t number,
                     uint32_t wish);
/* Obeys it; false: that, or a newer one, was obeyed before. */
bool begun_obey_again(struct begun_map *map, uint32_t number, uint32_t wish);

/* Whom a number stood for: who is any 16 bits but 0. Prepare as above. */
bool begun_prepare_who(struct begun_map *map, uint32_t number);
/* Notes it. True: it had stood for somebody else. */
bool begun_note_who(struct begun_map *map, uint32_t number, uint16_t who);

/* Its bits, as they are now, whoever set them: of which chunks there may be
 * any (below what is returned), and those of one, least significant first.
 * False: none is set. */
uint32_t begun_chunks(const struct begun_map *map);
bool begun_read_chunk(const struct begun_map *map, uint32_t chunk,
                      uint8_t bits[BEGUN_CHUNK_BYTES]);
int64_t begun_made_at_ms(const struct begun_map *map);

/* What was marked, cleared, obeyed or noted since the last sync is on the disk.
 */
void begun_sync(struct begun_map *map);

/* An hour has passed. Only one courier of a directory ages its files: the
 * first that came. */
void begun_note_hour(struct begun *begun);
/* Goes on with what an hour asks for; true: there is more to do, soon. */
bool begun_sweep(struct begun *begun);

/* ---- pure: of bytes that may be anything ---- */

enum begun_health {
    BEGUN_GOOD,
    BEGUN_DAMAGED,
    BEGUN_NEWER, /* of a newer version */
};
/* Of a file's first len bytes. */
enum begun_health begun_look(const void *bytes, unsigned long len);

#endif
