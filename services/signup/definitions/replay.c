/* replay -- a campaign in a store that has gone back is brought forward. */
#include "services/signup/definitions/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/signup/keep/feed.h"
#include "services/signup/keep/store_withdrawn.h"
#include "services/signup/people/address.h"

#define WORDS_MAX 128 /* of one script call: some milliseconds of Redis */
#define FIELD "withdrawn:"

struct replay_file {
    char instance[WITHDRAWN_NAME_SIZE];
    struct bytes bytes; /* owned */
    struct withdrawn_mark mark;
    uint64_t from; /* the first word that the store may lack */
    int64_t changed, missing;
    struct replay_file *next;
};

struct replay {
    struct campaign *campaign;
    const struct store_reply *meta; /* borrowed while it is found */
    struct replay_file *files;      /* those with words that are left */
    uint64_t sending;               /* words, of the first of them */
    replay_cb *cb;
    void *arg;
};

static void send_words(struct replay *replay);
static void words_done(void *arg, enum err err,
                       const struct store_reply *reply);

/* ---- what the store lacks ---- */

/* "<id> <count> <ms>", as withdrawn.lua writes it. */
static struct withdrawn_mark
parse_mark(const char *text)
{
    struct withdrawn_mark mark = {.count = 0};
    const char *space = strchr(text, ' ');
    if (space == NULL || (size_t)(space - text) >= sizeof(mark.id)) {
        return mark;
    }
    char *next;
    memcpy(mark.id, text, (size_t)(space - text));
    mark.count = strtoull(space, &next, 10);
    mark.at_ms = strtoll(next, NULL, 10);
    return mark;
}

static struct withdrawn_mark
read_mark(const struct store_reply *meta, const char *instance)
{
    size_t prefix = strlen(FIELD);
    for (size_t i = 0; i + 1 < meta->count; i += 2) {
        const char *field = meta->items[i].string;
        if (strncmp(field, FIELD, prefix) == 0 &&
            strcmp(field + prefix, instance) == 0) {
            return parse_mark(meta->items[i + 1].string);
        }
    }
    return (struct withdrawn_mark){.count = 0};
}

static void
free_file(struct replay_file *file)
{
    free((void *)(uintptr_t)file->bytes.data);
    free(file);
}

static bool
is_ours(const struct replay *replay, const char *instance)
{
    return strcmp(instance, replay->campaign->signup->service.name) == 0;
}

/* Said since the last word of it that is known, and nobody knows what. */
static void
say_lost(const struct replay *replay, const struct withdrawn_mark *known)
{
    const struct signup *signup = replay->campaign->signup;
    log_warn("withdrawn.lost", log_str("campaign", replay->campaign->id),
             log_int("known_until_ms", known->at_ms));
    metric_add(signup->metrics.withdrawn_lost, 1);
}

static void
take_file(void *arg, const char *instance, const char *path)
{
    struct replay *replay = arg;
    struct withdrawn_mark known = read_mark(replay->meta, instance);
    struct replay_file *file = mem_new(sizeof(*file));
    size_t len;
    void *bytes = withdrawn_read(path, &len);
    (void)snprintf(file->instance, sizeof(file->instance), "%s", instance);
    file->bytes = bytes_of(bytes, len);
    (void)withdrawn_look(&replay->campaign->signup->keys->withdrawn,
                         file->bytes, &file->mark);
    bool is_known = strcmp(known.id, file->mark.id) == 0;
    if (is_known && known.count > file->mark.count &&
        is_ours(replay, instance)) {
        say_lost(replay, &known);
        is_known = !keeper_renew(replay->campaign->keeper);
        file->mark = *withdrawn_mark(keeper_file(replay->campaign->keeper));
    }
    file->from = is_known ? known.count : 0;
    if (file->from >= file->mark.count) {
        free_file(file);
        return;
    }
    file->next = replay->files;
    replay->files = file;
}

/* Whether a file of ours that the store knows of is gone. */
static void
look_for_ours(void *arg, const char *instance, const char *path)
{
    const char **ours = arg;
    (void)path;
    if (strcmp(*ours, instance) == 0) {
        *ours = "";
    }
}

struct replay *
replay_find(struct campaign *campaign, const struct store_reply *meta)
{
    const struct withdrawn_files files = {campaign->signup->withdrawn_dir,
                                          campaign->id, WITHDRAWN_SUFFIX};
    const char *ours = campaign->signup->service.name;
    struct replay *replay = mem_new(sizeof(*replay));
    replay->campaign = campaign;
    replay->meta = meta;
    struct withdrawn_mark known = read_mark(meta, ours);
    withdrawn_each(&files, look_for_ours, &ours);
    if (ours[0] != '\0' && known.count > 0) {
        say_lost(replay, &known);
    }
    withdrawn_each(&files, take_file, replay);
    replay->meta = NULL;
    if (replay->files == NULL) {
        free(replay);
        return NULL;
    }
    return replay;
}

/* ---- applied ---- */

static void
finish(struct replay *replay, enum err err)
{
    while (replay->files != NULL) {
        struct replay_file *file = replay->files;
        replay->files = file->next;
        free_file(file);
    }
    replay->cb(replay->arg, err);
    free(replay);
}

void
replay_run(struct replay *replay, replay_cb *cb, void *arg)
{
    replay->cb = cb;
    replay->arg = arg;
    send_words(replay);
}

static void
send_words(struct replay *replay)
{
    const struct replay_file *file = replay->files;
    struct withdrawn_row words[WORDS_MAX] = {{.what = 0}};
    uint64_t left = file->mark.count - file->from;
    size_t count = left < WORDS_MAX ? (size_t)left : WORDS_MAX;
    for (size_t i = 0; i < count; i++) {
        words[i] = withdrawn_word(file->bytes, file->from + i);
    }
    replay->sending = count;
    struct su_replay call = {.instance = file->instance,
                             .mark = file->mark,
                             .words = words,
                             .count = count};
    struct buf tail;
    buf_init(&tail, 0);
    feed_flow_add_tail(&tail);
    call.event_tail = bytes_of(tail.data, tail.len);
    call.mark.count = file->from + count;
    call.mark.at_ms = (int64_t)words[count - 1].at;
    su_replay(replay->campaign->signup->su, replay->campaign->id, &call,
              words_done, replay);
    buf_fini(&tail);
}

static void
file_done(struct replay *replay)
{
    struct replay_file *file = replay->files;
    const struct signup *signup = replay->campaign->signup;
    log_warn("withdrawn.replayed", log_str("campaign", replay->campaign->id),
             log_str("instance", file->instance),
             log_int("words", (int64_t)file->mark.count),
             log_int("changed", file->changed),
             log_int("nobody", file->missing));
    metric_add(signup->metrics.replayed, file->changed);
    replay->files = file->next;
    free_file(file);
}

static void
words_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct replay *replay = arg;
    struct replay_file *file = replay->files;
    if (err == ERR_NONE && reply->count != 3) {
        err = ERR_INTERNAL;
    }
    if (err != ERR_NONE) {
        finish(replay, err);
        return;
    }
    feed_flow_announce(replay->campaign->signup, replay->campaign->id,
                       (uint64_t)reply->items[0].integer);
    file->changed += reply->items[1].integer;
    file->missing += reply->items[2].integer;
    file->from += replay->sending;
    if (file->from == file->mark.count) {
        file_done(replay);
    }
    if (replay->files == NULL) {
        finish(replay, ERR_NONE);
    } else {
        send_words(replay);
    }
}
